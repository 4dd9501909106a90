"""The life of every root job: when it was ready, started and ended, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.arrivals import Submissions, hourly_weights
from ionq_data.emulator.instants import DAY_MS, HOUR_MS, NEVER
from ionq_data.emulator.machines import QPUS, SIMULATOR, Machine, merge_windows
from ionq_data.emulator.queueing import OperationalTime, fifo_starts
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

COMPLETED, FAILED, CANCELED = 3, 4, 5
"""Final states, numbered as in `jobs.STATUSES`."""
OTHERS_SERVICE_SECONDS = 330
"""Mean execution of other customers' jobs, who share the backends."""
_SESSION_SETUP_MS = 20_000
"""The least wait of a job in a session."""


@dataclass(frozen=True, eq=False)
class Lives:
    """One entry per root job; instants in milliseconds since 1970 (`NEVER` if they do not happen)."""

    ready: Int
    started: Int
    ended: Int
    final: Int
    predicted_wait_ms: Int


@dataclass(frozen=True, eq=False)
class Backlog:
    """A backend's queue over time: all arrivals in order, and when the backend has finished each."""

    arrivals: Int
    worked_off: Int

    def wait_ms(self, at_ms: int) -> int:
        """Return how long a job arriving at an instant would wait, in milliseconds."""
        last = int(np.searchsorted(self.arrivals, at_ms, side="right")) - 1
        return max(int(self.worked_off[last]) - at_ms, 0) if last >= 0 else 0


def live(
    scenario: Scenario, machines: tuple[Machine, ...], submissions: Submissions, execution_ms: Int, is_dry: Bool,
    has_own_queue: Bool,
) -> tuple[Lives, dict[int, Backlog]]:  # fmt: skip
    """Return the lives of root jobs sorted by submission, and the public queue of each QPU by its number.

    Jobs in the queue of a session go first; the public queue stands still while they run.
    """
    rng = np.random.default_rng([scenario.seed, 6])
    roots = len(execution_ms)
    compile_ms = (rng.lognormal(1.1, 0.6, size=roots) * 1000).astype(np.int64) + 150
    ready = submissions.submitted + compile_ms
    fate = rng.random(roots)
    patience = np.where(rng.random(roots) < 0.09, rng.exponential(2.5 * HOUR_MS, size=roots), np.inf)
    fails_early = fate < 0.012
    fails_late = (fate > 0.985) & ~is_dry
    # The share of its work that a failing job finishes.
    done = np.where(fails_late, rng.uniform(0.05, 0.95, size=roots), 1.0)
    service_ms = np.maximum(execution_ms * done, 1).astype(np.int64)

    started = np.full(roots, NEVER, dtype=np.int64)
    ended = ready + (rng.uniform(300, 4000, size=roots)).astype(np.int64)
    final = np.where(fails_early, FAILED, COMPLETED)
    predicted = np.zeros(roots, dtype=np.int64)
    simulated = (submissions.machine == SIMULATOR) & ~fails_early
    started[simulated] = ready[simulated] + rng.integers(50, 2500, size=int(simulated.sum()))
    ended[simulated] = started[simulated] + service_ms[simulated]
    final[fails_late & simulated] = FAILED

    backlogs = {}
    for number in QPUS:
        own = np.flatnonzero((submissions.machine == number) & ~fails_early & ~is_dry)
        own = own[np.argsort(ready[own], kind="stable")]
        first, others = own[has_own_queue[own]], own[~has_own_queue[own]]
        own = np.concatenate([first, others])
        reserved = _reserved_queue(machines[number], ready[first], service_ms[first], patience[first])
        runs = ~reserved[1]
        taken = np.stack([reserved[0], reserved[0] + service_ms[first]], axis=1)[runs]
        closed = merge_windows(np.concatenate([machines[number].down, taken])) if len(taken) else machines[number].down
        public, backlogs[number] = _queue(
            scenario, machines[number], number, closed, ready[others], service_ms[others], patience[others]
        )
        starts, canceled, foreseen = (np.concatenate(pair) for pair in zip(reserved, public, strict=True))
        started[own] = np.where(canceled, NEVER, starts)
        ended[own] = np.where(canceled, _leaves(ready[own], starts, patience[own]), starts + service_ms[own])
        final[own] = np.where(canceled, CANCELED, np.where(fails_late[own], FAILED, COMPLETED))
        predicted[own] = foreseen
    noise = rng.lognormal(-0.12, 0.5, size=roots)
    predicted = np.minimum(predicted * noise + 20_000 * noise, 2**31 - 1).astype(np.int64)
    ready = np.where(fails_early, NEVER, ready)
    return Lives(ready, started, ended, final, predicted), backlogs


def _leaves(ready: Int, starts: Int, patience: npt.NDArray[np.float64]) -> Int:
    """Return when canceled jobs leave: when their users lose patience, but before their turn would have come."""
    waits = np.maximum(starts - ready - 1, 1)
    stays: Int = np.minimum(np.where(np.isfinite(patience), patience, 0), waits).astype(np.int64).clip(1)
    return ready + stays


def _reserved_queue(
    machine: Machine, ready: Int, service_ms: Int, patience: npt.NDArray[np.float64]
) -> tuple[Int, Bool, Int]:
    """Return the starts of jobs in sessions, which of them gave up waiting, and the predicted wait."""
    axis = OperationalTime(machine.down)
    due = axis.from_wall(ready + _SESSION_SETUP_MS)
    begins = fifo_starts(due, service_ms)
    gives_up = patience < axis.to_wall(begins) - ready
    begins = fifo_starts(due, np.where(gives_up, 0, service_ms))
    return axis.to_wall(begins), gives_up, begins - due


def _queue(
    scenario: Scenario, machine: Machine, number: int, closed: Int, ready: Int, service_ms: Int,
    patience: npt.NDArray[np.float64],
) -> tuple[tuple[Int, Bool, Int], Backlog]:  # fmt: skip
    """Return the starts of our jobs, which of them gave up waiting, the predicted wait, and the whole queue."""
    rng = np.random.default_rng([scenario.seed, 7, number])
    others, others_service = _other_customers(rng, scenario, machine, own_ms=int(service_ms.sum()))
    setup_ms = 1500
    arrivals = np.concatenate([ready, others])
    services = np.concatenate([service_ms, others_service]) + setup_ms
    order = np.argsort(arrivals, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    axis = OperationalTime(closed)
    due = axis.from_wall(arrivals[order])

    begins = fifo_starts(due, services[order])
    wait_ms = (axis.to_wall(begins) - arrivals[order])[place[: len(ready)]]
    gives_up = patience < wait_ms
    # The second pass is the queue without the jobs that left it.
    services[: len(ready)][gives_up] = 0
    begins = fifo_starts(due, services[order])
    starts = axis.to_wall(begins)
    backlog = Backlog(arrivals[order], starts + services[order])
    own = place[: len(ready)]
    return (starts[own], gives_up, (begins - due)[own]), backlog


def _other_customers(rng: np.random.Generator, scenario: Scenario, machine: Machine, *, own_ms: int) -> tuple[Int, Int]:
    """Return arrivals and executions (ms) of other customers, which bring the backend to its usual load."""
    begin, end = max(machine.introduced_ms, scenario.start_ms - DAY_MS), min(machine.retired_ms, scenario.end_ms)
    hours = -(-(end - begin) // HOUR_MS)
    weights = hourly_weights(begin, hours, night=0.5, weekend=0.4)
    # Some days bring a rush, and queues jam now and then.
    rush = np.where(rng.random(hours // 24 + 1) < 0.05, rng.uniform(1.4, 2.0, size=hours // 24 + 1), 1.0)
    weights = weights / weights.mean() * np.repeat(rush, 24)[:hours]
    load = max(machine.model.load - own_ms / (end - begin), 0.15)
    per_hour = rng.poisson(weights * load * 3600 / OTHERS_SERVICE_SECONDS)
    arrivals = begin + np.repeat(np.arange(hours), per_hour) * HOUR_MS
    arrivals = np.sort(arrivals + rng.integers(0, HOUR_MS, size=len(arrivals)))
    seconds = rng.lognormal(np.log(OTHERS_SERVICE_SECONDS) - 0.5, 1.0, size=len(arrivals))
    return arrivals, np.clip(seconds * 1000, 1000, 4 * HOUR_MS).astype(np.int64)
