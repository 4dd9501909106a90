"""The circuits of the jobs: shots, qubits, gates, and their execution times on each backend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.arrivals import Submissions
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
Float = npt.NDArray[np.float64]

SHOTS = np.array([100, 200, 500, 1000, 1000, 2000, 4000, 5000, 10_000])
LONGEST_MS = 2_100_000
"""Longest execution; the API's `*_quantum_compute_time_us` is a 32-bit integer."""
OWN_SHARE = 0.3
"""The largest share of a backend's time for the organization; beyond it, its circuits are shortened."""


@dataclass(frozen=True, eq=False)
class Circuits:
    """One entry per job, a parent before its children. A parent's gates and execution are its children's sum."""

    root: Int
    ordinal: Int
    shots: Int
    qubits: Int
    gates_1q: Int
    gates_2q: Int
    execution_ms: Int
    is_debiased: Bool
    is_dry: Bool


def draw_circuits(scenario: Scenario, submissions: Submissions, shots_factor: Float, *, span_ms: int) -> Circuits:
    """Return the circuits of all jobs; shots, debiasing and dry run are the family's, the gates a circuit's own."""
    rng = np.random.default_rng([scenario.seed, 5, 0])
    roots = len(submissions.submitted)
    sizes = submissions.children + 1
    root = np.repeat(np.arange(roots), sizes)
    first = np.cumsum(sizes) - sizes
    ordinal = np.arange(len(root)) - first[root]
    is_qpu = submissions.machine != SIMULATOR

    shots = rng.choice(SHOTS, size=roots)
    is_debiased = is_qpu & (rng.random(roots) < 0.16)
    shots = (np.where(is_debiased, np.maximum(shots, 500), shots) * shots_factor).astype(np.int64)
    is_dry = is_qpu & (rng.random(roots) < 0.015) & (submissions.children == 0)

    most = np.array([model.qubits for model in MODELS])[submissions.machine[root]]
    qubits = np.minimum(2 + rng.gamma(2.2, 3.6, size=len(root)).astype(np.int64), most)
    gates_2q = np.clip(qubits * rng.lognormal(0.6, 0.9, size=len(root)), 1, 700).astype(np.int64)
    gates_1q = np.clip(gates_2q * rng.uniform(1.2, 3.2, size=len(root)) + qubits, 1, 2400).astype(np.int64)

    execution_ms = _execution_ms(rng, submissions.machine[root], shots[root], gates_1q, gates_2q, is_debiased[root])
    execution_ms = _within_share(execution_ms, submissions, root, span_ms)
    parents = np.flatnonzero(submissions.children)
    for values in (gates_1q, gates_2q, execution_ms):
        values[first[parents]] = 0
        values[first[parents]] = np.bincount(root, weights=values, minlength=roots)[parents].astype(np.int64)
    if roots:
        qubits[first] = np.maximum.reduceat(qubits, first)
    return Circuits(
        root, ordinal, shots[root], qubits, gates_1q, gates_2q, execution_ms, is_debiased[root], is_dry[root]
    )


def _execution_ms(
    rng: np.random.Generator, machine: Int, shots: Int, gates_1q: Int, gates_2q: Int, is_debiased: Bool
) -> Int:
    """Return milliseconds: shots × (gates × their times + readout + reset), with a spread; simulators are quick."""
    times = np.array([(model.gate_1q, model.gate_2q, model.readout + model.reset) for model in MODELS])[machine]
    # Single-qubit gates on different ions run in parallel, two-qubit gates one after the other.
    per_shot = gates_1q / 4 * times[:, 0] + gates_2q * times[:, 1] + times[:, 2]
    seconds = 0.8 + shots * per_shot * rng.lognormal(0, 0.08, size=len(shots)) * np.where(is_debiased, 1.15, 1)
    seconds = np.where(machine == SIMULATOR, rng.lognormal(-0.7, 0.8, size=len(shots)), seconds)
    milliseconds: Int = np.clip(seconds * 1000, 1, LONGEST_MS).astype(np.int64)
    return milliseconds


def _within_share(execution_ms: Int, submissions: Submissions, root: Int, span_ms: int) -> Int:
    """Shorten executions on a backend if the organization would take more than its share of the time."""
    machine = submissions.machine[root]
    load = np.bincount(machine, weights=execution_ms, minlength=len(MODELS)) / (span_ms * OWN_SHARE)
    load[SIMULATOR] = 0
    return np.maximum(execution_ms / np.maximum(load, 1)[machine], 1).astype(np.int64)
