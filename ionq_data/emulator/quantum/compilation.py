"""From steps to IonQ's native gates: pulses about axes in the plane, and one two-qubit gate per rotation.

Turns about Z cost nothing: they shift the phases of the pulses that follow ("virtual Z").
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ionq_data.emulator.quantum.circuit import (
    FIXED,
    Circuit,
    Matrix,
    Measure,
    PauliRotation,
    Reset,
    Step,
    Unitary,
    controlled_not,
    inverse,
    phase,
    rotation,
)

NativeGate = dict[str, Any]
Entangler = Literal["zz", "ms"]
_NOTHING = 1e-9
_EYE = np.eye(2, dtype=np.complex128)
_TO_X = rotation("Y", math.pi / 2)


@dataclass(frozen=True, eq=False)
class Compiled:
    """Native gates in order, as the API writes them, with any measurements and resets between them."""

    qubits: int
    gates: tuple[NativeGate | Measure | Reset, ...]

    @property
    def used(self) -> frozenset[int]:
        """The qubits with at least one step; the others are 0, and are not read out."""
        named = (gate if isinstance(gate, dict) else {"target": gate.target} for gate in self.gates)
        return frozenset(qubit for gate in named for qubit in gate.get("targets", (gate.get("target"),)))

    @property
    def gates_1q(self) -> int:
        """Number of single-qubit gates."""
        return sum(isinstance(gate, dict) and "target" in gate for gate in self.gates)

    @property
    def gates_2q(self) -> int:
        """Number of two-qubit gates."""
        return sum(isinstance(gate, dict) and "targets" in gate for gate in self.gates)


@dataclass
class _Pulses:
    """The native gates so far; for each qubit, the matrix that is not written yet, and the angle of its virtual Z."""

    entangler: Entangler
    waiting: list[Matrix]
    frame: list[float]
    gates: list[NativeGate | Measure | Reset] = field(default_factory=list)


def compile_circuit(circuit: Circuit, entangler: Entangler) -> Compiled:
    """Return a circuit in native gates; it is equal except for phases that no measurement sees."""
    made = _Pulses(entangler, [_EYE] * circuit.qubits, [0.0] * circuit.qubits)
    for step in circuit.steps:
        _add(made, step)
    for qubit in range(circuit.qubits):
        _flush(made, qubit)
    return Compiled(circuit.qubits, tuple(made.gates))


def _add(made: _Pulses, step: Step) -> None:
    if isinstance(step, Unitary):
        if len(step.controls) <= 1:
            _add_controlled(made, step)
        else:
            for part in _fewer_controls(step):
                _add(made, part)
    elif isinstance(step, PauliRotation):
        _add_rotation(made, step)
    else:
        _flush(made, step.target)
        made.gates.append(step)
        if isinstance(step, Reset):
            made.frame[step.target] = 0.0


def _add_controlled(made: _Pulses, step: Unitary) -> None:
    """Add a gate with at most one control; with one, U = V diag(e^ia, e^ib) V† costs one rotation about ZZ."""
    target = step.target
    if not step.controls:
        made.waiting[target] = step.matrix @ made.waiting[target]
        return
    (control,) = step.controls
    values, vectors = _eigen(step.matrix)
    first, second = (cmath.phase(value) for value in values)
    made.waiting[target] = vectors.conj().T @ made.waiting[target]
    turn = second - first
    made.waiting[control] = phase(first) @ rotation("Z", turn / 2) @ made.waiting[control]
    made.waiting[target] = rotation("Z", turn / 2) @ made.waiting[target]
    _add_zz(made, control, target, -turn / 2)
    made.waiting[target] = vectors @ made.waiting[target]


def _eigen(matrix: Matrix) -> tuple[Sequence[complex], Matrix]:
    """Return eigenvalues and orthonormal eigenvectors of a unitary 2 × 2 matrix."""
    if abs(matrix[0, 1]) + abs(matrix[1, 0]) < _NOTHING:
        return (complex(matrix[0, 0]), complex(matrix[1, 1])), _EYE
    values, vectors = np.linalg.eig(matrix)
    # Numerically, eigenvectors of a normal matrix are orthogonal only up to rounding; QR makes them so.
    unitary, _ = np.linalg.qr(vectors)
    return (complex(values[0]), complex(values[1])), unitary


def _fewer_controls(step: Unitary) -> list[Step]:
    """Return a gate of many controls as gates of fewer, with V² = U (Barenco and others, 1995, lemma 7.5)."""
    *others, last = step.controls
    values, vectors = _eigen(step.matrix)
    root = vectors @ np.diag([cmath.sqrt(value) for value in values]) @ vectors.conj().T
    flip = Unitary(last, FIXED["x"], tuple(others))
    return [
        Unitary(step.target, root, (last,)), flip, Unitary(step.target, root.conj().T, (last,)), flip,
        Unitary(step.target, root, tuple(others)),
    ]  # fmt: skip


def _add_rotation(made: _Pulses, step: PauliRotation) -> None:
    """Turn every axis to Z, gather the parity on the last two targets, rotate, and undo."""
    basis: list[Step] = []
    for target, pauli in zip(step.targets, step.paulis, strict=True):
        if pauli != "Z":
            basis.append(Unitary(target, FIXED["h"] if pauli == "X" else rotation("X", math.pi / 2)))
    ladder = [controlled_not(x, y) for x, y in zip(step.targets[:-2], step.targets[1:-1], strict=True)]
    for part in (*basis, *ladder):
        _add(made, part)
    if len(step.targets) == 1:
        _add(made, Unitary(step.targets[0], rotation("Z", step.angle)))
    else:
        _add_zz(made, step.targets[-2], step.targets[-1], step.angle)
    for part in inverse([*basis, *ladder]):
        _add(made, part)


def _add_zz(made: _Pulses, a: int, b: int, angle: float) -> None:
    """Add exp(-i × angle / 2 × ZZ) as one native gate, or as none if it has no effect."""
    angle = math.remainder(angle, 4 * math.pi)
    if abs(angle) < _NOTHING:
        return
    if made.entangler == "zz":
        _flush(made, a)
        _flush(made, b)
        made.gates.append({"gate": "zz", "targets": [a, b], "angle": angle / math.tau})
        return
    for qubit in (a, b):
        made.waiting[qubit] = _TO_X @ made.waiting[qubit]
        _flush(made, qubit)
    turns = [_turns(-made.frame[qubit]) for qubit in (a, b)]
    made.gates.append({"gate": "ms", "targets": [a, b], "phases": turns, "angle": angle / math.tau})
    for qubit in (a, b):
        made.waiting[qubit] = _TO_X.conj().T @ made.waiting[qubit]


def _flush(made: _Pulses, qubit: int) -> None:
    """Write a qubit's pending matrix as at most two pulses: Rz(a) Ry(b) Rz(c), with virtual turns about Z."""
    matrix = made.waiting[qubit]
    if matrix is _EYE:
        return
    made.waiting[qubit] = _EYE
    tilt = 2 * math.atan2(abs(matrix[1, 0]), abs(matrix[0, 0]))
    # The entries of Rz(a) Ry(b) Rz(c) have the phases -(a + c) / 2, (a + c) / 2 and, in the lower left, (a - c) / 2.
    if tilt < _NOTHING:
        made.frame[qubit] += cmath.phase(matrix[1, 1] / matrix[0, 0])
        return
    if math.pi - tilt < _NOTHING:
        gap = cmath.phase(matrix[1, 0] / -matrix[0, 1])
        total = 0.0
    else:
        total = cmath.phase(matrix[1, 1] / matrix[0, 0])
        gap = cmath.phase(matrix[1, 0] / -matrix[0, 1])
    after, before = (total + gap) / 2, (total - gap) / 2
    # Both phases are known up to a whole turn; half a turn shows as the sign of the lower left entry.
    if math.pi - tilt >= _NOTHING and (matrix[1, 0] / matrix[0, 0] * cmath.exp(-1j * after)).real < 0:
        after, before = after + math.pi, before - math.pi
    made.frame[qubit] += before
    if abs(tilt - math.pi / 2) < _NOTHING:
        _pulse(made, qubit, "gpi2", math.pi / 2)
    elif math.pi - tilt < _NOTHING:
        _pulse(made, qubit, "gpi", math.pi / 2)
    else:
        # Ry(b) = Rx(-π/2) Rz(b) Rx(π/2)
        _pulse(made, qubit, "gpi2", 0.0)
        made.frame[qubit] += tilt
        _pulse(made, qubit, "gpi2", math.pi)
    made.frame[qubit] += after


def _pulse(made: _Pulses, qubit: int, gate: str, axis: float) -> None:
    made.gates.append({"gate": gate, "target": qubit, "phase": _turns(axis - made.frame[qubit])})


def _turns(angle: float) -> float:
    """Return an angle in turns, in [0, 1)."""
    return round(angle / math.tau % 1, 12) % 1
