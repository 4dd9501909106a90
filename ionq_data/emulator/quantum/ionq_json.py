"""IonQ's JSON circuits, QIS and native, as steps. The caller has checked the shape of the JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

from ionq_data.emulator.quantum.circuit import (
    ALL_QUBITS,
    FIXED,
    Circuit,
    CircuitError,
    PauliRotation,
    Step,
    Unitary,
    check_controls,
    check_distinct,
    controlled,
    gpi,
    gpi2,
    molmer_sorensen,
    phase,
    rotation,
    swap,
)

Json = dict[str, Any]
_ALIASES = {"not": "x", "cnot": "x"}
_TURNED = {"rx": "X", "ry": "Y", "rz": "Z"}
_ISING = {"xx": "XX", "yy": "YY", "zz": "ZZ"}
MOST_TROTTER_STEPS = 200


def read_circuit(
    gates: list[Json], *, gateset: str, qubits: int | None, registers: dict[str, list[int | None]] | None = None,
    key: str = "input.circuit",
) -> Circuit:  # fmt: skip
    """Return the circuit of a gate list.

    Args:
        gates: The list as submitted.
        gateset: `qis` (angles in radians) or `native` (phases and angles in turns).
        qubits: The circuit's width; None takes the highest qubit that a gate names.
        registers: For each named register, the qubit of each bit.
        key: The place of the list in the request, for errors.

    Raises:
        CircuitError: If a gate lacks what it needs or names a qubit that is not there.
    """
    read: Callable[[Json, str], list[Step]] = native_gate if gateset == "native" else _qis_gate
    named = [_qubits(gate, f"{key}[{place}]") for place, gate in enumerate(gates)]
    width = qubits if qubits is not None else max((max(of_gate) + 1 for of_gate in named), default=1)
    steps: list[Step] = []
    for place, gate in enumerate(gates):
        where = f"{key}[{place}]"
        if max(named[place]) >= width:
            message = (
                f"Gate {place} ({gate['gate']}) acts on qubit {max(named[place])}, the circuit has {width} qubits."
            )
            raise CircuitError("InvalidInput", message, f"{where}.targets")
        steps += read(gate, where)
    return Circuit(width, tuple(steps), _registers(width, registers, key), gates=len(gates))


def _registers(
    width: int, registers: dict[str, list[int | None]] | None, key: str
) -> dict[str, tuple[int | None, ...]]:  # fmt: skip
    read: dict[str, tuple[int | None, ...]] = {ALL_QUBITS: tuple(range(width))}
    for name, bits in (registers or {}).items():
        if any(bit is not None and not 0 <= bit < width for bit in bits):
            raise CircuitError("InvalidInput", f"Register {name} names a qubit outside 0 to {width - 1}.", key)
        read[name] = tuple(None if bit is None else int(bit) for bit in bits)
    return read


def _targets(gate: Json) -> tuple[int, ...]:
    one = [gate["target"]] if "target" in gate else []
    return tuple(int(qubit) for qubit in gate.get("targets", one))


def _controls(gate: Json) -> tuple[int, ...]:
    one = [gate["control"]] if "control" in gate else []
    return tuple(int(qubit) for qubit in gate.get("controls", one))


def _qubits(gate: Json, key: str) -> tuple[int, ...]:
    qubits = (*_targets(gate), *_controls(gate))
    if not _targets(gate):
        raise CircuitError("InvalidInput", f"Gate {gate['gate']} has no target.", f"{key}.target")
    if min(qubits) < 0:
        raise CircuitError("InvalidInput", "Qubits are numbered from 0.", f"{key}.targets")
    return qubits


def _pair(gate: Json, key: str) -> tuple[int, int]:
    targets = _targets(gate)
    if len(targets) != 2:
        raise CircuitError("InvalidInput", f"Gate {gate['gate']} takes two targets.", f"{key}.targets")
    check_distinct(targets, f"{key}.targets")
    return targets[0], targets[1]


def _number(gate: Json, name: str, key: str) -> float:
    if gate.get(name) is None:
        raise CircuitError("InvalidInput", f"Gate {gate['gate']} needs {name}.", f"{key}.{name}")
    return float(gate[name])


def _qis_gate(gate: Json, key: str) -> list[Step]:
    asked: str = gate["gate"]
    name = _ALIASES.get(asked, asked)
    controls = _controls(gate)
    if gate["gate"] == "cnot" and not controls:
        raise CircuitError("InvalidInput", "Gate cnot needs a control.", f"{key}.control")
    if name == "pauliexp":
        steps = _pauli_exponential(gate, key)
    elif name in _ISING:
        steps = [PauliRotation(_pair(gate, key), _ISING[name], _number(gate, "rotation", key))]
    elif name == "swap":
        a, b = _pair(gate, key)
        check_distinct((a, b, *controls), key)
        return swap(a, b, controls)
    else:
        if name in _TURNED:
            matrix = rotation(_TURNED[name], _number(gate, "rotation", key))
        elif name == "z" and gate.get("rotation") is not None:
            # The Qiskit plugin sends this for a phase gate, controlled or not.
            matrix = phase(float(gate["rotation"]))
        else:
            matrix = FIXED[name]
        # A single-qubit gate with several targets acts on each.
        made = [Unitary(target, matrix, controls) for target in _targets(gate)]
        for one in made:
            check_controls(one, key)
        return list(made)
    if not controls:
        return steps
    check_distinct((*_targets(gate), *controls), key)
    return [part for step in steps for part in controlled(step, controls)]


def _pauli_exponential(gate: Json, key: str) -> list[Step]:
    """Return exp(-i × time × Σ coefficient × term); a term's last letter acts on the first target.

    Terms that commute are applied exactly, one after the other; others use a symmetric product formula.
    """
    targets, terms, coefficients = _targets(gate), gate.get("terms") or [], gate.get("coefficients") or []
    check_distinct(targets, f"{key}.targets")
    if len(terms) != len(coefficients) or any(len(t) != len(targets) or set(t) - set("IXYZ") for t in terms):
        raise CircuitError(
            "InvalidInput",
            "Gate pauliexp needs a coefficient per term and a letter of IXYZ per target.",
            f"{key}.terms",
        )
    time = _number(gate, "time", key)
    if all(_commute(a, b) for a, b in combinations(terms, 2)):
        repeats, halves = 1, [(term, time * c) for term, c in zip(terms, coefficients, strict=True)]
    else:
        strength = abs(time) * sum(abs(c) for c in coefficients)
        repeats = min(max(math.ceil(10 * strength**1.5), 1), MOST_TROTTER_STEPS)
        half = [(term, time * c / repeats / 2) for term, c in zip(terms, coefficients, strict=True)]
        halves = [*half, *reversed(half)]
    turns: list[Step] = []
    for term, angle in halves:
        acting = [(target, letter) for target, letter in zip(targets, reversed(term), strict=True) if letter != "I"]
        if acting:
            turns.append(PauliRotation(tuple(t for t, _ in acting), "".join(p for _, p in acting), 2 * angle))
    return turns * repeats


def _commute(a: str, b: str) -> bool:
    return sum(x != y and "I" not in (x, y) for x, y in zip(a, b, strict=True)) % 2 == 0


def native_gate(gate: Json, key: str = "") -> list[Step]:
    """Return the steps of one native gate."""
    name = gate["gate"]
    if _controls(gate):
        raise CircuitError("UnsupportedGate", "Native gates take no controls.", f"{key}.controls")
    if name == "nop":
        return []
    if name in ("gpi", "gpi2"):
        matrix = (gpi if name == "gpi" else gpi2)(_number(gate, "phase", key))
        return [Unitary(target, matrix) for target in _targets(gate)]
    a, b = _pair(gate, key)
    if name == "zz":
        # The Cirq plugin calls the angle a phase.
        turns: float = gate["angle"] if "angle" in gate else gate.get("phase", 0.25)
        return [PauliRotation((a, b), "ZZ", math.tau * turns)]
    phases = gate.get("phases")
    if not isinstance(phases, list) or len(phases) != 2:
        raise CircuitError("InvalidInput", "Gate ms needs two phases.", f"{key}.phases")
    return molmer_sorensen(a, b, phases, float(gate.get("angle", 0.25)))


def canonical(gates: list[Json]) -> tuple[Json, ...]:
    """Return native gates as the service writes them: one target per single-qubit gate, the angle under its name."""
    written: list[Json] = []
    for gate in gates:
        name = gate["gate"]
        if name in ("gpi", "gpi2"):
            written += [{"gate": name, "target": target, "phase": gate["phase"]} for target in _targets(gate)]
        elif name == "zz":
            angle = gate["angle"] if "angle" in gate else gate.get("phase", 0.25)
            written.append({"gate": name, "targets": list(_targets(gate)), "angle": angle})
        elif name == "ms":
            targets = list(_targets(gate))
            written.append(
                {"gate": name, "targets": targets, "phases": gate["phases"], "angle": gate.get("angle", 0.25)}
            )
    return tuple(written)
