"""Calibrations of every backend: drift, noise, and level changes that the truth knows of."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.ids import hash64, named_uuid
from ionq_data.emulator.instants import DAY_MS, HOUR_MS, SECOND_MS
from ionq_data.emulator.machines import MODELS, QPUS, Machine, Model
from ionq_data.emulator.scenario import Scenario

Float = npt.NDArray[np.float64]

APART = 18
"""Least number of measurements between two changes of a metric, and between a change and either end."""


@dataclass(frozen=True)
class Metric:
    """How a measured quantity behaves: relative or absolute noise (one sigma), changes per year, decimals shown."""

    name: str
    sigma: float
    is_relative: bool
    changes_per_year: float
    decimals: int


METRICS = (
    Metric("1q", 0.000016, False, 2.0, 7),
    Metric("2q", 0.00045, False, 3.0, 6),
    Metric("spam", 0.00022, False, 2.0, 6),
    Metric("t1", 0.03, True, 0.5, 4),
    Metric("t2", 0.03, True, 1.0, 5),
    Metric("gate_1q", 0.002, True, 0.0, 9),
    Metric("gate_2q", 0.002, True, 0.7, 9),
    Metric("readout", 0.002, True, 0.0, 9),
    Metric("reset", 0.002, True, 0.0, 9),
)
FIDELITIES = ("1q", "2q", "spam")
ABSURD = (("1q", 0.79), ("spam", 0.501))
"""Values that have been seen and that no backend had."""
TIMINGS = {"t1": "t1", "t2": "t2", "gate_1q": "1q", "gate_2q": "2q", "readout": "readout", "reset": "reset"}


@dataclass(frozen=True, order=True)
class Characterization:
    """One calibration: when (milliseconds), its id, its backend's number and the value of each metric.

    `implausible` names the metrics whose value is no measurement.
    """

    measured_ms: int
    id: str
    machine: int
    values: dict[str, float | None]
    implausible: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether every metric has a plausible value."""
        return not self.implausible and None not in self.values.values()


@dataclass(frozen=True)
class Change:
    """A level change that was put in: `changed_ms` is the first measurement on the new level."""

    machine: int
    metric: str
    changed_ms: int
    before: float
    after: float
    sigma: float


@dataclass(frozen=True)
class Calibrations:
    """The characterizations of each backend number, oldest first, and the changes in them."""

    of_machine: dict[int, list[Characterization]]
    changes: tuple[Change, ...]

    def until(self, machine: int, at_ms: int) -> list[Characterization]:
        """Return a backend's characterizations measured by an instant, oldest first."""
        known = self.of_machine.get(machine, [])
        return known[: bisect_right(known, at_ms, key=lambda one: one.measured_ms)]

    def add(self, one: Characterization) -> None:
        """Add a characterization in its place."""
        insort(self.of_machine.setdefault(one.machine, []), one, key=lambda other: other.measured_ms)


def calibrate(scenario: Scenario, machines: tuple[Machine, ...]) -> Calibrations:
    """Return the calibrations of all QPUs over the simulated time."""
    of_machine: dict[int, list[Characterization]] = {}
    changes: list[Change] = []
    for number in QPUS:
        rng = np.random.default_rng([scenario.seed, 9, number])
        times = _measured_ms(rng, scenario, machines[number])
        anchor = int(np.searchsorted(times, scenario.anchor_ms, side="right"))
        columns: dict[str, list[float]] = {}
        for metric in METRICS:
            columns[metric.name], found = _series(rng, metric, MODELS[number], number, times, anchor)
            changes += found
        of_machine[number] = [
            _measured(scenario, number, at, int(times[at]), {name: values[at] for name, values in columns.items()})
            for at in range(len(times))
        ]
    return Calibrations(of_machine, tuple(sorted(changes, key=lambda change: (change.changed_ms, change.metric))))


def _measured(
    scenario: Scenario, machine: int, at: int, measured_ms: int, values: dict[str, float]
) -> Characterization:
    """Return a calibration as it was recorded: under October's contract a few have no value, or an absurd one."""
    one_id = named_uuid(scenario.seed, f"characterization/{machine}", at)
    recorded: dict[str, float | None] = {**values}
    dice = hash64(scenario.seed, 61, machine, at)
    if not scenario.is_october:
        return Characterization(measured_ms, one_id, machine, recorded)
    metric, absurd = ABSURD[dice // 64 % len(ABSURD)]
    if dice % 64 == 0:
        return Characterization(measured_ms, one_id, machine, {**recorded, metric: absurd}, (metric,))
    if dice % 64 in (1, 2):
        recorded["1q" if dice % 64 == 1 else "2q"] = None
    return Characterization(measured_ms, one_id, machine, recorded)


def _measured_ms(rng: np.random.Generator, scenario: Scenario, machine: Machine) -> npt.NDArray[np.int64]:
    """Return irregular instants in whole seconds, a day or two apart, from three days before the history."""
    begin = max(machine.introduced_ms, scenario.start_ms - 3 * DAY_MS)
    end = min(machine.retired_ms, scenario.end_ms)
    gaps = rng.lognormal(np.log(30), 0.35, size=(end - begin) // (12 * HOUR_MS)).clip(12, 120) * HOUR_MS
    times = begin + np.cumsum(gaps).astype(np.int64)
    return times[times < end] // SECOND_MS * SECOND_MS


def _series(
    rng: np.random.Generator, metric: Metric, model: Model, machine: int, times: npt.NDArray[np.int64], anchor: int
) -> tuple[list[float], list[Change]]:
    """Return a metric's measurements and its changes, at least 18 measurements from each other and from the ends.

    Levels fall and recover in turn by 5 to 9 sigma; on them lie a slow drift of about one sigma in half a year, a
    slight season, noise of one sigma, and rare outliers.
    """
    base = _base(model, metric.name)
    sigma = metric.sigma * base if metric.is_relative else metric.sigma
    years = (times - times[0]) / (365 * DAY_MS) if len(times) else np.zeros(0)
    season = 0.25 * np.sin(2 * np.pi * (years + rng.random()))
    level = base + sigma * (rng.normal(0, 1.4) * years + season)
    changes = []
    direction = -1
    for at in _change_positions(rng, metric, len(times), anchor, float(years[-1]) if len(times) else 0.0):
        before = float(level[at - 1])
        level[at:] += direction * rng.uniform(5, 9) * sigma
        changes.append(Change(machine, metric.name, int(times[at]), before, float(level[at]), sigma))
        direction = -direction
    noise = rng.normal(0, 1, size=len(times)).clip(-3.2, 3.2)
    noise = np.where(rng.random(len(times)) < 0.004, noise + rng.choice([-4, 4], size=len(times)), noise)
    values = level + sigma * noise
    if metric.name in FIDELITIES:
        values = values.clip(0, 0.99999)
    return np.round(values, metric.decimals).tolist(), changes


def _change_positions(rng: np.random.Generator, metric: Metric, count: int, anchor: int, years: float) -> list[int]:
    positions: list[int] = []
    for _ in range(int(rng.poisson(metric.changes_per_year * years))):
        at = int(rng.integers(APART, max(count - APART, APART + 1)))
        near_end = at > count - APART or anchor - APART < at <= anchor + APART
        if not near_end and all(abs(at - other) >= APART for other in positions):
            positions.append(at)
    return sorted(positions)


def _base(model: Model, metric: str) -> float:
    return float(getattr(model, f"fidelity_{metric}" if metric in FIDELITIES else metric))
