"""A circuit in the few kinds of steps that make up every IonQ gate, and the algebra of these steps."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.complex128]

MOST_CONTROLS = 7
"""The most controls of one gate; with more, a circuit fails as `TooManyControls`."""


class CircuitError(Exception):
    """A circuit that cannot run: `code` is one of the API's failure codes, `key` the place in the input."""

    def __init__(self, code: str, message: str, key: str = "input") -> None:
        super().__init__(message)
        self.code, self.message, self.key = code, message, key


@dataclass(frozen=True, slots=True, eq=False)
class Unitary:
    """A 2 × 2 matrix that acts on its target if every control is 1."""

    target: int
    matrix: Matrix
    controls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PauliRotation:
    """exp(-i × angle / 2 × P), P a product of one Pauli (a letter of "XYZ") per target; the angle in radians."""

    targets: tuple[int, ...]
    paulis: str
    angle: float


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement before the end, whose outcome goes to the recorded bit."""

    target: int
    bit: int


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset of a qubit to 0."""

    target: int


Step = Unitary | PauliRotation | Measure | Reset

ALL_QUBITS = "output_all"
"""The register that every job has; its bit i is qubit i."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """Steps on some qubits, and the registers that are read at the end.

    An outcome is an integer: bit i is qubit i at the end, bit `qubits + j` the recorded bit j of measurements before
    the end. A register lists the outcome's bit for each of its own bits; None reads 0. `gates` counts
    the submitted gates.
    """

    qubits: int
    steps: tuple[Step, ...]
    registers: dict[str, tuple[int | None, ...]]
    recorded: int = 0
    gates: int = 0

    @property
    def is_dynamic(self) -> bool:
        """Whether a qubit is measured or reset before the end."""
        return any(isinstance(step, Measure | Reset) for step in self.steps)


_R = 1 / math.sqrt(2)
FIXED: dict[str, Matrix] = {
    name: np.array(rows, dtype=np.complex128)
    for name, rows in {
        "x": [[0, 1], [1, 0]],
        "y": [[0, -1j], [1j, 0]],
        "z": [[1, 0], [0, -1]],
        "h": [[_R, _R], [_R, -_R]],
        "s": [[1, 0], [0, 1j]],
        "si": [[1, 0], [0, -1j]],
        "t": [[1, 0], [0, cmath.exp(0.25j * math.pi)]],
        "ti": [[1, 0], [0, cmath.exp(-0.25j * math.pi)]],
        "v": [[0.5 + 0.5j, 0.5 - 0.5j], [0.5 - 0.5j, 0.5 + 0.5j]],
        "vi": [[0.5 - 0.5j, 0.5 + 0.5j], [0.5 + 0.5j, 0.5 - 0.5j]],
    }.items()
}
_PAULI = {"X": FIXED["x"], "Y": FIXED["y"], "Z": FIXED["z"]}


def rotation(axis: str, angle: float) -> Matrix:
    """Return the rotation about an axis (a letter of "XYZ") by an angle in radians."""
    turned: Matrix = math.cos(angle / 2) * np.eye(2) - 1j * math.sin(angle / 2) * _PAULI[axis]
    return turned


def phase(angle: float) -> Matrix:
    """Return diag(1, e^(i × angle))."""
    return np.array([[1, 0], [0, cmath.exp(1j * angle)]], dtype=np.complex128)


def gpi(turns: float) -> Matrix:
    """Return IonQ's GPi: a half turn about the axis at a phase in turns."""
    angle = 2 * math.pi * turns
    return np.array([[0, cmath.exp(-1j * angle)], [cmath.exp(1j * angle), 0]], dtype=np.complex128)


def gpi2(turns: float) -> Matrix:
    """Return IonQ's GPi2: a quarter turn about the axis at a phase in turns."""
    angle = 2 * math.pi * turns
    return _R * np.array([[1, -1j * cmath.exp(-1j * angle)], [-1j * cmath.exp(1j * angle), 1]], dtype=np.complex128)


def controlled_not(control: int, target: int) -> Unitary:
    """Return a CNOT."""
    return Unitary(target, FIXED["x"], (control,))


def swap(a: int, b: int, controls: tuple[int, ...] = ()) -> list[Step]:
    """Return a swap that acts if every control is 1, as three CNOTs, the middle one controlled."""
    outer = controlled_not(b, a)
    return [outer, Unitary(b, FIXED["x"], (a, *controls)), outer]


def molmer_sorensen(a: int, b: int, phases: Sequence[float], angle: float) -> list[Step]:
    """Return IonQ's MS on two qubits, its phases and angle in turns: XX between turns about Z."""
    axes = [(a, math.tau * phases[0]), (b, math.tau * phases[1])]
    before: list[Step] = [Unitary(qubit, rotation("Z", -axis)) for qubit, axis in axes]
    return [*before, PauliRotation((a, b), "XX", math.tau * angle), *inverse(before)]


def controlled(step: Step, controls: tuple[int, ...]) -> list[Step]:
    """Return a step that acts if further controls are 1, too."""
    if isinstance(step, Unitary):
        return [replace(step, controls=(*controls, *step.controls))]
    if isinstance(step, PauliRotation):
        before = _parity_basis(step)
        turn = Unitary(step.targets[-1], rotation("Z", step.angle), controls)
        return [*before, turn, *inverse(before)]
    raise CircuitError("UnsupportedGate", "A measurement or a reset cannot be controlled.")


def inverse(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that undo given steps."""
    undone: list[Step] = []
    for step in reversed(steps):
        if isinstance(step, Unitary):
            undone.append(replace(step, matrix=step.matrix.conj().T))
        elif isinstance(step, PauliRotation):
            undone.append(replace(step, angle=-step.angle))
        else:
            raise CircuitError("UnsupportedGate", "A measurement or a reset cannot be undone.")
    return undone


def _parity_basis(step: PauliRotation) -> list[Step]:
    """Return the steps after which the product of Paulis is Z on the last target alone."""
    steps: list[Step] = []
    for target, pauli in zip(step.targets, step.paulis, strict=True):
        if pauli == "X":
            steps.append(Unitary(target, FIXED["h"]))
        elif pauli == "Y":
            steps.append(Unitary(target, rotation("X", math.pi / 2)))
    steps += [controlled_not(a, b) for a, b in zip(step.targets, step.targets[1:], strict=False)]
    return steps


def check_controls(step: Unitary, key: str) -> None:
    """Refuse a gate with more controls than the service takes, or with one qubit named twice."""
    if len(step.controls) > MOST_CONTROLS:
        message = f"A gate may have at most {MOST_CONTROLS} controls, this one has {len(step.controls)}."
        raise CircuitError("TooManyControls", message, key)
    check_distinct((step.target, *step.controls), key)


def check_distinct(qubits: Sequence[int], key: str) -> None:
    """Refuse a gate that names one qubit twice."""
    if len(set(qubits)) != len(qubits):
        raise CircuitError("InvalidInput", "A gate names the same qubit twice.", key)
