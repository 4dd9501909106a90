"""The gates that OpenQASM 3 programs use without defining them: the standard library's and IonQ's native ones."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable

import numpy as np

from ionq_data.emulator.quantum.circuit import (
    FIXED,
    CircuitError,
    Matrix,
    PauliRotation,
    Step,
    Unitary,
    gpi,
    gpi2,
    molmer_sorensen,
    phase,
    rotation,
    swap,
)


def u3(theta: float, phi: float, lam: float) -> Matrix:
    """Return OpenQASM's U, whose first entry is real."""
    c, s = math.cos(theta / 2), math.sin(theta / 2)
    return np.array(
        [[c, -cmath.exp(1j * lam) * s], [cmath.exp(1j * phi) * s, cmath.exp(1j * (phi + lam)) * c]],
        dtype=np.complex128,
    )


def _u2(phi: float, lam: float) -> Matrix:
    return u3(math.pi / 2, phi, lam)


_ANGLES: dict[str, tuple[int, Callable[..., Matrix]]] = {
    "rx": (1, lambda a: rotation("X", a)), "ry": (1, lambda a: rotation("Y", a)),
    "rz": (1, lambda a: rotation("Z", a)), "p": (1, phase), "phase": (1, phase), "u1": (1, phase),
    "u2": (2, _u2), "u3": (3, u3), "U": (3, u3), "u": (3, u3), "gpi": (1, gpi), "gpi2": (1, gpi2),
}  # fmt: skip
_PLAIN = {
    "x": "x", "y": "y", "z": "z", "h": "h", "s": "s", "sdg": "si", "t": "t", "tdg": "ti", "sx": "v", "sxdg": "vi",
}  # fmt: skip
_CONTROLLED = {
    "cx": "x", "CX": "x", "cnot": "x", "cy": "y", "cz": "z", "ch": "h", "csx": "sx", "cp": "p", "cphase": "p",
    "cu1": "p", "crx": "rx", "cry": "ry", "crz": "rz", "cu3": "u3",
}  # fmt: skip
_ISING = {"rxx": "XX", "ryy": "YY", "rzz": "ZZ"}


def standard_gate(name: str, angles: list[float], qubits: list[int]) -> list[Step]:
    """Return the steps of a gate that needs no definition.

    Raises:
        CircuitError: If there is no such gate, or if it takes another number of angles or qubits.
    """
    if name in ("ccx", "toffoli"):
        return _controlled("x", angles, _exactly(name, qubits, 3), controls=2)
    if name == "cswap":
        control, a, b = _exactly(name, qubits, 3)
        return swap(a, b, (control,))
    if name == "swap":
        a, b = _exactly(name, qubits, 2)
        return swap(a, b)
    if name == "cu" and len(angles) == 4:
        control, target = _exactly(name, qubits, 2)
        return [Unitary(control, phase(angles[3])), Unitary(target, u3(*angles[:3]), (control,))]
    if name in _CONTROLLED:
        return _controlled(_CONTROLLED[name], angles, _exactly(name, qubits, 2), controls=1)
    if name in _ISING or name == "zz":
        (angle,) = _angles(name, angles, 1)
        a, b = _exactly(name, qubits, 2)
        return [PauliRotation((a, b), _ISING.get(name, "ZZ"), angle if name in _ISING else 2 * math.pi * angle)]
    if name == "ms":
        a, b = _exactly(name, qubits, 2)
        return molmer_sorensen(a, b, _angles(name, angles, 3 if len(angles) == 3 else 2)[:2], (*angles, 0.25)[2])
    if name in ("id", "nop"):
        return []
    return [Unitary(_exactly(name, qubits, 1)[0], _single(name, angles))]


def _controlled(name: str, angles: list[float], qubits: list[int], *, controls: int) -> list[Step]:
    return [Unitary(qubits[controls], _single(name, angles), tuple(qubits[:controls]))]


def _single(name: str, angles: list[float]) -> Matrix:
    if name in _PLAIN:
        _angles(name, angles, 0)
        return FIXED[_PLAIN[name]]
    if name in _ANGLES:
        count, make = _ANGLES[name]
        return make(*_angles(name, angles, count))
    raise CircuitError("UnsupportedGate", f"There is no gate {name}.", "input.data")


def _angles(name: str, angles: list[float], count: int) -> list[float]:
    if len(angles) != count:
        raise CircuitError("PreflightError", f"Gate {name} takes {count} angles, not {len(angles)}.", "input.data")
    return angles


def _exactly(name: str, qubits: list[int], count: int) -> list[int]:
    if len(qubits) != count:
        raise CircuitError("PreflightError", f"Gate {name} takes {count} qubits, not {len(qubits)}.", "input.data")
    return qubits
