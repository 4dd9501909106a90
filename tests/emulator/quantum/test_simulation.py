"""Noise and shots against what the channels say on paper."""

import math

import numpy as np
import pytest

from ionq_data.emulator.quantum import (
    IDEAL,
    Counts,
    Noise,
    compile_circuit,
    exact_probabilities,
    read_circuit,
    sample_compiled,
    sample_exact,
)

SHOTS = 5_000
BELL = [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]


def sampled(gates: list[dict[str, object]], qubits: int, noise: Noise, *, gateset: str = "native") -> Counts:
    circuit = read_circuit(gates, gateset=gateset, qubits=qubits)
    return sample_compiled(compile_circuit(circuit, "zz"), SHOTS, noise, np.random.default_rng(5))


def near(count: int, probability: float) -> bool:
    """Within five standard deviations of a binomial count."""
    return abs(count - SHOTS * probability) <= 5 * math.sqrt(SHOTS * probability * (1 - probability)) + 1


def test_a_failing_gate_is_hit_by_each_pauli_alike() -> None:
    # After a half turn the qubit is 1; of the three Paulis, X and Y flip it.
    counts = sampled([{"gate": "gpi", "target": 0, "phase": 0}], 1, Noise(fidelity_1q=0.7))
    assert near(counts[0], 0.3 * 2 / 3)
    # Two qubits: of fifteen Paulis, 3 leave 00, and 4 lead to each of the others.
    gates: list[dict[str, object]] = [{"gate": "zz", "targets": [0, 1], "angle": 0.25}]
    counts = sampled(gates, 2, Noise(fidelity_2q=0.6))
    assert near(counts[0], 0.6 + 0.4 * 3 / 15)
    assert all(near(counts[outcome], 0.4 * 4 / 15) for outcome in (1, 2, 3))


def test_every_bit_is_misread_with_its_own_chance() -> None:
    # The third qubit takes no part: it is not read.
    gates: list[dict[str, object]] = [{"gate": "gpi", "target": 0, "phase": 0}, {"gate": "zz", "targets": [0, 1]}]
    counts = sampled(gates, 3, Noise(fidelity_spam=0.9))
    assert set(counts) == {0, 1, 2, 3}
    assert near(counts[1], 0.81)
    assert near(counts[0], 0.09)
    assert near(counts[3], 0.09)
    assert near(counts[2], 0.01)


def test_expected_success_is_the_share_of_shots_without_failure() -> None:
    noise = Noise(0.999, 0.98, 0.99)
    compiled = compile_circuit(read_circuit(BELL, gateset="qis", qubits=2), "zz")
    assert noise.success(compiled) == pytest.approx(0.999**compiled.gates_1q * 0.98 * 0.99**2)
    assert IDEAL.success(compiled) == 1


def test_shots_without_noise_follow_the_exact_distribution() -> None:
    circuit = read_circuit([*BELL, {"gate": "ry", "target": 0, "rotation": 0.7}], gateset="qis", qubits=2)
    exact = exact_probabilities(circuit)
    for counts in (
        sample_exact(exact, SHOTS, np.random.default_rng(1)),
        sample_compiled(compile_circuit(circuit, "ms"), SHOTS, IDEAL, np.random.default_rng(1)),
    ):
        assert sum(counts.values()) == SHOTS
        assert all(near(counts.get(outcome, 0), float(p)) for outcome, p in enumerate(exact))


def test_equal_seeds_give_equal_counts() -> None:
    compiled = compile_circuit(read_circuit(BELL, gateset="qis", qubits=2), "zz")
    noise = Noise(0.99, 0.9, 0.98)
    first, same, other = (sample_compiled(compiled, 500, noise, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first == same != other


def test_few_trajectories_of_a_wide_circuit_keep_every_outcomes_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionq_data.emulator.quantum.simulation._WORK", 1)
    compiled = compile_circuit(read_circuit(BELL, gateset="qis", qubits=2), "zz")
    noise = Noise(fidelity_2q=0.5)
    shares = [sample_compiled(compiled, 200, noise, np.random.default_rng(seed)).get(1, 0) / 200 for seed in range(200)]
    # By the fifteen Paulis on the zz inside the CNOT: half of all shots fail, 4 in 15 of them lead to 01.
    assert np.mean(shares) == pytest.approx(0.5 * 4 / 15, abs=0.03)
