"""Calibrations of every backend: their times and their records."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.calibration_series import METRICS, Change, Outlier, draw_series
from ionq_data.emulator.ids import hash64, named_uuid
from ionq_data.emulator.instants import DAY_MS, HOUR_MS, SECOND_MS
from ionq_data.emulator.machines import QPUS, Machine
from ionq_data.emulator.scenario import Scenario

Float = npt.NDArray[np.float64]

ABSURD = (("1q", 0.79), ("spam", 0.501))
"""Values that accounts have seen, and that no backend can have."""


@dataclass(frozen=True, order=True)
class Characterization:
    """One calibration: when (milliseconds), its id, its backend's number and the value of each metric.

    `implausible` names the metrics whose value is not a measurement.
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
class Calibrations:
    """The characterizations of each backend number, oldest first, the changes in them, and the outliers.

    `levels` holds for each backend number the instants of measurement and each metric's true level from then on. No
    answer shows this level, because a measurement has noise.
    """

    of_machine: dict[int, list[Characterization]]
    changes: tuple[Change, ...]
    outliers: tuple[Outlier, ...]
    levels: dict[int, tuple[list[int], dict[str, list[float]]]]

    def until(self, machine: int, at_ms: int) -> list[Characterization]:
        """Return a backend's characterizations measured by an instant, oldest first."""
        known = self.of_machine.get(machine, [])
        return known[: bisect_right(known, at_ms, key=lambda one: one.measured_ms)]

    def level(self, machine: int, at_ms: int) -> dict[str, float]:
        """Return the true level of each metric of a backend at an instant; empty before its first measurement."""
        times, of_metric = self.levels[machine]
        last = bisect_right(times, at_ms) - 1
        return {name: levels[last] for name, levels in of_metric.items()} if last >= 0 else {}

    def add(self, one: Characterization) -> None:
        """Add a characterization in its place."""
        insort(self.of_machine.setdefault(one.machine, []), one, key=lambda other: other.measured_ms)


def calibrate(scenario: Scenario, machines: tuple[Machine, ...]) -> Calibrations:
    """Return the calibrations of all QPUs over the simulated time."""
    of_machine: dict[int, list[Characterization]] = {}
    changes: list[Change] = []
    outliers: list[Outlier] = []
    levels: dict[int, tuple[list[int], dict[str, list[float]]]] = {}
    for number in QPUS:
        rng = np.random.default_rng([scenario.seed, 9, number])
        times = _measured_ms(rng, scenario, machines[number])
        anchor = int(np.searchsorted(times, scenario.anchor_ms, side="right"))
        columns: dict[str, list[float]] = {}
        levels[number] = (times.tolist(), {})
        for metric in METRICS:
            columns[metric.name], found, off, level = draw_series(rng, scenario, metric, number, times, anchor)
            levels[number][1][metric.name] = level
            changes += found
            outliers += off
        of_machine[number] = [
            _measured(scenario, number, at, int(times[at]), {name: values[at] for name, values in columns.items()})
            for at in range(len(times))
        ]
    changes.sort(key=lambda change: (change.changed_ms, change.metric))
    return Calibrations(of_machine, tuple(changes), tuple(outliers), levels)


def _measured(
    scenario: Scenario, machine: int, at: int, measured_ms: int, values: dict[str, float]
) -> Characterization:
    """Return the record of a calibration: under October's contract, a few have no value, or an absurd one."""
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
