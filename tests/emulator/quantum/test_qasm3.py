"""OpenQASM 3: what programs give, and what is refused by name."""

import math

import numpy as np
import pytest

from ionq_data.emulator.quantum import (
    IDEAL,
    CircuitError,
    compile_circuit,
    exact_probabilities,
    read_circuit,
    sample_compiled,
)
from ionq_data.emulator.quantum.qasm3 import read_program

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def distribution(source: str) -> dict[int, float]:
    exact = exact_probabilities(read_program(HEAD + source))
    return {at: round(float(p), 9) for at, p in enumerate(exact) if p > 1e-9}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("qubit[2] q; h q[0]; cx q[0], q[1];", {0: 0.5, 3: 0.5}),
        ("qubit[2] q; x q;", {3: 1}),
        ("qubit a; qubit[2] b; x b[1];", {4: 1}),
        ("qubit[3] q; x q[0:2:2];", {5: 1}),
        ("qubit[3] q; x q[{0, 1}]; x q[-1];", {7: 1}),
        ("x $2;", {4: 1}),
        ("const float half = pi / 2; qubit q; rx(2 * half) q;", {1: 1}),
        ("qubit q; rx(arccos(-1) * 2 ** -1 * 2) q;", {1: 1}),
        ("gate flip(a) x, y { rx(a) x; cx x, y; } qubit[2] q; flip(pi) q[0], q[1];", {3: 1}),
        ("gate sq q { s q; } qubit q; h q; pow(2) @ sq q; h q;", {1: 1}),
        ("qubit q; h q; inv @ s q; inv @ s q; h q;", {1: 1}),
        ("qubit q; pow(0.5) @ x q; pow(0.5) @ x q;", {1: 1}),
        ("qubit[3] q; x q[0]; x q[1]; ctrl(2) @ x q[0], q[1], q[2];", {7: 1}),
        ("qubit[2] q; negctrl @ x q[0], q[1];", {2: 1}),
        ("qubit[3] q; x q[0]; ctrl @ negctrl @ x q[0], q[1], q[2];", {5: 1}),
        # Under a control the phase of a gate is seen: rz(2π) is -1, and so is a gphase of π.
        ("qubit[2] q; h q[0]; ctrl @ rz(2 * pi) q[0], q[1]; h q[0];", {1: 1}),
        ("gate minus q { gphase(pi); } qubit[2] q; h q[0]; ctrl @ minus q[0], q[1]; h q[0];", {1: 1}),
        ("qubit[2] q; h q[0]; ctrl @ U(0, 0, pi) q[0], q[1]; h q[0];", {0: 1}),
        ("qubit[3] q; x q; ctrl @ rxx(pi) q[0], q[1], q[2];", {1: 1}),
        ("qubit[3] q; x q[0]; x q[1]; cswap q[0], q[1], q[2]; swap q[0], q[1];", {6: 1}),
        ("qubit[2] q; gpi2(0) q[0]; gpi2(0.5) q[0]; ms(0, 0, 0.5) q[0], q[1]; zz(0.1) q[0], q[1];", {3: 1}),
        ("qubit[2] q; cu(pi, 0, pi, 0) q[0], q[1]; x q[0]; cu(pi, 0, pi, 0.3) q[0], q[1];", {3: 1}),
    ],
)
def test_programs(source: str, expected: dict[int, float]) -> None:
    assert distribution(source) == expected


def test_it_agrees_with_the_same_circuit_in_json() -> None:
    source = "qubit[3] q; h q[0]; ry(0.3) q[1]; cp(0.7) q[0], q[1]; rzz(1.1) q[1], q[2]; crx(2) q[1], q[2]; h q[0];"
    gates = [
        {"gate": "h", "target": 0}, {"gate": "ry", "target": 1, "rotation": 0.3},
        {"gate": "z", "target": 1, "control": 0, "rotation": 0.7}, {"gate": "zz", "targets": [1, 2], "rotation": 1.1},
        {"gate": "rx", "target": 2, "control": 1, "rotation": 2}, {"gate": "h", "target": 0},
    ]  # fmt: skip
    expected = exact_probabilities(read_circuit(gates, gateset="qis", qubits=3))
    program = read_program(HEAD + source)
    np.testing.assert_allclose(exact_probabilities(program), expected, atol=1e-12)
    assert program.gates == len(gates)


def test_registers_say_which_qubit_is_behind_each_bit() -> None:
    program = read_program(HEAD + "qubit[3] q; bit[2] c; bit d; c[1] = measure q[0]; d = measure q[2];")
    assert program.registers == {"output_all": (0, 1, 2), "c": (None, 0), "d": (2,)}
    assert not program.is_dynamic


def test_a_measurement_before_the_end_is_recorded() -> None:
    program = read_program(HEAD + "qubit q; bit a; bit b; h q; a = measure q; x q; b = measure q; ")
    assert program.registers == {"output_all": (0,), "a": (1,), "b": (0,)}
    compiled = compile_circuit(program, "zz")
    counts = sample_compiled(compiled, 2000, IDEAL, np.random.default_rng(2), recorded=program.recorded)
    # The second reading is always the other one.
    assert set(counts) == {0b01, 0b10}
    assert abs(counts[0b01] - 1000) < 5 * math.sqrt(500)


def test_a_reset_leaves_zero() -> None:
    program = read_program(HEAD + "qubit[2] q; h q[0]; cx q[0], q[1]; reset q[0]; h q[0]; h q[0];")
    counts = sample_compiled(compile_circuit(program, "ms"), 1000, IDEAL, np.random.default_rng(2))
    assert set(counts) == {0, 2}


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("qubit q; for int i in [0:1] { x q; }", "UnsupportedGate", "ForInLoop"),
        ("qubit q; while (true) { x q; }", "UnsupportedGate", "WhileLoop"),
        ("qubit q; bit c; c = measure q; if (c) { x q; }", "UnsupportedGate", "BranchingStatement"),
        ("def f(qubit q) { x q; } qubit q; f(q);", "UnsupportedGate", "SubroutineDefinition"),
        ("input float a; qubit q; rx(a) q;", "UnsupportedGate", "IODeclaration"),
        ("qubit q; foo q;", "UnsupportedGate", "no gate foo"),
        ("qubit q; rx(b) q;", "PreflightError", "b has no value"),
        ("qubit q; rx(1 / 0) q;", "PreflightError", "no value"),
        ("qubit q; rx q;", "PreflightError", "takes 1 angles"),
        ("qubit[2] q; cx q[0], q[0];", "InvalidInput", "same qubit"),
        ("qubit[2] q; x q[2];", "PreflightError", "q has 2 elements"),
        ("x r;", "PreflightError", "r is not declared"),
        ("qubit[2] q; bit c; c = measure q;", "PreflightError", "cannot fill 1 bits"),
        ("gate f q { f q; } qubit q; f q;", "PreflightError", "defined by itself"),
        ("bit c;", "PreflightError", "declares no qubit"),
        ("qubit q; this is not a program", "PreflightError", "not OpenQASM 3"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_name(source: str, code: str, message: str) -> None:
    with pytest.raises(CircuitError, match=message) as refused:
        read_program(HEAD + source)
    assert refused.value.code == code
    assert refused.value.key == "input.data"


def test_another_version_is_refused() -> None:
    with pytest.raises(CircuitError, match=r"OpenQASM 2\.0"):
        read_program("OPENQASM 2.0; qreg q[1]; x q[0];")
