"""JSON circuits against a few lines of NumPy that know nothing of the package, and by hand."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from ionq_data.emulator.quantum import CircuitError, compile_circuit, exact_probabilities, read_circuit

X, Y, Z = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
PAULIS = {"I": np.eye(2), "X": X, "Y": Y, "Z": Z}
MATRICES = {
    "x": X, "not": X, "y": Y, "z": Z, "h": (X + Z) / math.sqrt(2), "s": np.diag([1, 1j]), "si": np.diag([1, -1j]),
    "t": np.diag([1, (1 + 1j) / math.sqrt(2)]), "ti": np.diag([1, (1 - 1j) / math.sqrt(2)]),
    "v": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2, "vi": np.array([[1 - 1j, 1 + 1j], [1 + 1j, 1 - 1j]]) / 2,
    "cnot": X,
}  # fmt: skip
QUBITS = 4


def on(width: int, letters: dict[int, Any]) -> Any:
    """The matrix of one factor per qubit, qubit 0 the least significant bit."""
    whole = np.eye(1)
    for qubit in range(width):
        whole = np.kron(letters.get(qubit, np.eye(2)), whole)
    return whole


def reference_matrix(gate: dict[str, Any], width: int) -> Any:
    name, targets = gate["gate"], gate.get("targets", [gate.get("target")])
    controls = gate.get("controls", [gate["control"]] if "control" in gate else [])
    angle = gate.get("rotation", 0)
    if name in ("xx", "yy", "zz"):
        acting = expm(-0.5j * angle * on(width, {target: PAULIS[name[0].upper()] for target in targets}))
    elif name == "swap":
        a, b = targets
        acting = sum(on(width, {a: p, b: p}) for p in PAULIS.values()) / 2
    elif name == "pauliexp":
        hamiltonian = sum(
            c * on(width, {q: PAULIS[p] for q, p in zip(targets, reversed(term), strict=True)})
            for term, c in zip(gate["terms"], gate["coefficients"], strict=True)
        )
        acting = expm(-1j * gate["time"] * hamiltonian)
    elif name in ("rx", "ry", "rz"):
        acting = on(width, {targets[0]: expm(-0.5j * angle * PAULIS[name[1].upper()])})
    else:
        acting = on(width, {targets[0]: MATRICES[name]})
    if not controls:
        return acting
    chosen = on(width, {control: np.diag([0, 1]) for control in controls})
    return acting @ chosen + np.eye(1 << width) - chosen


def reference_probabilities(gates: list[dict[str, Any]], width: int) -> Any:
    state = np.zeros(1 << width, dtype=complex)
    state[0] = 1
    for gate in gates:
        state = reference_matrix(gate, width) @ state
    return np.abs(state) ** 2


@st.composite
def a_gate(draw: st.DrawFn) -> dict[str, Any]:
    qubits = draw(st.permutations(range(QUBITS)))
    angle = draw(st.sampled_from([0.0, 1e-7, math.pi / 2, math.pi, -math.pi, 3 * math.pi / 2])) + draw(
        st.sampled_from([0.0, 0.3, -2.1, 6.5])
    )
    name = draw(st.sampled_from([*MATRICES, "rx", "ry", "rz", "xx", "yy", "zz", "swap", "pauliexp"]))
    controls = qubits[3 - draw(st.integers(0, 1 if name in ("swap", "xx", "yy", "zz") else 3)) : 3]
    if name == "cnot":
        return {"gate": name, "control": qubits[0], "target": qubits[1]}
    if name == "pauliexp":
        terms = draw(st.sampled_from([["XIY"], ["ZZI", "IZZ"], ["XXI", "ZZI", "YYI"], ["YZX"], ["III"]]))
        return {
            "gate": name, "targets": qubits[:3], "terms": terms, "time": abs(angle),
            "coefficients": [0.4, -0.3, 1.1][: len(terms)],
        }  # fmt: skip
    if name in ("xx", "yy", "zz", "swap"):
        made: dict[str, Any] = {"gate": name, "targets": [qubits[0], qubits[3]]}
        controls = qubits[1:2] if controls else []
    else:
        made = {"gate": name, "target": qubits[3]}
    if controls:
        made["controls"] = list(controls)
    return made if name in MATRICES or name == "swap" else {**made, "rotation": angle}


@settings(max_examples=30)
@given(st.lists(a_gate(), min_size=1, max_size=8))
def test_circuits_and_their_native_forms_equal_plain_matrices(gates: list[dict[str, Any]]) -> None:
    circuit = read_circuit(gates, gateset="qis", qubits=QUBITS)
    expected = reference_probabilities(gates, QUBITS)
    np.testing.assert_allclose(exact_probabilities(circuit), expected, atol=1e-8)
    for entangler in ("zz", "ms"):
        compiled = compile_circuit(circuit, entangler)
        assert all(gate["gate"] in ("gpi", "gpi2", entangler) for gate in compiled.gates)  # type: ignore[index]
        native = read_circuit(list(compiled.gates), gateset="native", qubits=QUBITS)  # type: ignore[arg-type]
        np.testing.assert_allclose(exact_probabilities(native), expected, atol=1e-8)


def test_terms_that_do_not_commute_come_close() -> None:
    gates = [
        {"gate": "h", "target": 0},
        {"gate": "pauliexp", "targets": [0, 1], "terms": ["XI", "ZZ", "IY"], "coefficients": [0.5, 0.8, -0.3],
         "time": 1.3},
    ]  # fmt: skip
    exact = exact_probabilities(read_circuit(gates, gateset="qis", qubits=2))
    assert np.abs(exact - reference_probabilities(gates, 2)).max() < 2e-3


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ([{"gate": "x", "target": 0}], {1: 1.0}),
        ([{"gate": "x", "targets": [1, 2]}], {6: 1.0}),
        ([{"gate": "rx", "target": 2, "rotation": math.pi / 3}], {0: 0.75, 4: 0.25}),
        ([{"gate": "h", "target": 0}, {"gate": "z", "target": 0, "rotation": math.pi / 2}, {"gate": "h", "target": 0}],
         {0: 0.5, 1: 0.5}),
    ],
)  # fmt: skip
def test_qubit_zero_is_the_least_significant_bit(gates: list[Any], expected: dict[int, float]) -> None:
    probabilities = exact_probabilities(read_circuit(gates, gateset="qis", qubits=3))
    assert {at: round(float(p), 9) for at, p in enumerate(probabilities) if p > 1e-9} == expected


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        # A quarter turn, its inverse, a half turn; an entangled pair by either two-qubit gate at its default angle.
        ([{"gate": "gpi2", "target": 0, "phase": 0}], [0.5, 0.5, 0, 0]),
        ([{"gate": "gpi2", "target": 0, "phase": 0}, {"gate": "gpi2", "target": 0, "phase": 0.5}], [1, 0, 0, 0]),
        ([{"gate": "gpi", "target": 1, "phase": 0.3}], [0, 0, 1, 0]),
        ([{"gate": "ms", "targets": [0, 1], "phases": [0, 0]}], [0.5, 0, 0, 0.5]),
        ([{"gate": "ms", "targets": [0, 1], "phases": [0.1, 0.2], "angle": 0.125}],
         [math.cos(math.pi / 8) ** 2, 0, 0, math.sin(math.pi / 8) ** 2]),
        ([{"gate": "gpi2", "target": q, "phase": 0.25} for q in (0, 1)] + [{"gate": "zz", "targets": [0, 1]}]
         + [{"gate": "gpi2", "target": q, "phase": 0.75} for q in (0, 1)], [0.5, 0, 0, 0.5]),
        ([{"gate": "nop", "target": 0}], [1, 0, 0, 0]),
    ],
)  # fmt: skip
def test_native_gates_take_turns(gates: list[Any], expected: list[float]) -> None:
    probabilities = exact_probabilities(read_circuit(gates, gateset="native", qubits=2))
    np.testing.assert_allclose(probabilities, expected, atol=1e-12)


def test_a_cnot_costs_one_two_qubit_gate_and_a_turn_about_z_nothing() -> None:
    bell = [{"gate": "h", "target": 0}, {"gate": "t", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]
    compiled = compile_circuit(read_circuit(bell, gateset="qis", qubits=2), "zz")
    assert (compiled.gates_1q, compiled.gates_2q) == (3, 1)
    toffoli = read_circuit([{"gate": "x", "controls": [0, 1], "target": 2}], gateset="qis", qubits=3)
    assert compile_circuit(toffoli, "ms").gates_2q == 5


@pytest.mark.parametrize(
    ("gate", "gateset", "code", "key"),
    [
        ({"gate": "x", "target": 3}, "qis", "InvalidInput", "input.circuit[0].targets"),
        ({"gate": "x", "target": -1}, "qis", "InvalidInput", "input.circuit[0].targets"),
        ({"gate": "x"}, "qis", "InvalidInput", "input.circuit[0].target"),
        ({"gate": "rx", "target": 0}, "qis", "InvalidInput", "input.circuit[0].rotation"),
        ({"gate": "cnot", "target": 0}, "qis", "InvalidInput", "input.circuit[0].control"),
        ({"gate": "cnot", "target": 0, "control": 0}, "qis", "InvalidInput", "input.circuit[0]"),
        ({"gate": "swap", "targets": [0, 0]}, "qis", "InvalidInput", "input.circuit[0].targets"),
        ({"gate": "xx", "targets": [0], "rotation": 1}, "qis", "InvalidInput", "input.circuit[0].targets"),
        ({"gate": "pauliexp", "targets": [0], "terms": ["Q"], "coefficients": [1], "time": 1}, "qis", "InvalidInput",
         "input.circuit[0].terms"),
        ({"gate": "ms", "targets": [0, 1]}, "native", "InvalidInput", "input.circuit[0].phases"),
        ({"gate": "gpi", "target": 0}, "native", "InvalidInput", "input.circuit[0].phase"),
        ({"gate": "gpi", "target": 0, "phase": 0, "controls": [1]}, "native", "UnsupportedGate",
         "input.circuit[0].controls"),
    ],
)  # fmt: skip
def test_a_gate_that_cannot_be_says_where_it_stands(gate: Any, gateset: str, code: str, key: str) -> None:
    with pytest.raises(CircuitError) as refused:
        read_circuit([gate], gateset=gateset, qubits=3)
    assert (refused.value.code, refused.value.key) == (code, key)


def test_more_controls_than_seven_are_too_many() -> None:
    gate = {"gate": "x", "target": 8, "controls": list(range(8))}
    with pytest.raises(CircuitError, match="at most 7 controls") as refused:
        read_circuit([gate], gateset="qis", qubits=9)
    assert refused.value.code == "TooManyControls"
