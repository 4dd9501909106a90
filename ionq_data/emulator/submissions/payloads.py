"""The bodies of requests that write, in both contracts.

Beyond the contracts, the emulator accepts what the official plugins send: `lang`, and shots as a string (Cirq), a noise
seed of null and the number of qubits beside an OpenQASM program (Qiskit), and the members of a `pauliexp` gate (all).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionq_data.emulator.scenario import Contract
from ionq_data.emulator.submission import CIRCUIT, FUNCTION, MULTI, QAOA, QASM3
from ionq_data.emulator.submissions.checks import (
    Check,
    Wrong,
    boolean,
    integer,
    listing,
    mapping,
    nullable,
    number,
    one_of,
    record,
    shots,
    text,
)

MOST_CIRCUITS, MOST_GATES = 5_000, 150_000
"""The most circuits of a job, and the most gates of all of them together."""
TYPES: dict[Contract, tuple[str, ...]] = {
    "2026-05": (CIRCUIT, MULTI, FUNCTION, QAOA),
    "2026-10": (CIRCUIT, MULTI, QASM3, FUNCTION, QAOA),
}
NOISE_MODELS = (
    "ideal", "harmony", "harmony-1", "harmony-2", "aria-1", "aria-2", "forte-1", "forte-enterprise-1",
)  # fmt: skip
QIS_GATES = (
    "x", "y", "z", "rx", "ry", "rz", "h", "s", "si", "v", "vi", "t", "ti", "not", "cnot", "swap", "xx", "yy", "zz",
    "pauliexp",
)  # fmt: skip
NATIVE_GATES = ("zz", "ms", "gpi", "gpi2", "nop")

_qubit = integer(0)
_placed: dict[str, Check] = {
    "target": _qubit,
    "targets": listing(_qubit),
    "control": _qubit,
    "controls": listing(_qubit),
}
_qis_gate = record(
    {"gate": one_of(*QIS_GATES)},
    {**_placed, "rotation": number, "terms": listing(text), "coefficients": listing(number), "time": number},
)
_native_gate = record(
    {"gate": one_of(*NATIVE_GATES)},
    {**_placed, "phase": number, "phases": listing(number), "angle": number, "rotation": number},
)
_GATES = {"qis": listing(_qis_gate), "native": listing(_native_gate)}
_gateset = one_of("qis", "native")
_registers = mapping(listing(nullable(_qubit)))
_settings = record(
    optional={
        "error_mitigation": record(optional={"debiasing": boolean, "symmetry_verification": boolean}, is_open=True),
        "compilation": record(
            optional={"opt": number, "precision": text, "gate_basis": text, "service_version": text}, is_open=True
        ),
    },
    is_open=True,
)
_noise = record({"model": one_of(*NOISE_MODELS)}, {"seed": nullable(integer(-(1 << 31)))})
_common: dict[str, Check] = {
    "name": text, "metadata": mapping(text), "shots": shots, "session_id": text, "settings": _settings,
    "dry_run": boolean, "noise": _noise,
}  # fmt: skip


def _gates(gateset: Any) -> Check:
    """Return the check of a gate list; it accepts any gates if the gate set itself is wrong."""
    return _GATES[gateset] if gateset in ("qis", "native") else listing(record(is_open=True))


def _circuit_input(value: Any, key: str, wrong: Wrong) -> None:
    """Want one circuit as a list of gates of its gate set."""
    gates = _gates(value.get("gateset") if isinstance(value, dict) else None)
    record({"circuit": gates, "gateset": _gateset}, {"qubits": integer(1)})(value, key, wrong)


def _circuits_input(value: Any, key: str, wrong: Wrong) -> None:
    """Want circuits in the job's gate set or their own; the total of their gates is limited."""
    if not isinstance(value, dict):
        wrong.append((key, "must be an object"))
        return
    inherited = value.get("gateset")

    def circuit(one: Any, at: str, wrong: Wrong) -> None:
        gates = _gates(one.get("gateset", inherited) if isinstance(one, dict) else inherited)
        members: dict[str, Check] = {"name": text, "qubits": integer(1), "registers": _registers, "gateset": _gateset}
        record({"circuit": gates}, members)(one, at, wrong)

    if "circuit" in value:
        wrong.append((f"{key}.circuit", "is not allowed beside circuits"))
    members: dict[str, Check] = {"gateset": _gateset, "circuits": listing(circuit, most=MOST_CIRCUITS)}
    record(members, {"qubits": integer(1)}, is_open=True)(value, key, wrong)
    circuits = value.get("circuits")
    if isinstance(circuits, list):
        if not circuits:
            wrong.append((f"{key}.circuits", "must have a circuit"))
        total = sum(
            len(one["circuit"]) for one in circuits if isinstance(one, dict) and isinstance(one.get("circuit"), list)
        )
        if total > MOST_GATES:
            wrong.append((f"{key}.circuits", f"may have at most {MOST_GATES} gates in total, and have {total}"))


_hamiltonian = record(
    {
        "hamiltonian": listing(record({"pauli_string": text, "coefficient": number})),
        "ansatz": record({"data": text}),
    },
    {
        "linear_constraints": listing(record({"coeffs": listing(number), "rhs": number})),
        "quadratic_constraints": listing(
            record({"quadratic_coeff": listing(listing(number)), "linear_coeff": listing(number), "rhs": number})
        ),
        "penalty": nullable(number), "cvar_alpha": nullable(number),
    },
)  # fmt: skip
_function_input = record(
    {"data": record({"type": one_of("hamiltonian-energy"), "data": _hamiltonian})}, {"params": listing(number)}
)
_qaoa_input = record({"problem_type": one_of("maxcut"), "problem": record(is_open=True)})
_INPUTS: Mapping[str, Check] = {
    CIRCUIT: _circuit_input,
    MULTI: _circuits_input,
    QASM3: record({"data": text}, {"qubits": integer(1)}),
    FUNCTION: _function_input,
    QAOA: _qaoa_input,
}


def creation(contract: Contract) -> Check:
    """Return the check of a `JobCreationPayload`."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        asked = value.get("type") if isinstance(value, dict) else None
        members: dict[str, Check] = {
            "backend": text, "type": one_of(*TYPES[contract]),
            "input": _INPUTS[asked] if asked in TYPES[contract] else record(is_open=True),
        }  # fmt: skip
        if asked == QAOA:
            members["external_settings"] = record({"api_credentials": text}, {"external_organization": text})
        record(members, {**_common, "lang": one_of("json")})(value, key, wrong)

    return check


clone: Check = nullable(record(optional={**_common, "parent": text, "backend": text}))
bulk: Check = record({"ids": listing(text)})
session: Check = record(
    {"backend": text},
    {
        "settings": record(
            optional={
                "job_count_limit": integer(1), "duration_limit_min": integer(1),
                "cost_limit": record({"value": number}, {"unit": text}),
            }
        )
    },
)  # fmt: skip
