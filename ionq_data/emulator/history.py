"""Everything that happens in a scenario, from its seed: submissions, queues, lives, families, bills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator import jobs as job
from ionq_data.emulator.arrivals import Submissions, draw_submissions
from ionq_data.emulator.bills import compute_us, draw_bills
from ionq_data.emulator.circuits import Circuits, draw_circuits
from ionq_data.emulator.instants import DAY_MS, NEVER
from ionq_data.emulator.jobs import Jobs
from ionq_data.emulator.lives import CANCELED, COMPLETED, FAILED, Backlog, Lives, live
from ionq_data.emulator.machines import MODELS, SIMULATOR, Machine, build_machines
from ionq_data.emulator.organization import CREDITS_PROJECT, Organization, found_organization
from ionq_data.emulator.planted import Anomaly, plan, rearranged, shots_factor, spikes
from ionq_data.emulator.prices import Priced, Rate, bill_step, rate_history
from ionq_data.emulator.scenario import FUTURE_DAYS, Scenario
from ionq_data.emulator.sessions import Session, choose_sessions, describe_sessions

Int = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class History:
    """One simulated organization and everything that happens to it."""

    scenario: Scenario
    organization: Organization
    machines: tuple[Machine, ...]
    rates: tuple[Rate, ...]
    jobs: Jobs
    sessions: tuple[Session, ...]
    backlogs: dict[int, Backlog]
    anomalies: tuple[Anomaly, ...]


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
    planned = plan(scenario)
    submissions = rearranged(_joined(*past_and_future), planned)
    anomalies = (*planned, *spikes(scenario, submissions))
    circuits = draw_circuits(
        scenario, submissions, shots_factor(submissions, anomalies), span_ms=(scenario.days + FUTURE_DAYS) * DAY_MS
    )
    first = np.flatnonzero(circuits.ordinal == 0)
    rng = np.random.default_rng([scenario.seed, 8])
    of_root = choose_sessions(rng, submissions)
    # Under October's contract, the jobs of a session wait in a queue of their own.
    has_own_queue = (of_root >= 0) & scenario.is_october
    lives, backlogs = live(
        scenario, machines, submissions, circuits.execution_ms[first], circuits.is_dry[first], has_own_queue
    )
    sessions = describe_sessions(rng, of_root, submissions, lives)
    jobs = _jobs(scenario, rng, rates, submissions, circuits, lives, of_root[circuits.root])
    return History(scenario, organization, machines, rates, jobs, sessions, backlogs, anomalies)


def _joined(past: Submissions, future: Submissions) -> Submissions:
    columns = {name: np.concatenate([vars(past)[name], vars(future)[name]]) for name in vars(past)}
    columns["burst"][len(past.burst) :] += past.burst.max(initial=-1) + 1
    return Submissions(**columns)


def _jobs(
    scenario: Scenario, rng: np.random.Generator, rates: tuple[Rate, ...], submissions: Submissions,
    circuits: Circuits, lives: Lives, session: Int,
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
    is_by_time = np.array([model.is_by_time for model in MODELS])[machine] & scenario.is_october
    submitted = submissions.submitted[root]
    of_compute = compute_us(scenario, circuits, np.stack([execution_ms, circuits.execution_ms]))
    priced = [
        Priced(shots, circuits.gates_1q, circuits.gates_2q, us, circuits.is_debiased, is_by_time) for us in of_compute
    ]
    step = bill_step(scenario)
    bills = draw_bills(rng, rates, step, submitted, started, ended, final, circuits, execution_ms, is_billable, priced)
    is_billed_by_time = is_by_time & (bills.final_micros > 0)
    return Jobs(
        serial=serial, submitted=submitted, ready=ready, started=started, ended=ended, final=final,
        machine=machine, project=submissions.project[root], user=submissions.user[root],
        kind=_kinds(scenario, submissions, circuits, children),
        parent=np.where(is_child, serial - circuits.ordinal, -1), children=children, session=session, shots=shots,
        qubits=circuits.qubits, gates_1q=circuits.gates_1q, gates_2q=circuits.gates_2q, execution_ms=execution_ms,
        planned_ms=np.maximum(circuits.execution_ms * rng.uniform(0.85, 1.2, size=len(root)), 1).astype(np.int64),
        predicted_wait_ms=lives.predicted_wait_ms[root],
        failure=_failures(rng, final, started, circuits.is_debiased, machine),
        compute_us=np.where(is_billed_by_time, of_compute[0], 0), estimated_micros=bills.estimated_micros,
        first_micros=bills.first_micros, final_micros=bills.final_micros, is_by_time=is_by_time,
        in_credits=(submissions.project[root] == CREDITS_PROJECT) & (submitted >= scenario.credits_from_ms),
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


def _kinds(scenario: Scenario, submissions: Submissions, circuits: Circuits, children: Int) -> Int:
    """Return the kind of every job; QASM 3, QIR and QAOA jobs exist under October's contract only."""
    rng = np.random.default_rng([scenario.seed, 10])
    root = circuits.root
    alone = np.where(children == 0, job.SINGLE, np.where(submissions.is_hybrid[root], job.HYBRID, job.MULTI))
    if not scenario.is_october:
        return alone
    language = rng.random(len(submissions.children))[root]
    is_qaoa = (submissions.is_hybrid & (rng.random(len(submissions.children)) < 0.6))[root]
    single = np.where(language < 0.2, job.QASM3, np.where(language < 0.26, job.QIR, job.SINGLE))
    single = np.where(is_qaoa, job.QAOA_CIRCUIT, single)
    return np.where(children == 0, single, np.where(is_qaoa, job.QAOA, alone))
