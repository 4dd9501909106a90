"""The contents of October's artifacts: outcomes by register, and the schemas of the formats."""

from __future__ import annotations

from typing import Any

REGISTER = "output_all"
"""The one register into which every circuit of the history measures all of its qubits."""


def in_registers(kind: str, outcome: dict[str, float], qubits: int) -> dict[str, Any]:
    """Convert an outcome by decimal state (for shots: states by shot) to the second version of its format.

    A state is written as a string of bits, the last qubit first; a shot as a list of bits, the first qubit first.
    """
    if kind == "shots":
        bits = ([int(state) >> qubit & 1 for qubit in range(qubits)] for state in outcome.values())
        return {"shots": [{"registers": {REGISTER: shot}} for shot in bits]}
    by_bits = {format(int(state), f"0{qubits}b"): share for state, share in outcome.items()}
    return {kind: {"registers": {REGISTER: by_bits}}}


def _object(description: str, values: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    written: dict[str, Any] = {"type": "object", "description": description}
    if values is not None:
        written["additionalProperties"] = values
    if members:
        written.update(properties=members, required=list(members))
    return written


_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT = {"type": "number", "minimum": 0}
_BITS = {"type": "array", "items": {"type": "number"}}


def _registers(values: dict[str, Any]) -> dict[str, Any]:
    return _object("Outcomes by register.", registers=_object("A register's outcomes by name.", values))


SCHEMAS: dict[str, dict[str, Any]] = {
    "ionq.result.probabilities.json.v1": _object("Probabilities by decimal state.", _SHARE),
    "ionq.result.probabilities.json.v2": _object(
        "Probabilities by register and bit string.", probabilities=_registers(_object("Probabilities.", _SHARE))
    ),
    "ionq.result.histogram.json.v1": _object("Shots by decimal state.", _COUNT),
    "ionq.result.histogram.json.v2": _object(
        "Shots by register and bit string.", histogram=_registers(_object("Counts.", _COUNT))
    ),
    "ionq.result.shots.json.v1": {
        "type": "array", "description": "The decimal state of every shot.", "items": {"type": "string"},
    },
    "ionq.result.shots.json.v2": _object(
        "The bits of every shot by register.", shots={"type": "array", "items": _registers(_BITS)}
    ),
    "ionq.result.probabilities-aggregate.json.v1": _object(
        "Probabilities of each child by its id.", _object("Probabilities by decimal state.", _SHARE)
    ),
    "ionq.native.v1": _object(
        "A compiled circuit of native gates.", qubits={"type": "integer", "minimum": 1}, circuit={"type": "array"}
    ),
}  # fmt: skip
"""JSON Schemas of the formats, for `GET /schemas/formats/{format}`."""
