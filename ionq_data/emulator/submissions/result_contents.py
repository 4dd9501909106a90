"""Outcomes of submitted jobs in the formats of both contracts."""

from __future__ import annotations

import random
from typing import Any

from ionq_data.emulator.ids import hash64
from ionq_data.emulator.jobs import Row
from ionq_data.emulator.submissions.outcomes import outcome_of, sharpened
from ionq_data.emulator.world import World

Register = tuple[int | None, ...]


def by_state(world: World, row: Row, kind: str, *, variant: int = -1, sharpen: bool = False) -> dict[str, float]:
    """Return probabilities or counts by decimal state of the qubits, or the state of each shot by its number."""
    qubits = world.submitted[row["serial"]].circuit.qubits
    outcome = outcome_of(world, row, variant=variant)
    if kind == "shots":
        return {str(shot): state & _ones(qubits) for shot, state in enumerate(_in_order(world, row, outcome.counts))}
    if kind == "histogram":
        return _merged(outcome.counts, qubits)
    return _merged(sharpened(world, row) if sharpen and row["is_debiased"] else outcome.shares, qubits)


def by_register(world: World, row: Row, kind: str, *, variant: int = -1) -> dict[str, Any]:
    """Return an outcome in the second version of its format: by register, bit strings with the last bit first."""
    registers = world.submitted[row["serial"]].circuit.registers
    outcome = outcome_of(world, row, variant=variant)
    if kind == "shots":
        states = _in_order(world, row, outcome.counts)
        return {
            "shots": [
                {"registers": {name: _bits(state, register) for name, register in registers.items()}}
                for state in states
            ]
        }
    values: dict[int, float] = dict(outcome.shares if kind == "probabilities" else outcome.counts)
    return {kind: {"registers": {name: _told(values, register) for name, register in registers.items()}}}


def native_circuit(world: World, row: Row) -> list[dict[str, Any]]:
    """Return the compiled circuit in native gates."""
    return [gate for gate in world.submitted[row["serial"]].compiled.gates if isinstance(gate, dict)]


def openqasm(world: World, row: Row) -> str:
    """Return the compiled circuit as OpenQASM 3 on hardware qubits, angles in turns."""
    lines = ["OPENQASM 3.0;"]
    for gate in native_circuit(world, row):
        if "target" in gate:
            lines.append(f"{gate['gate']}({gate['phase']}) ${gate['target']};")
        else:
            angles = ", ".join(str(angle) for angle in (*gate.get("phases", ()), gate["angle"]))
            lines.append(f"{gate['gate']}({angles}) ${gate['targets'][0]}, ${gate['targets'][1]};")
    return "\n".join(lines) + "\n"


def _ones(bits: int) -> int:
    return (1 << bits) - 1


def _merged(values: dict[int, int] | dict[int, float], qubits: int) -> dict[str, float]:
    """Return values by the state of the qubits alone, without the bits that were recorded on the way."""
    merged: dict[int, float] = {}
    for outcome, value in values.items():
        state = outcome & _ones(qubits)
        merged[state] = merged.get(state, 0) + value
    return {str(state): value for state, value in sorted(merged.items())}


def _bits(outcome: int, register: Register) -> list[int]:
    return [0 if place is None else outcome >> place & 1 for place in register]


def _told(values: dict[int, float], register: Register) -> dict[str, float]:
    told: dict[str, float] = {}
    for outcome, value in values.items():
        name = "".join(map(str, reversed(_bits(outcome, register))))
        told[name] = told.get(name, 0) + value
    return dict(sorted(told.items()))


def _in_order(world: World, row: Row, counts: dict[int, int]) -> list[int]:
    """Return the outcome of each shot, in an order that the job determines."""
    shots = [outcome for outcome, count in sorted(counts.items()) for _ in range(count)]
    random.Random(hash64(world.scenario.seed, 53, row["serial"])).shuffle(shots)  # noqa: S311 - chance, not secrecy
    return shots
