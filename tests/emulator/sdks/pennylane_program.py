"""A PennyLane program as a user writes it, run by an interpreter that has `pennylane-ionq`.

Arguments: base URL, key, QPU. Prints what each circuit gave and what PennyLane's own simulator says, as JSON.
"""

import json
import sys
import warnings

import numpy as np
import pennylane as qml
from pennylane_ionq import api_client
from pennylane_ionq.ops import GPI, GPI2, MS

base_url, key, qpu = sys.argv[1:]
warnings.simplefilter("ignore")
api_client.APIClient.BASE_URL = base_url
SHOTS = 4000
jobs = []

# The plugin tells nobody a job's id; its own class knows it.
complete = api_client.Job.refresh_data


def remembering(self):
    complete(self)
    if self.id.value and self.id.value not in jobs:
        jobs.append(self.id.value)


api_client.Job.refresh_data = remembering


def bell():
    qml.Hadamard(0)
    qml.CNOT([0, 1])
    return qml.probs(wires=[0, 1])


def ghz():
    qml.Hadamard(0)
    for wire in range(3):
        qml.CNOT([wire, wire + 1])
    return qml.probs(wires=range(4))


def parametrized(theta):
    qml.RY(theta, 0)
    qml.CNOT([0, 1])
    qml.IsingXX(theta, [1, 2])
    qml.RZ(0.4, 1)
    qml.SX(2)
    qml.CNOT([2, 0])
    qml.RY(1.1, 2)
    return qml.probs(wires=range(3))


def native():
    GPI2(0.1, wires=0)
    GPI(0.3, wires=1)
    MS(0.2, 0.4, 0.15, wires=[0, 1])
    GPI2(0.7, wires=1)
    return qml.probs(wires=[0, 1])


def shares(probabilities, wires):
    return {format(at, f"0{wires}b"): float(p) for at, p in enumerate(probabilities) if p > 1e-12}


def told(name, backend, measured, expected, wires, place=0):
    return {
        "job_id": jobs[-1], "part": place, "name": name, "backend": backend, "shots": SHOTS,
        "counts": {bits: share * SHOTS for bits, share in shares(measured, wires).items()},
        "expected": shares(expected, wires),
    }  # fmt: skip


def ran(device, function, *args):
    return np.asarray(qml.QNode(function, device)(*args))


def local(function, *args, wires):
    return ran(qml.device("default.qubit", wires=wires), function, *args)


def natively():
    """The native circuit by the gates' definitions in IonQ's documentation."""
    turn = 2 * np.pi

    def gpi(phase):
        return np.array([[0, np.exp(-1j * turn * phase)], [np.exp(1j * turn * phase), 0]])

    def gpi2(phase):
        return np.array([[1, -1j * np.exp(-1j * turn * phase)], [-1j * np.exp(1j * turn * phase), 1]]) / np.sqrt(2)

    qml.QubitUnitary(gpi2(0.1), 0)
    qml.QubitUnitary(gpi(0.3), 1)
    product = np.kron(gpi(0.2), gpi(0.4))
    qml.QubitUnitary(np.cos(np.pi * 0.15) * np.eye(4) - 1j * np.sin(np.pi * 0.15) * product, [0, 1])
    qml.QubitUnitary(gpi2(0.7), 1)
    return qml.probs(wires=[0, 1])


def main():
    runs = []
    circuits = {"bell": (bell, 2, ()), "ghz": (ghz, 4, ()), "parametrized": (parametrized, 3, (0.9,))}
    for backend in ("simulator", qpu):
        for name, (function, wires, args) in circuits.items():
            expected = local(function, *args, wires=wires)
            runs.append(told(name, backend, ran(device(backend, wires), function, *args), expected, wires))
        values, used = (0.3, 0.9), device(backend, 3)
        tapes = [qml.workflow.construct_tape(qml.QNode(parametrized, used))(value) for value in values]
        for place, (value, measured) in enumerate(zip(values, used.batch_execute(tapes), strict=True)):
            expected = local(parametrized, value, wires=3)
            runs.append(told("parametrized", backend, np.asarray(measured), expected, 3, place))
    native_device = qml.device("ionq.simulator", wires=2, shots=SHOTS, api_key=key, gateset="native")
    runs.append(told("native", "simulator", ran(native_device, native), local(natively, wires=2), 2))
    print(json.dumps(runs))  # noqa: T201


def device(backend, wires):
    if backend == "simulator":
        return qml.device("ionq.simulator", wires=wires, shots=SHOTS, api_key=key)
    return qml.device("ionq.qpu", backend=backend.removeprefix("qpu."), wires=wires, shots=SHOTS, api_key=key)


main()
