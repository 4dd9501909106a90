"""A Cirq program as a user writes it, run by an interpreter that has `cirq-ionq`.

Arguments: base URL, key, QPU. Prints what each circuit gave and what Cirq's own simulator says, as JSON.
"""

import json
import sys
import warnings
from collections import Counter

import cirq
import cirq_ionq
import sympy

base_url, key, qpu = sys.argv[1:]
warnings.simplefilter("ignore")
service = cirq_ionq.Service(remote_host=base_url, api_key=key)
SHOTS = 4000
QUBITS = cirq.LineQubit.range(4)


def bell():
    a, b = QUBITS[:2]
    return cirq.Circuit(cirq.H(a), cirq.CNOT(a, b), cirq.measure(a, b, key="m"))


def ghz():
    steps = [cirq.H(QUBITS[0]), *(cirq.CNOT(QUBITS[i], QUBITS[i + 1]) for i in range(3))]
    return cirq.Circuit(*steps, cirq.measure(*QUBITS, key="m"))


def parametrized():
    theta = sympy.Symbol("theta")
    a, b, c = QUBITS[:3]
    return cirq.Circuit(
        cirq.ry(theta)(a), cirq.CNOT(a, b), cirq.XX(b, c) ** (theta / 2), cirq.rz(0.4)(b), cirq.X(c) ** 0.5,
        cirq.CNOT(c, a), cirq.ry(1.1)(c), cirq.measure(a, b, c, key="m"),
    )  # fmt: skip


def native():
    a, b = QUBITS[:2]
    return cirq.Circuit(
        cirq_ionq.GPI2Gate(phi=0.1)(a), cirq_ionq.GPIGate(phi=0.3)(b),
        cirq_ionq.MSGate(phi0=0.2, phi1=0.4, theta=0.15)(a, b), cirq_ionq.ZZGate(theta=0.2)(a, b),
        cirq_ionq.GPI2Gate(phi=0.7)(b), cirq.measure(a, b, key="m"),
    )  # fmt: skip


def exact(circuit):
    """The distribution of the key's bits, first qubit first."""
    qubits = sorted(circuit.all_qubits())
    unitary = cirq.Circuit(op for op in circuit.all_operations() if not cirq.is_measurement(op))
    state = cirq.Simulator(dtype=complex).simulate(unitary, qubit_order=qubits).final_state_vector
    width = len(qubits)
    return {format(at, f"0{width}b"): float(abs(a) ** 2) for at, a in enumerate(state) if abs(a) ** 2 > 1e-12}


def counts_of(result):
    return dict(Counter("".join(map(str, row)) for row in result.measurements["m"].tolist()))


def told(job, name, result, expected, place=0):
    sampled = result.to_cirq_result() if hasattr(result, "to_cirq_result") else result
    return {
        "job_id": job.job_id(), "part": place, "name": name, "backend": job.target(), "shots": SHOTS,
        "counts": counts_of(sampled), "expected": expected, "execution_ms": job._job["execution_duration_ms"],
    }  # fmt: skip


def main():
    runs = []
    circuits = {
        "bell": bell(), "ghz": ghz(), "parametrized": cirq.resolve_parameters(parametrized(), {"theta": 0.9}),
    }  # fmt: skip
    for target in ("simulator", qpu):
        for name, circuit in circuits.items():
            job = service.create_job(circuit, repetitions=SHOTS, name=name, target=target)
            runs.append(told(job, name, job.results(polling_seconds=0.2), exact(circuit)))
        batch = service.create_batch_job(list(circuits.values()), repetitions=SHOTS, name="many", target=target)
        for place, (name, result) in enumerate(zip(circuits, batch.results(polling_seconds=0.2), strict=True)):
            runs.append(told(batch, name, result, exact(circuits[name]), place))
    job = service.create_job(native(), repetitions=SHOTS, name="native", target="simulator")
    runs.append(told(job, "native", job.results(polling_seconds=0.2), exact(native())))
    print(json.dumps(runs))  # noqa: T201


main()
