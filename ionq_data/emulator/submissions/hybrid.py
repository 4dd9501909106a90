"""Jobs that compute around circuits: the energy of a Hamiltonian, and maximum cuts by QAOA."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ionq_data.emulator.quantum import MOST_QUBITS, Circuit, CircuitError, exact_probabilities
from ionq_data.emulator.quantum.circuit import Unitary, rotation

Json = dict[str, Any]
MOST_NODES = 20
QAOA_ANGLES = ((0.25, 0.5), (0.4, 0.35), (0.6, 0.2))
"""The (gamma, beta) of the circuits that a QAOA job runs, in turns of pi."""
_TO_Z = {"X": rotation("Y", -math.pi / 2), "Y": rotation("X", math.pi / 2)}


def ansatz_circuit(body: Json) -> Circuit:
    """Return the ansatz of a `hamiltonian-energy` job, an OpenQASM 3 program whose inputs are the job's parameters."""
    from ionq_data.emulator.quantum.qasm3 import read_program

    data = body["input"]["data"]["data"]
    circuit = read_program(data["ansatz"]["data"], parameters=body["input"].get("params", []))
    for term in data["hamiltonian"]:
        letters = term["pauli_string"]
        if len(letters) != circuit.qubits or set(letters) - set("IXYZ"):
            message = f"The Pauli string {letters!r} needs a letter of IXYZ for each of {circuit.qubits} qubits."
            raise CircuitError("InvalidInput", message, "input.data.data.hamiltonian")
    if circuit.qubits > MOST_QUBITS:
        raise CircuitError("NotEnoughQubits", f"An ansatz may have {MOST_QUBITS} qubits.", "input.data.data.ansatz")
    return circuit


def energy(body: Json, shots: int) -> Json:
    """Return the exact expectation of the Hamiltonian, and the variance of its estimate from the shots.

    A Pauli string's last letter acts on qubit 0, as in a `pauliexp` gate.
    """
    circuit, value, variance = ansatz_circuit(body), 0.0, 0.0
    for term in body["input"]["data"]["data"]["hamiltonian"]:
        mean, weight = _expectation(circuit, term["pauli_string"]), float(term["coefficient"])
        value += weight * mean
        variance += weight * weight * (1 - mean * mean) / shots
    return {"value": value, "variance": variance}


def _expectation(circuit: Circuit, letters: str) -> float:
    acting = [(qubit, letter) for qubit, letter in enumerate(reversed(letters)) if letter != "I"]
    turned = [Unitary(qubit, _TO_Z[letter]) for qubit, letter in acting if letter in _TO_Z]
    measured = Circuit(circuit.qubits, (*circuit.steps, *turned), circuit.registers)
    probabilities = exact_probabilities(measured)
    states = np.arange(len(probabilities))
    parity = np.zeros(len(states), dtype=np.int64)
    for qubit, _ in acting:
        parity ^= states >> qubit & 1
    return float(probabilities @ (1 - 2 * parity))


def read_graph(problem: Json) -> tuple[int, list[tuple[int, int, float]]]:
    """Return the nodes and weighted edges of a NetworkX adjacency graph; `CircuitError` if it is not one."""
    try:
        numbers = {str(node["id"]): place for place, node in enumerate(problem["nodes"])}
        edges = {}
        for place, neighbors in enumerate(problem["adjacency"]):
            for neighbor in neighbors:
                other = numbers[str(neighbor["id"])]
                if other != place:
                    edges[min(place, other), max(place, other)] = float(neighbor.get("weight", 1.0))
    except (KeyError, TypeError, ValueError) as error:
        message = f"The problem is no adjacency graph as NetworkX writes it: {error!r}."
        raise CircuitError("InvalidInput", message, "input.problem") from None
    if not 2 <= len(numbers) <= MOST_NODES or not edges:
        message = f"The graph needs an edge and 2 to {MOST_NODES} nodes, it has {len(edges)} and {len(numbers)}."
        raise CircuitError("InvalidInput", message, "input.problem")
    return len(numbers), [(a, b, weight) for (a, b), weight in sorted(edges.items())]


def qaoa_circuits(problem: Json) -> list[Json]:
    """Return the circuits of a QAOA job: one layer each, at fixed angles."""
    nodes, edges = read_graph(problem)
    circuits = []
    for gamma, beta in QAOA_ANGLES:
        gates: list[Json] = [{"gate": "h", "target": node} for node in range(nodes)]
        gates += [{"gate": "zz", "targets": [a, b], "rotation": -math.pi * gamma * weight} for a, b, weight in edges]
        gates += [{"gate": "rx", "target": node, "rotation": math.tau * beta} for node in range(nodes)]
        circuits.append({"gateset": "qis", "qubits": nodes, "circuit": gates})
    return circuits


def best_cut(problem: Json, seen: Sequence[Sequence[int]]) -> Json:
    """Return the largest cut among the states of a job's circuits; its cost is negative, as the solver's is."""
    nodes, edges = read_graph(problem)
    states = np.array(sorted({state for one in seen for state in one}), dtype=np.int64)
    cuts = np.zeros(len(states))
    for a, b, weight in edges:
        cuts += weight * ((states >> a ^ states >> b) & 1)
    best = int(np.argmax(cuts))
    bits = format(int(states[best]), f"0{nodes}b")[::-1]
    return {"optimal_cost": -float(cuts[best]), "optimal_bitstring": bits, "processing_status": "complete"}
