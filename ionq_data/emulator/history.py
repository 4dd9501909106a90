"""Everything that happens in a scenario, from its seed: submissions, queues, lives, families, bills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator import jobs as job
from ionq_data.emulator.arrivals import Submissions, draw_submissions
from ionq_data.emulator.circuits import Circuits, draw_circuits
from ionq_data.emulator.instants import DAY_MS, NEVER
from ionq_data.emulator.jobs import Jobs
from ionq_data.emulator.lives import CANCELED, COMPLETED, FAILED, Backlog, Lives, live
from ionq_data.emulator.machines import SIMULATOR, Machine, build_machines
from ionq_data.emulator.organization import Organization, found_organization
from ionq_data.emulator.prices import Bills, Rate, price_cents, rate_history, settle
from ionq_data.emulator.scenario import FUTURE_DAYS, Scenario
from ionq_data.emulator.sessions import Session, form_sessions

Int = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class History:
    """One simulated organization and all that happens to it."""

    scenario: Scenario
    organization: Organization
    machines: tuple[Machine, ...]
    rates: tuple[Rate, ...]
    jobs: Jobs
    sessions: tuple[Session, ...]
    backlogs: dict[int, Backlog]


def simulate(scenario: Scenario) -> History:
    """Return the history of an anchored scenario; a million jobs take some seconds."""
    organization, machines, rates = found_organization(scenario), build_machines(scenario), rate_history(scenario)
    future = round(scenario.jobs * FUTURE_DAYS / scenario.days)
    past_and_future = [
        draw_submissions(scenario, organization, machines, begin_ms=begin, end_ms=end, jobs=count, part=part)
        for part, (begin, end, count) in enumerate(
            ((scenario.start_ms, scenario.anchor_ms, scenario.jobs), (scenario.anchor_ms, scenario.end_ms, future))
        )
    ]
    submissions = _joined(*past_and_future)
    circuits = draw_circuits(scenario, submissions, part=0, span_ms=(scenario.days + FUTURE_DAYS) * DAY_MS)
    first = np.flatnonzero(circuits.ordinal == 0)
    lives, backlogs = live(scenario, machines, submissions, circuits.execution_ms[first], circuits.is_dry[first])
    rng = np.random.default_rng([scenario.seed, 8])
    of_root, sessions = form_sessions(rng, submissions, lives)
    jobs = _jobs(rng, rates, submissions, circuits, lives, of_root[circuits.root])
    return History(scenario, organization, machines, rates, jobs, sessions, backlogs)


def _joined(past: Submissions, future: Submissions) -> Submissions:
    columns = {name: np.concatenate([vars(past)[name], vars(future)[name]]) for name in vars(past)}
    columns["burst"][len(past.burst) :] += past.burst.max(initial=-1) + 1
    return Submissions(**columns)


def _jobs(
    rng: np.random.Generator, rates: tuple[Rate, ...], submissions: Submissions, circuits: Circuits, lives: Lives,
    session: Int,
) -> Jobs:  # fmt: skip
    root, is_child = circuits.root, circuits.ordinal > 0
    serial = np.arange(len(root))
    children = np.where(is_child, 0, submissions.children[root])
    started, ended, final = _member_lives(circuits, lives, is_child)
    ready = np.minimum(lives.ready[root], np.where(ended < NEVER, NEVER, ended))
    execution_ms = np.where(started < NEVER, ended - started, 0)
    machine = submissions.machine[root]
    shots, is_dry = circuits.shots, circuits.is_dry
    bills_children = rng.random(len(submissions.children)) < 0.3
    is_billed_itself = np.where(is_child, bills_children[root], (children == 0) | ~bills_children[root])
    is_billable = (machine != SIMULATOR) & is_billed_itself
    bills = _bills(rng, rates, submissions.submitted[root], started, ended, final, circuits, execution_ms, is_billable)
    kind = np.where(children == 0, job.SINGLE, np.where(submissions.is_hybrid[root], job.HYBRID, job.MULTI))
    return Jobs(
        serial=serial, submitted=submissions.submitted[root], ready=ready, started=started, ended=ended, final=final,
        machine=machine, project=submissions.project[root], user=submissions.user[root], kind=kind,
        parent=np.where(is_child, serial - circuits.ordinal, -1), children=children, session=session, shots=shots,
        qubits=circuits.qubits, gates_1q=circuits.gates_1q, gates_2q=circuits.gates_2q, execution_ms=execution_ms,
        planned_ms=np.maximum(circuits.execution_ms * rng.uniform(0.85, 1.2, size=len(root)), 1).astype(np.int64),
        predicted_wait_ms=lives.predicted_wait_ms[root],
        failure=_failures(rng, final, started, circuits.is_debiased, machine),
        estimated_cents=bills.estimated_cents, first_cents=bills.first_cents, final_cents=bills.final_cents,
        shown_ms=bills.shown_ms, final_ms=bills.final_ms, is_billable=is_billable & ~is_dry,
        is_misbilled=bills.is_misbilled, is_debiased=circuits.is_debiased, is_dry=is_dry,
        is_deleted=np.zeros(len(root), dtype=np.bool_),
    )  # fmt: skip


def _member_lives(circuits: Circuits, lives: Lives, is_child: npt.NDArray[np.bool_]) -> tuple[Int, Int, Int]:
    """Return started, ended and final state of every job; children run one after the other within their parent."""
    root = circuits.root
    started, ended, final = lives.started[root], lives.ended[root], lives.final[root]
    own = np.where(is_child, circuits.execution_ms, 0)
    before = np.cumsum(own) - own
    before -= before[np.flatnonzero(circuits.ordinal == 0)][root]
    begins = started + before
    ran = is_child & (started < NEVER)
    never_began = ran & (begins >= ended)
    cut_short = ran & ~never_began & (begins + own > ended)
    whole = ran & ~never_began & ~cut_short
    final = np.where(whole, COMPLETED, np.where(cut_short, FAILED, np.where(never_began, CANCELED, final)))
    return (
        np.where(never_began, NEVER, np.where(ran, begins, started)),
        np.where(whole, begins + own, ended),
        final,
    )


def _failures(
    rng: np.random.Generator, final: Int, started: Int, is_debiased: npt.NDArray[np.bool_], machine: Int
) -> Int:
    early = rng.integers(0, job.EARLY_FAILURES, size=len(final))
    late = job.EARLY_FAILURES + (rng.random(len(final)) < 0.35)
    late = np.where(is_debiased & (rng.random(len(final)) < 0.4), job.DEBIASING_ERROR, late)
    late = np.where(machine == SIMULATOR, job.SIMULATION_ERROR, late)
    return np.where(final != FAILED, -1, np.where(started < NEVER, late, early))


def _bills(
    rng: np.random.Generator, rates: tuple[Rate, ...], submitted: Int, started: Int, ended: Int, final: Int,
    circuits: Circuits, execution_ms: Int, is_billable: npt.NDArray[np.bool_],
) -> Bills:  # fmt: skip
    """Return estimates at the rate of submission and bills at the rate of the start.

    The estimate knows the gates before compilation only. A failed run is billed by the share that ran, or not at all;
    a canceled job is billed nothing; one that failed before its start gets no bill. A few bills are wrong.
    """
    count = len(submitted)
    scale = rng.normal(1, 0.06, size=count).clip(0.8, 1.25)
    shots, debiased = circuits.shots, circuits.is_debiased
    estimated = price_cents(
        rates, submitted, shots=shots, is_debiased=debiased,
        gates_1q=(circuits.gates_1q * scale).astype(np.int64), gates_2q=(circuits.gates_2q * scale).astype(np.int64),
    )  # fmt: skip
    price = price_cents(
        rates, np.minimum(started, ended), shots=shots, gates_1q=circuits.gates_1q, gates_2q=circuits.gates_2q,
        is_debiased=debiased,
    )  # fmt: skip
    ran = np.minimum(execution_ms / np.maximum(circuits.execution_ms, 1), 1)
    partly = (price * ran * (rng.random(count) < 0.5)).astype(np.int64)
    is_misbilled = (rng.random(count) < 0.002) & is_billable & (final == COMPLETED)
    cents = np.where(final == COMPLETED, price, np.where((final == FAILED) & (started < NEVER), partly, 0))
    cents = np.where(is_misbilled, cents * 23 // 20, cents)
    first, shown, settled = settle(rng, ended, cents, (final == COMPLETED) & (rng.random(count) < 0.12))
    has_bill = is_billable & ~circuits.is_dry & ((started < NEVER) | (final == CANCELED))
    return Bills(
        np.where(is_billable, estimated, 0), np.where(has_bill, first, 0), np.where(has_bill, cents, 0),
        np.where(has_bill, shown, NEVER), np.where(has_bill, settled, NEVER), is_misbilled,
    )  # fmt: skip
