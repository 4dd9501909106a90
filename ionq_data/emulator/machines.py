"""The backends: their public figures, and when each exists, is down or is degraded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, HOUR_MS, NEVER
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Model:
    """Public figures of a backend. `gate_*`, `readout` and `reset` are in seconds, `load` is the share of time in use.

    `is_by_time` says whether October bills it by quantum compute time, not by gates.
    """

    name: str
    qubits: int
    kilowatts: float
    location: str
    load: float
    fidelity_1q: float
    fidelity_2q: float
    fidelity_spam: float
    t1: float
    t2: float
    gate_1q: float
    gate_2q: float
    readout: float
    reset: float
    is_by_time: bool = False
    introduced: float = 0.0
    retired: float | None = None


SIMULATOR = 0
MODELS = (
    Model(
        name="simulator", qubits=29, kilowatts=0.0, location="cloud", load=0, fidelity_1q=1, fidelity_2q=1,
        fidelity_spam=1, t1=0, t2=0, gate_1q=0, gate_2q=0, readout=0, reset=0,
    ),
    Model(
        name="qpu.aria-1", qubits=25, kilowatts=4.2, location="College Park, MD, USA", load=0.60, fidelity_1q=0.9996,
        fidelity_2q=0.9865, fidelity_spam=0.9945, t1=55.0, t2=1.05, gate_1q=0.000135, gate_2q=0.0006, readout=0.0003,
        reset=0.00005,
    ),
    Model(
        name="qpu.aria-2", qubits=25, kilowatts=4.4, location="College Park, MD, USA", load=0.55, fidelity_1q=0.99955,
        fidelity_2q=0.9852, fidelity_spam=0.9942, t1=48.0, t2=0.95, gate_1q=0.000135, gate_2q=0.0006, readout=0.0003,
        reset=0.00005, retired=0.62,
    ),
    Model(
        name="qpu.forte-1", qubits=36, kilowatts=4.9, location="College Park, MD, USA", load=0.68, fidelity_1q=0.9998,
        fidelity_2q=0.9925, fidelity_spam=0.9957, t1=85.0, t2=1.10, gate_1q=0.00013, gate_2q=0.00097, readout=0.00015,
        reset=0.00005,
    ),
    Model(
        name="qpu.forte-enterprise-1", qubits=36, kilowatts=5.1, location="Basel, Switzerland", load=0.64,
        fidelity_1q=0.99975, fidelity_2q=0.9933, fidelity_spam=0.9962, t1=90.0, t2=1.0, gate_1q=0.00011,
        gate_2q=0.0009, readout=0.00015, reset=0.00005, is_by_time=True,
    ),
    Model(
        name="qpu.forte-enterprise-2", qubits=36, kilowatts=5.1, location="Bothell, WA, USA", load=0.50,
        fidelity_1q=0.9998, fidelity_2q=0.9948, fidelity_spam=0.9966, t1=95.0, t2=1.1, gate_1q=0.00011,
        gate_2q=0.00088, readout=0.00015, reset=0.00005, is_by_time=True, introduced=0.75,
    ),
)  # fmt: skip
NAMES = tuple(model.name for model in MODELS)
NUMBERS = {name: number for number, name in enumerate(NAMES)}
QPUS = tuple(range(1, len(MODELS)))


@dataclass(frozen=True, eq=False)
class Machine:
    """A backend in one history; windows are sorted, disjoint [begin, end) pairs of milliseconds."""

    model: Model
    introduced_ms: int
    retired_ms: int
    down: Int
    degraded: Int

    def status(self, at_ms: int) -> str:
        """Return `available`, `unavailable` or `retired` at an instant."""
        if at_ms >= self.retired_ms:
            return "retired"
        return "unavailable" if contains(self.down, at_ms) else "available"

    def exists(self, at_ms: int) -> bool:
        """Return whether the backend is listed at an instant."""
        return self.introduced_ms <= at_ms < self.retired_ms

    def is_degraded(self, at_ms: int) -> bool:
        """Return whether the backend calls itself degraded at an instant."""
        return contains(self.degraded, at_ms)

    def changed_ms(self, at_ms: int) -> int:
        """Return when status or degradation last changed, up to an instant."""
        edges = np.concatenate([self.down.ravel(), self.degraded.ravel(), [self.introduced_ms, self.retired_ms]])
        return int(edges[edges <= at_ms].max(initial=min(self.introduced_ms, at_ms)))


def contains(windows: Int, at_ms: int) -> bool:
    """Return whether an instant lies in one of the sorted windows."""
    at = int(np.searchsorted(windows[:, 0], at_ms, side="right")) - 1
    return at >= 0 and bool(at_ms < windows[at, 1])


def build_machines(scenario: Scenario) -> tuple[Machine, ...]:
    """Return every backend with its maintenance, outages and degraded spells over the simulated time."""
    span = scenario.days * DAY_MS
    machines = []
    for number, model in enumerate(MODELS):
        rng = np.random.default_rng([scenario.seed, 2, number])
        # A backend that exists at the start has existed for a while.
        begin = scenario.start_ms + (int(model.introduced * span) if model.introduced else -60 * DAY_MS)
        end = NEVER if model.retired is None else scenario.start_ms + int(model.retired * span)
        life = (max(begin, scenario.start_ms), min(end, scenario.end_ms))
        none = np.zeros((0, 2), dtype=np.int64)
        down = none if number == SIMULATOR else np.concatenate(
            [_maintenance(rng, *life), _spells(rng, *life, every_days=60, hours=(3, 22))]
        )  # fmt: skip
        degraded = none if number == SIMULATOR else _spells(rng, *life, every_days=35, hours=(4, 40))
        machines.append(Machine(model, begin, end, merge_windows(down), merge_windows(degraded)))
    return tuple(machines)


def _maintenance(rng: np.random.Generator, begin_ms: int, end_ms: int) -> Int:
    """Return one planned window every 5 to 9 days, two to six hours long, starting on a quarter of an hour."""
    gaps = rng.integers(5 * 96, 9 * 96, size=(end_ms - begin_ms) // (5 * DAY_MS) + 1) * (DAY_MS // 96)
    begins = begin_ms + np.cumsum(gaps)
    lengths = rng.integers(8, 25, size=len(begins)) * (HOUR_MS // 4)
    return np.stack([begins, begins + lengths], axis=1)[begins + lengths < end_ms]


def _spells(rng: np.random.Generator, begin_ms: int, end_ms: int, *, every_days: float, hours: tuple[int, int]) -> Int:
    """Return unplanned windows at random instants, on average one per `every_days`."""
    begins = np.sort(rng.integers(begin_ms, end_ms, size=rng.poisson((end_ms - begin_ms) / DAY_MS / every_days)))
    ends = begins + rng.integers(hours[0] * HOUR_MS, hours[1] * HOUR_MS, size=len(begins))
    return np.stack([begins, ends], axis=1)[ends < end_ms]


def merge_windows(windows: Int) -> Int:
    """Return windows in order, with overlaps merged."""
    merged: list[list[int]] = []
    for begin, end in sorted(windows.tolist()):
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return np.array(merged, dtype=np.int64).reshape(-1, 2)
