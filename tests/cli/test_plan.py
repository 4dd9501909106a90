"""``ionq-data plan``: circuits from files, and what is wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ionq_data.cli import run
from ionq_data.cli.exit_codes import WRONG_USAGE
from ionq_data.cli.plan import _read

GHZ = """
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[3] c;
h q[0];
cx q[0], q[1];
cx q[1], q[2];
c = measure q;
"""
GATES = [
    {"gate": "h", "target": 0},
    {"gate": "cnot", "control": 0, "target": 1},
    {"gate": "cnot", "control": 1, "target": 2},
]


@pytest.mark.parametrize(
    "text",
    [
        GHZ,
        json.dumps({"qubits": 3, "gateset": "qis", "circuit": GATES}),
        json.dumps({"type": "ionq.circuit.v1", "input": {"qubits": 3, "circuit": GATES}}),
    ],
    ids=["qasm", "input", "job"],
)
def test_the_native_gates_of_a_file_are_counted(tmp_path: Path, text: str) -> None:
    file = tmp_path / "circuit"
    file.write_text(text)
    found = _read(file, shots=500, is_debiased=True)
    assert (found.qubits, found.gates_2q, found.shots, found.is_debiased) == (3, 2, 500, True)
    assert found.gates_1q > 0


def test_native_gates_are_counted_as_they_are(tmp_path: Path) -> None:
    gates = [{"gate": "gpi", "target": 0, "phase": 0.1}, {"gate": "zz", "targets": [0, 1], "angle": 0.25}]
    file = tmp_path / "native.json"
    file.write_text(json.dumps({"gateset": "native", "qubits": 2, "circuit": gates}))
    found = _read(file, shots=1, is_debiased=False)
    assert (found.gates_1q, found.gates_2q) == (1, 1)


@pytest.mark.parametrize(
    "text", ["{", '{"qubits": 2}', "OPENQASM 2.0;", '{"circuit": [{"gate": "no such", "target": 0}]}']
)
def test_a_file_that_holds_no_circuit_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "circuit"
    file.write_text(text)
    with pytest.raises(ValueError, match="circuit"):
        _read(file, shots=1, is_debiased=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--qubits", "3"],
        ["--circuit", "no-such-file"],
        ["--circuit", "x", "--qubits", "3"],
    ],
)
def test_wrong_usage_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", *arguments]) == WRONG_USAGE
    assert capsys.readouterr().err.startswith("Error: ")
