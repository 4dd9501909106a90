"""The outcomes of a circuit: exact probabilities, or shots with noise. Qulacs simulates the states."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.quantum.circuit import Circuit, Measure, PauliRotation, Reset, Step, Unitary
from ionq_data.emulator.quantum.compilation import Compiled, NativeGate
from ionq_data.emulator.quantum.ionq_json import native_gate

Float = npt.NDArray[np.float64]
Counts = dict[int, int]

MOST_QUBITS = 20
"""The most qubits of a circuit that is simulated."""
_WORK = 1 << 28
"""The most amplitudes that the trajectories of one job may touch, which takes some seconds."""
_PER_GATE = 1 << 13
"""The cost of calling one gate, in amplitudes."""
_FEWEST_TRAJECTORIES = 8
_PAULI_NUMBERS = {"X": 1, "Y": 2, "Z": 3}


@cache
def _qulacs() -> Any:
    """Return Qulacs, which only an emulator that takes jobs needs."""
    # Qulacs reads this on import. For circuits of a few qubits, its threads would cost more time than they save.
    os.environ.setdefault("QULACS_NUM_THREADS", "1")
    import qulacs.gate

    return qulacs


@dataclass(frozen=True)
class Noise:
    """The probability that a native gate is right (else a depolarizing channel acts), and a qubit's reading."""

    fidelity_1q: float = 1.0
    fidelity_2q: float = 1.0
    fidelity_spam: float = 1.0

    def success(self, compiled: Compiled) -> float:
        """Return the probability that nothing goes wrong in a shot."""
        gates = self.fidelity_1q**compiled.gates_1q * self.fidelity_2q**compiled.gates_2q
        return float(gates * self.fidelity_spam ** len(compiled.used))


IDEAL = Noise()


def exact_probabilities(circuit: Circuit) -> Float:
    """Return the probability of each outcome of a circuit that measures at its end only."""
    state = _qulacs().QuantumState(circuit.qubits)
    for step in circuit.steps:
        _gate(step).update_quantum_state(state)
    probabilities: Float = np.abs(state.get_vector()) ** 2
    return probabilities


def sample_exact(probabilities: Float, shots: int, rng: np.random.Generator) -> Counts:
    """Return the number of draws of each outcome."""
    drawn = rng.multinomial(shots, probabilities / probabilities.sum())
    seen = np.flatnonzero(drawn)
    return dict(zip(seen.tolist(), drawn[seen].tolist(), strict=True))


def sample_compiled(
    compiled: Compiled, shots: int, noise: Noise, rng: np.random.Generator, *, recorded: int = 0
) -> Counts:
    """Return the number of shots with each outcome, for circuits with noise or with measurements on the way.

    A shot is a trajectory: each native gate fails with its own probability, and then a random Pauli other than the
    identity hits its qubits. Shots without a failure share one state. If a wide circuit would take too long, a
    trajectory stands for several shots; every outcome's expected share stays the same.
    """
    run = _Run(compiled, noise)
    counts: Counter[int] = Counter()
    if run.is_dynamic:
        for share in _shared(shots, run.affordable):
            counts.update(run.outcomes(run.failures(rng), share, rng))
    else:
        faultless = int(rng.binomial(shots, run.success))
        if faultless:
            counts.update(run.outcomes({}, faultless, rng))
        for share in _shared(shots - faultless, run.affordable):
            counts.update(run.outcomes(run.failures(rng, at_least_one=True), share, rng))
    bits = [*sorted(compiled.used), *range(compiled.qubits, compiled.qubits + recorded)]
    return _misread(counts, bits, 1 - noise.fidelity_spam, rng)


class _Run:
    """A compiled circuit ready to be run many times."""

    def __init__(self, compiled: Compiled, noise: Noise) -> None:
        self._qubits = compiled.qubits
        self._operations: list[tuple[tuple[int, ...], Any]] = []
        self._chances = np.array([_chance(gate, noise) for gate in compiled.gates], dtype=np.float64)
        for gate in compiled.gates:
            if isinstance(gate, dict):
                self._operations.append((_acted_on(gate), [_gate(step) for step in native_gate(gate)]))
            else:
                self._operations.append(((gate.target,), gate))
        self.is_dynamic = any(not isinstance(gate, dict) for gate in compiled.gates)
        self.success = float(np.prod(1 - self._chances))
        cost = max(len(compiled.gates), 1) * ((1 << compiled.qubits) + _PER_GATE)
        self.affordable = max(_WORK // cost, _FEWEST_TRAJECTORIES)

    def failures(self, rng: np.random.Generator, *, at_least_one: bool = False) -> dict[int, int]:
        """Return which gates fail in a trajectory, each with the number of the Pauli that hits its qubits."""
        draws = rng.random(len(self._chances))
        failing = draws < self._chances
        if at_least_one:
            # The first failure, given that there is one; all gates before it are right.
            reached = np.concatenate([[1.0], np.cumprod(1 - self._chances)[:-1]]) * self._chances
            first = int(np.searchsorted(np.cumsum(reached), rng.random() * reached.sum(), side="right"))
            first = min(first, len(failing) - 1)
            failing[:first], failing[first] = False, True
        return {
            int(place): int(rng.integers(1, 4 ** len(self._operations[place][0]))) for place in np.flatnonzero(failing)
        }

    def outcomes(self, failures: dict[int, int], shots: int, rng: np.random.Generator) -> Counter[int]:
        """Return the outcomes of some shots of one trajectory."""
        state = _qulacs().QuantumState(self._qubits)
        recorded = 0
        for place, (qubits, operation) in enumerate(self._operations):
            if isinstance(operation, Measure):
                recorded |= _measured(state, operation.target, rng) << operation.bit
            elif isinstance(operation, Reset):
                if _measured(state, operation.target, rng):
                    _qulacs().gate.X(operation.target).update_quantum_state(state)
            else:
                for gate in operation:
                    gate.update_quantum_state(state)
            if place in failures:
                _hit(state, qubits, failures[place])
        drawn = state.sampling(shots, int(rng.integers(1, 1 << 31)))
        return Counter(outcome | recorded << self._qubits for outcome in drawn)


def _shared(shots: int, most: int) -> Iterator[int]:
    """Yield the number of shots of each trajectory."""
    trajectories = min(shots, most)
    for number in range(trajectories):
        yield shots // trajectories + (number < shots % trajectories)


def _chance(gate: NativeGate | Measure | Reset, noise: Noise) -> float:
    if not isinstance(gate, dict):
        return 0.0
    return 1 - (noise.fidelity_1q if "target" in gate else noise.fidelity_2q)


def _acted_on(gate: NativeGate) -> tuple[int, ...]:
    return (gate["target"],) if "target" in gate else tuple(gate["targets"])


def _gate(step: Step) -> Any:
    if isinstance(step, PauliRotation):
        # Qulacs turns by exp(+i angle / 2 P).
        return _qulacs().gate.PauliRotation(
            list(step.targets), [_PAULI_NUMBERS[pauli] for pauli in step.paulis], -step.angle
        )
    assert isinstance(step, Unitary), "what is measured on the way has no exact distribution"
    made = _qulacs().gate.DenseMatrix(step.target, step.matrix)
    for control in step.controls:
        made.add_control_qubit(control, 1)
    return made


def _measured(state: Any, qubit: int, rng: np.random.Generator) -> int:
    """Measure a qubit, and project the state onto the outcome."""
    outcome = int(rng.random() >= state.get_zero_probability(qubit))
    getattr(_qulacs().gate, f"P{outcome}")(qubit).update_quantum_state(state)
    state.normalize(state.get_squared_norm())
    return outcome


def _hit(state: Any, qubits: Sequence[int], pauli: int) -> None:
    """Apply the Pauli whose base-4 digits give the factor on each qubit."""
    for qubit in qubits:
        pauli, one = divmod(pauli, 4)
        if one:
            getattr(_qulacs().gate, "XYZ"[one - 1])(qubit).update_quantum_state(state)


def _misread(counts: Counter[int], bits: Sequence[int], chance: float, rng: np.random.Generator) -> Counts:
    """Return the counts after each bit of each shot was read wrongly with some probability."""
    if not chance or not counts:
        return dict(counts)
    width = object if max(bits, default=0) > 62 else np.int64
    outcomes = np.repeat(np.array(list(counts), dtype=width), list(counts.values()))
    for bit in bits:
        wrong = rng.choice(len(outcomes), size=rng.binomial(len(outcomes), chance), replace=False, shuffle=False)
        outcomes[wrong] ^= 1 << bit
    return dict(Counter(outcomes.tolist()))
