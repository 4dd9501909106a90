"""The admission of a job: from a checked body to rows in the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ionq_data.emulator import jobs, submission
from ionq_data.emulator.instants import NEVER
from ionq_data.emulator.machines import NUMBERS, SIMULATOR
from ionq_data.emulator.organization import Key
from ionq_data.emulator.prices import MICROS
from ionq_data.emulator.quantum import CircuitError, compile_circuit
from ionq_data.emulator.sessions import COST_LIMIT, JOB_LIMIT, Session
from ionq_data.emulator.submission import Submission, entangler
from ionq_data.emulator.submissions.budgets import left_micros
from ionq_data.emulator.submissions.checks import refused
from ionq_data.emulator.submissions.hybrid import ansatz_circuit, qaoa_circuits
from ionq_data.emulator.submissions.placing import Order, columns, estimate_micros, live, queue_of
from ionq_data.emulator.submissions.work import Refusal, Size, execution_ms, refusal, size_of, too_long
from ionq_data.emulator.world import World

Json = dict[str, Any]
LEAST_DEBIASED_SHOTS = 500
_KINDS = {
    submission.CIRCUIT: jobs.SINGLE, submission.QASM3: jobs.QASM3, submission.MULTI: jobs.MULTI,
    submission.FUNCTION: jobs.HYBRID, submission.QAOA: jobs.QAOA,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Prepared:
    """A job ready for its place: its order, its submission (None for a copy of a job of the history), and its parts."""

    order: Order
    job: Submission | None
    parts: tuple[Submission, ...]


def prepare(world: World, key: Key, body: Json) -> Prepared:
    """Return the job of a checked body; `Problem` if it may not be submitted.

    A circuit that cannot run is no reason to refuse the job: as at the service, it fails before its queue.
    """
    now_ms = world.clock.now_ms()
    machine = open_backend(world, body["backend"], now_ms)
    wants_debiasing = Submission(body, machine).is_debiased
    shots = Submission(body, machine).shots
    if wants_debiasing and shots < LEAST_DEBIASED_SHOTS:
        raise refused(("settings.error_mitigation.debiasing", f"needs at least {LEAST_DEBIASED_SHOTS} shots"))
    failure: Refusal | None = None
    parts: tuple[Submission, ...] = ()
    sizes: tuple[Size, ...] = (Size(1, 0, 0),)
    job = Submission(body, machine)
    try:
        job, parts, sizes = _work(body, machine)
    except CircuitError as error:
        # An error with its own place in the body makes the request wrong; any other fails in preflight.
        if error.code == "InvalidInput" and error.key.startswith(("input.circuit[", "input.circuits[")):
            raise refused((error.key, error.message.rstrip("."))) from None
        failure = refusal(error)
    is_debiased = wants_debiasing and machine != SIMULATOR
    failure = failure or too_long(execution_ms(machine, sizes, shots, is_debiased=is_debiased))
    if failure is not None:
        job, parts = replace(job, message=failure.message), ()
    user = 0 if key.user is None else key.user
    kind = _KINDS[body["type"]]
    order = Order(
        machine=machine, user=user, project=0 if key.project is None else key.project, kind=kind,
        part_kind=jobs.QAOA_CIRCUIT if kind == jobs.QAOA else jobs.SINGLE, shots=shots, sizes=sizes,
        has_parts=bool(parts),
        is_debiased=is_debiased, is_dry=body.get("dry_run") is True and machine != SIMULATOR, refusal=failure,
    )  # fmt: skip
    return Prepared(order, job, parts)


def open_backend(world: World, name: str, now_ms: int) -> int:
    """Return the number of a backend that takes jobs; 400 for an unknown or a retired one."""
    number = NUMBERS.get(name)
    if number is None or now_ms < world.history.machines[number].introduced_ms:
        raise refused(("backend", f"{name} is no backend"))
    if world.history.machines[number].status(now_ms) == "retired":
        raise refused(("backend", f"{name} is retired"))
    return number


def _work(body: Json, machine: int) -> tuple[Submission, tuple[Submission, ...], tuple[Size, ...]]:
    """Return a job, its parts, and the size of each of its circuits; `CircuitError` if one cannot run."""
    if body["type"] == submission.MULTI:
        parts = tuple(Submission(body, machine, part=number) for number in range(len(body["input"]["circuits"])))
    elif body["type"] == submission.QAOA:
        made = qaoa_circuits(body["input"]["problem"])
        parts = tuple(Submission(body, machine, part=number, made=one) for number, one in enumerate(made))
    elif body["type"] == submission.FUNCTION:
        compiled = compile_circuit(ansatz_circuit(body), entangler(machine))
        # The ansatz runs once for each term of the Hamiltonian.
        size = Size(compiled.qubits, compiled.gates_1q, compiled.gates_2q)
        return Submission(body, machine, part=None), (), (size,) * len(body["input"]["data"]["data"]["hamiltonian"])
    else:
        job = Submission(body, machine)
        return job, (), (size_of(job),)
    return Submission(body, machine, part=None), parts, tuple(size_of(part) for part in parts)


def admit(world: World, key: Key, prepared: Prepared, session_id: str | None) -> int:
    """Place a job in the world and return its serial; 400 if its session or its budget does not allow it."""
    with world.lock:
        now_ms = world.clock.now_ms()
        order = prepared.order
        session = None if session_id is None else _open_session(world, key, session_id, order, now_ms)
        if session is not None:
            order = replace(order, session=session.number, user=session.user, project=session.project)
        cost = estimate_micros(world, order, at_ms=now_ms)
        _check_budget(world, order, cost, now_ms)
        if session is not None:
            _check_limits(world, session, cost)
        life = live(world, order, now_ms=now_ms)
        serial = world.next_serial()
        rows = columns(world, order, life, serial=serial, now_ms=now_ms)
        if prepared.job is not None:
            world.submitted[serial] = prepared.job
        for place, part in enumerate(prepared.parts):
            world.submitted[serial + 1 + place] = part
        world.jobs = world.jobs.inserted(*rows)
        if life.started < NEVER and order.machine != SIMULATOR:
            world.queue_ends[queue_of(world, order)] = life.ended
        if session is not None:
            _count_in_session(world, session, cost, life.started, life.ended)
        return serial


def _check_budget(world: World, order: Order, cost: int, now_ms: int) -> None:
    if order.is_dry or order.refusal is not None or not cost:
        return
    left = left_micros(world, order.project, now_ms)
    if left is not None and cost > left:
        name = world.history.organization.project_names[order.project]
        why = (
            f"is estimated at {cost / MICROS:.2f}, and the quota of project {name} has {max(left, 0) / MICROS:.2f} left"
            " this month (QuotaExhaustedError)"
        )
        raise refused(("shots", why))


def _open_session(world: World, key: Key, session_id: str, order: Order, now_ms: int) -> Session:
    session = world.session(session_id)
    if session is None or key.user not in (None, session.user) or session.created_ms > now_ms:
        raise refused(("session_id", "is no session of yours"))
    if now_ms >= session.ended_ms:
        raise refused(("session_id", "is a session that has ended"))
    if session.machine != order.machine:
        raise refused(("backend", "is another backend than the session's"))
    return session


def _check_limits(world: World, session: Session, cost: int) -> None:
    limits = session.asked or {}
    if (limit := limits.get("job_count_limit")) is not None and session.jobs >= limit:
        raise refused(("session_id", f"is a session of at most {limit} jobs"))
    if (most := limits.get("cost_limit")) is not None:
        spent = world.session_micros[session.number] + cost
        if spent > most["value"] * MICROS:
            raise refused(("session_id", f"is a session of at most {most['value']} {most.get('unit', 'usd')}"))


def _count_in_session(world: World, session: Session, cost: int, started_ms: int, ended_ms: int) -> None:
    """Count a job in its session; the session ends with the job that reaches a limit."""
    world.session_micros[session.number] += cost
    limits = session.asked or {}
    count, ends, ended_by = session.jobs + 1, session.ended_ms, session.ended_by
    if count == limits.get("job_count_limit") and ended_ms < ends:
        ends, ended_by = ended_ms, JOB_LIMIT
    elif "cost_limit" in limits and world.session_micros[session.number] >= limits["cost_limit"]["value"] * MICROS:
        ends, ended_by = min(ended_ms, ends), COST_LIMIT
    world.replace_session(
        replace(session, jobs=count, started_ms=min(session.started_ms, started_ms), ended_ms=ends, ended_by=ended_by)
    )
