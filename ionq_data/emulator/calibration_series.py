"""A metric's measurements over time: drift, noise, outliers, and changes of level that the truth knows of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS
from ionq_data.emulator.machines import MODELS, Model
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

APART = 18
"""Least number of measurements between two changes of a metric, and between a change and either end."""
RAMP = 20
"""The number of measurements in a ramp."""


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
TIMINGS = {"t1": "t1", "t2": "t2", "gate_1q": "1q", "gate_2q": "2q", "readout": "readout", "reset": "reset"}


@dataclass(frozen=True)
class Change:
    """A planted change of level: `changed_ms` is the first measurement on the new level.

    A `fall` is followed by a `recovery`. A `ramp` is a fall by equal steps, from `changed_ms` on until the recovery
    that follows it.
    """

    machine: int
    metric: str
    changed_ms: int
    before: float
    after: float
    sigma: float
    kind: Literal["fall", "recovery", "ramp"]


@dataclass(frozen=True)
class Outlier:
    """A single measurement, planted four sigma off its level."""

    machine: int
    metric: str
    measured_ms: int
    value: float


def draw_series(
    rng: np.random.Generator, scenario: Scenario, metric: Metric, machine: int, times: Int,
    anchor: int,
) -> tuple[list[float], list[Change], list[Outlier], list[float]]:  # fmt: skip
    """Return a metric's measurements, its changes, its outliers, and its true level at each measurement.

    The changes are at least 18 measurements from each other and from the ends.

    Levels fall and recover in turn by 5 to 9 sigma. Added to them are a slow drift of about one sigma in half a year,
    a slight season, noise of one sigma, and rare outliers.
    """
    base = _base(MODELS[machine], metric.name)
    sigma = metric.sigma * base if metric.is_relative else metric.sigma
    years = (times - times[0]) / (365 * DAY_MS) if len(times) else np.zeros(0)
    season = 0.25 * np.sin(2 * np.pi * (years + rng.random()))
    level = base + sigma * (rng.normal(0, 1.4) * years + season)
    changes = []
    direction = -1
    positions = _change_positions(rng, metric, len(times), anchor, float(years[-1]) if len(times) else 0.0)
    for at in positions:
        before = float(level[at - 1])
        level[at:] += direction * rng.uniform(5, 9) * sigma
        changes.append(
            Change(
                machine,
                metric.name,
                int(times[at]),
                before,
                float(level[at]),
                sigma,
                "fall" if direction < 0 else "recovery",
            )
        )
        direction = -direction
    if scenario.anomalies and metric.changes_per_year >= 1:
        changes += _ramp(scenario, metric, machine, times, level, [*positions, anchor], sigma)
    noise = rng.normal(0, 1, size=len(times)).clip(-3.2, 3.2)
    is_off = rng.random(len(times)) < 0.004
    noise = np.where(is_off, noise + rng.choice([-4, 4], size=len(times)), noise)
    values = level + sigma * noise
    if metric.name in FIDELITIES:
        values = values.clip(0, 0.99999)
    shown = np.round(values, metric.decimals).tolist()
    outliers = [Outlier(machine, metric.name, int(times[at]), shown[at]) for at in np.flatnonzero(is_off).tolist()]
    return shown, changes, outliers, level.tolist()


def _ramp(
    scenario: Scenario, metric: Metric, machine: int, times: Int, level: Float, taken: list[int],
    sigma: float,
) -> list[Change]:  # fmt: skip
    """Let a level fall in equal steps and then recover at once, far from other changes; return both."""
    rng = np.random.default_rng([scenario.seed, 14, machine, [one.name for one in METRICS].index(metric.name)])
    edges = sorted([0, *taken, len(level)])
    gaps = [(low + APART, high - APART - RAMP) for low, high in pairwise(edges) if high - low > 2 * APART + RAMP]
    if not gaps:
        return []
    low, high = gaps[int(rng.integers(len(gaps)))]
    at, size = int(rng.integers(low, high)), rng.uniform(6, 9) * sigma
    before, end = float(level[at - 1]), at + RAMP
    level[at:end] -= size * np.arange(1, RAMP + 1) / RAMP
    lowest = float(level[end - 1])
    return [
        Change(machine, metric.name, int(times[at]), before, lowest, sigma, "ramp"),
        Change(machine, metric.name, int(times[end]), lowest, float(level[end]), sigma, "recovery"),
    ]


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
