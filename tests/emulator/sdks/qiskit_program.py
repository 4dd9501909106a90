"""A Qiskit program as a user writes it, run by an interpreter that has `qiskit-ionq` and `qiskit-aer`.

Arguments: base URL, key, QPU. Prints what each circuit gave and what Qiskit's own simulator says, as JSON.
"""

import json
import sys
import warnings

import requests
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator
from qiskit_ionq import GPI2Gate, GPIGate, IonQProvider, MSGate

base_url, key, qpu = sys.argv[1:]
warnings.simplefilter("ignore")
provider = IonQProvider(key, url=base_url)
SHOTS = 4000


def bell():
    circuit = QuantumCircuit(2, 2, name="bell")
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def ghz():
    circuit = QuantumCircuit(4, 4, name="ghz")
    circuit.h(0)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    # Classical bits in another order than the qubits'.
    circuit.measure([0, 1, 2, 3], [3, 1, 2, 0])
    return circuit


def parametrized(value):
    theta = Parameter("theta")
    circuit = QuantumCircuit(3, 3, name="parametrized")
    circuit.ry(theta, 0)
    circuit.crx(2 * theta, 0, 1)
    circuit.cp(0.7, 0, 1)
    circuit.rzz(theta, 1, 2)
    circuit.h(2)
    circuit.sx(1)
    circuit.ccx(0, 1, 2)
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit.assign_parameters({theta: value})


def native():
    circuit = QuantumCircuit(2, 2, name="native")
    circuit.append(GPI2Gate(0.1), [0])
    circuit.append(GPIGate(0.3), [1])
    circuit.append(MSGate(0.2, 0.4, 0.15), [0, 1])
    circuit.append(GPI2Gate(0.7), [1])
    circuit.measure([0, 1], [0, 1])
    return circuit


def resets():
    circuit = QuantumCircuit(2, 3, name="resets")
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.cx(0, 1)
    circuit.reset(0)
    circuit.measure(0, 1)
    circuit.measure(1, 2)
    return circuit


def exact(circuit):
    """The distribution over classical bits by the state vector of the circuit without its measurements."""
    measures = [one for one in circuit.data if one.operation.name == "measure"]
    bits = [(circuit.find_bit(one.clbits[0]).index, circuit.find_bit(one.qubits[0]).index) for one in measures]
    expected = {}
    probabilities = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities()
    for state, probability in enumerate(probabilities):
        if probability > 1e-12:
            value = sum((state >> q & 1) << c for c, q in bits)
            name = format(value, f"0{circuit.num_clbits}b")
            expected[name] = expected.get(name, 0) + float(probability)
    return expected


def told(job, circuit, counts, expected, place=0):
    metadata = job._metadata
    return {
        "job_id": job.job_id(), "part": place, "name": circuit.name, "backend": metadata["backend"], "shots": SHOTS,
        "counts": counts, "expected": expected, "execution_ms": metadata["execution_duration_ms"],
    }  # fmt: skip


def main():
    runs = []
    simulator, machine = provider.get_backend("ionq_simulator"), provider.get_backend(f"ionq_{qpu}")
    circuits = [bell(), ghz(), parametrized(0.9)]
    for backend in (simulator, machine):
        for circuit in circuits:
            job = backend.run(transpile(circuit, backend, optimization_level=0), shots=SHOTS)
            counts = job.result(wait=0.2).get_counts()
            runs.append(told(job, circuit, counts, exact(circuit)))
        many = backend.run([transpile(one, backend, optimization_level=0) for one in circuits], shots=SHOTS)
        result = many.result(wait=0.2)
        runs += [told(many, one, result.get_counts(place), exact(one), place) for place, one in enumerate(circuits)]
    in_native = provider.get_backend("ionq_simulator", gateset="native")
    job = in_native.run(native(), shots=SHOTS)
    runs.append(told(job, native(), job.result(wait=0.2).get_counts(), exact(native())))
    # What is measured and reset on the way goes as OpenQASM 3; Aer says what to expect.
    if contract() == "2026-10":
        job = machine.run(resets(), shots=SHOTS)
        local = AerSimulator(seed_simulator=5).run(resets(), shots=200_000).result().get_counts()
        runs.append(told(job, resets(), job.result(wait=0.2).get_counts(), {k: v / 200_000 for k, v in local.items()}))
    print(json.dumps(runs))  # noqa: T201


def contract():
    """The contract that the emulator presents."""
    return requests.get(base_url.replace("/v0.4", "/_emulator"), timeout=10).json()["scenario"]["contract"]


main()
