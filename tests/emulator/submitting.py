"""What tests of submitted jobs share: bodies, and a client that writes."""

from typing import Any

import httpx

from tests.emulator.conftest import Api
from tests.emulator.contract import validator

BELL = [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]
GRAPH = {
    "nodes": [{"id": name} for name in "abcd"],
    "adjacency": [[{"id": "b"}], [{"id": "a"}, {"id": "c"}], [{"id": "b"}, {"id": "d"}], [{"id": "c"}]],
}  # fmt: skip
ANSATZ = 'OPENQASM 3.0; include "stdgates.inc"; input float a; qubit[2] q; ry(a) q[0]; cx q[0], q[1];'


def circuit(backend: str = "simulator", **members: Any) -> dict[str, Any]:
    given = {"gateset": "qis", "qubits": 2, "circuit": BELL}
    return {"type": "ionq.circuit.v1", "backend": backend, "shots": 1000, "input": given, **members}


def circuits(backend: str = "simulator", *each: dict[str, Any], **members: Any) -> dict[str, Any]:
    given = {"gateset": "qis", "qubits": 2, "circuits": list(each) or [{"circuit": BELL}, {"circuit": BELL[:1]}]}
    return {**circuit(backend), "type": "ionq.multi-circuit.v1", "input": given, **members}


def program(source: str, backend: str = "simulator", **members: Any) -> dict[str, Any]:
    data = 'OPENQASM 3.0; include "stdgates.inc"; ' + source
    return {**circuit(backend), "type": "ionq.qasm3.v1", "input": {"data": data}, **members}


def energy(backend: str = "simulator", **members: Any) -> dict[str, Any]:
    terms = [{"pauli_string": "ZZ", "coefficient": 0.5}, {"pauli_string": "XX", "coefficient": 0.25}]
    data = {"type": "hamiltonian-energy", "data": {"hamiltonian": terms, "ansatz": {"data": ANSATZ}}}
    return {**circuit(backend), "type": "quantum-function", "input": {"data": data, "params": [0.7]}, **members}


def cut(backend: str = "simulator", **members: Any) -> dict[str, Any]:
    given = {"problem_type": "maxcut", "problem": GRAPH}
    credentials = {"api_credentials": "none"}
    return {**circuit(backend), "type": "qctrl.qaoa.v1", "input": given, "external_settings": credentials, **members}


class Writer:
    """Writes to a server that a test may change, and judges every answer by the contract."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.emulator = api.emulator
        self.contract: str = api.emulator.scenario.contract

    def send(self, verb: str, path: str, body: Any = None, *, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"apiKey {key or self.api.server.api_key}"}
        return self.api.http.request(verb, path, json=body, headers=headers, timeout=60)

    def written(self, verb: str, path: str, template: str, status: int, body: Any = None) -> Any:
        answer = self.send(verb, path, body)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        judge = validator(self.contract, template, status, verb.lower())
        assert [error.message for error in judge.iter_errors(answer.json())] == []
        return answer.json()

    def submit(self, body: Any) -> str:
        made = self.written("POST", "/jobs", "/jobs", 201, body)
        assert made["status"] == "submitted"
        return made["id"]

    def refused(self, body: Any, *keys: str, path: str = "/jobs", verb: str = "POST") -> str:
        answer = self.send(verb, path, body)
        assert answer.status_code == 400, (answer.status_code, answer.text[:300])
        told = answer.json()
        assert told["validation"]["keys"] == list(keys), told
        return told["message"]

    def job(self, job_id: str) -> Any:
        shown = self.api.get(f"/jobs/{job_id}")
        judge = validator(self.contract, "/jobs/{UUID}")
        assert [error.message[:300] for error in judge.iter_errors(shown)] == []
        return shown

    def done(self, body: Any) -> Any:
        """Submit, and return the job once it has ended."""
        job_id = self.submit(body)
        self.emulator.clock.advance(20 * 86400)
        return self.job(job_id)

    def probabilities(self, job: Any) -> dict[str, float]:
        return self.api.get(f"/jobs/{job['id']}/results/probabilities")

    def artifact(self, job: Any, descriptors: Any, form: str) -> Any:
        return self.api.get(f"/jobs/{job['id']}/artifacts/{descriptors[form]['id']}")
