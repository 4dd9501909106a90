"""The submissions: bursts of jobs that follow the working week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, HOUR_MS, MINUTE_MS
from ionq_data.emulator.machines import MODELS, NUMBERS, SIMULATOR, Machine
from ionq_data.emulator.organization import PROJECT_ACTIVE, PROJECT_WEIGHTS, Organization
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

MAX_CHILDREN = 8
BUSY_BURSTS, AT_WORK = 20, 4
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday; Monday is 0.


@dataclass(frozen=True, eq=False)
class Submissions:
    """Root jobs sorted by submission, one entry each. `children` is 0 for a single-circuit job."""

    submitted: Int
    burst: Int
    children: Int
    project: Int
    user: Int
    machine: Int
    is_hybrid: npt.NDArray[np.bool_]


def draw_submissions(
    scenario: Scenario, organization: Organization, machines: tuple[Machine, ...], *, begin_ms: int, end_ms: int,
    jobs: int, part: int,
) -> Submissions:  # fmt: skip
    """Return root jobs in [begin_ms, end_ms) whose number, with their children, is exactly `jobs`."""
    rng = np.random.default_rng([scenario.seed, 3, part])
    children, is_hybrid = _families(rng, jobs)
    roots = len(children)
    sizes = rng.geometric(1 / 5, size=max(roots, 1))
    burst = np.repeat(np.arange(len(sizes)), sizes)[:roots]
    bursts = int(burst[-1]) + 1 if roots else 0
    starts = _working_times(rng, bursts, begin_ms, end_ms)
    gaps = rng.exponential(75_000, size=roots).astype(np.int64) + 400
    first = np.searchsorted(burst, np.arange(bursts))
    elapsed = np.cumsum(gaps)
    submitted = starts[burst] + elapsed - elapsed[first][burst] if roots else np.zeros(0, dtype=np.int64)
    # A burst that would run past the end is mirrored there: the number of jobs in the span stays exact.
    submitted = np.where(submitted < end_ms, submitted, 2 * end_ms - 1 - submitted).clip(begin_ms)
    share = (starts - scenario.start_ms) / (scenario.end_ms - scenario.start_ms)
    is_active = (PROJECT_ACTIVE[:, 0] <= share[:, None]) & (share[:, None] <= PROJECT_ACTIVE[:, 1])
    project = _choose(rng, PROJECT_WEIGHTS * is_active)
    user = _choose_members(rng, organization, project)
    machine = _choose(rng, _preferences(scenario)[project])
    if bursts >= BUSY_BURSTS:
        machine[-AT_WORK:] = [NUMBERS["qpu.aria-1"], NUMBERS["qpu.forte-enterprise-1"], *[NUMBERS["qpu.forte-1"]] * 2]
    order = np.argsort(submitted, kind="stable")
    return Submissions(
        submitted[order], burst[order], children[order], project[burst][order], user[burst][order],
        _existing(machine[burst][order], submitted[order], machines), is_hybrid[order],
    )  # fmt: skip


def _families(rng: np.random.Generator, jobs: int) -> tuple[Int, npt.NDArray[np.bool_]]:
    """Return the children of each root, and which roots are hybrid; roots and children together number `jobs`."""
    kind = rng.random(jobs)
    children = np.where(kind < 0.07, rng.integers(2, MAX_CHILDREN + 1, size=jobs), 0)
    total = np.cumsum(children + 1)
    roots = int(np.searchsorted(total, jobs)) + 1 if jobs else 0
    children = children[:roots]
    if jobs:
        children[-1] -= total[roots - 1] - jobs
    return children, (kind[:roots] < 0.015) & (children > 0)


def hourly_weights(begin_ms: int, hours: int, *, night: float, weekend: float) -> Float:
    """Return the relative rate of each hour: 1 in American working hours, `night` and `weekend` otherwise."""
    hour = begin_ms // HOUR_MS + np.arange(hours)
    weekday = (hour // 24 + _EPOCH_WEEKDAY) % 7
    hour_of_day = hour % 24
    weights = np.where((hour_of_day >= 13) & (hour_of_day < 23), 1.0, night)
    weights = np.where(weekday >= 5, weekend, weights)
    day_of_year = (hour // 24 - 20_454) % 365.2425  # days since 1 January 2026
    return np.where((day_of_year > 355) | (day_of_year < 2), weights * 0.35, weights)


def _working_times(rng: np.random.Generator, count: int, begin_ms: int, end_ms: int) -> Int:
    hours = -(-(end_ms - begin_ms) // HOUR_MS)
    weights = hourly_weights(begin_ms, hours, night=0.18, weekend=0.12)
    weights = weights * np.linspace(0.8, 1.2, hours) * np.repeat(rng.gamma(4, 0.25, size=hours // 24 + 1), 24)[:hours]
    cumulative = np.cumsum(weights)
    hour = np.searchsorted(cumulative, np.sort(rng.random(count)) * cumulative[-1], side="right")
    times: Int = np.minimum(begin_ms + hour * HOUR_MS + rng.integers(0, HOUR_MS, size=count), end_ms - 1)
    if count >= BUSY_BURSTS:
        # Somebody works at the end, whatever the hour, so that some jobs wait or run then.
        minutes_before = np.array([40, 15, 5, 1])
        times[-AT_WORK:] = np.maximum(end_ms - minutes_before * MINUTE_MS, begin_ms)
    return times


def _preferences(scenario: Scenario) -> Float:
    """Return the probability that each project chooses each backend, shape (projects, backends)."""
    rng = np.random.default_rng([scenario.seed, 4])
    liking = rng.dirichlet(np.array([3.5, 1.6, 1.0, 2.2, 1.6, 1.2]), size=len(PROJECT_WEIGHTS))
    return 0.8 * liking + 0.2 * np.array([0.35, 0.15, 0.1, 0.18, 0.12, 0.1])


def _choose(rng: np.random.Generator, weights: Float) -> Int:
    """Return one column number per row, drawn with the row's weights."""
    cumulative = np.cumsum(weights, axis=1)
    picks = rng.random(len(weights))[:, None] * cumulative[:, -1:]
    return np.sum(picks >= cumulative, axis=1, dtype=np.int64).clip(0, weights.shape[1] - 1)


def _choose_members(rng: np.random.Generator, organization: Organization, project: Int) -> Int:
    """Return a member of each project, the first ones more often."""
    sizes = np.array([len(members) for members in organization.members])
    table = np.array([(*members, *[0] * (sizes.max() - len(members))) for members in organization.members])
    chosen: Int = table[project, (rng.random(len(project)) ** 1.6 * sizes[project]).astype(np.int64)]
    return chosen


def _existing(machine: Int, submitted: Int, machines: tuple[Machine, ...]) -> Int:
    """Send jobs for a backend that does not exist yet, or no longer, to its sibling."""
    siblings = {"qpu.aria-2": "qpu.aria-1", "qpu.forte-enterprise-2": "qpu.forte-enterprise-1"}
    for number in range(SIMULATOR + 1, len(MODELS)):
        there = (submitted >= machines[number].introduced_ms) & (submitted < machines[number].retired_ms - 2 * DAY_MS)
        sibling = NUMBERS[siblings.get(MODELS[number].name, MODELS[number].name)]
        machine = np.where((machine == number) & ~there, sibling, machine)
    return machine
