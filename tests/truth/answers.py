"""Everything an IonQ API says at one instant, read with the standard library alone and kept as it was said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

Json = dict[str, Any]
TERMINAL = ("completed", "failed", "canceled")
CIRCUIT = {"qubits": 10, "shots": 1000, "1q_gates": 100, "2q_gates": 50}


@dataclass(frozen=True)
class Answers:
    """What the API said: JSON with money as decimals. ``usage`` is by grouping, ``rates`` by backend and mitigation."""

    at: datetime
    jobs: dict[str, Json] = field(default_factory=dict)
    costs: dict[str, Json] = field(default_factory=dict)
    characterizations: dict[str, Json] = field(default_factory=dict)
    backends: list[Json] = field(default_factory=list)
    rates: dict[tuple[str, bool], Json] = field(default_factory=dict)
    usage: dict[str, Json] = field(default_factory=dict)
    sessions: Json = field(default_factory=dict)
    projects: list[Json] | None = None


class Reader:
    """Asks one server over one connection."""

    def __init__(self, base_url: str, api_key: str) -> None:
        parts = urlsplit(base_url)
        self._connection = HTTPConnection(parts.netloc, timeout=30)
        self._prefix, self._headers = parts.path, {"Authorization": f"apiKey {api_key}"}

    def get(self, path: str, **query: Any) -> Any:
        """Return an answer's JSON; numbers with a point are decimals."""
        status, body = self.ask(path, **query)
        assert status == 200, (path, status, body[:300])
        return json.loads(body, parse_float=Decimal)

    def ask(self, path: str, **query: Any) -> tuple[int, bytes]:
        """Return an answer's status and body."""
        self._connection.request("GET", f"{self._prefix}{path}?{urlencode(query)}", headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self._connection.close()


def is_qpu(backend: str) -> bool:
    return not backend.startswith("simulator")


def read_backends(base_url: str, api_key: str, *, at: datetime) -> Answers:
    """Read the list of backends alone."""
    reader = Reader(base_url, api_key)
    try:
        return Answers(at, backends=reader.get("/backends"))
    finally:
        reader.close()


def read_everything(
    base_url: str, api_key: str, *, at: datetime, since: datetime, retired: Iterable[str] = ()
) -> Answers:
    """Read what the API shows at an instant; the usage report from a date on.

    ``retired`` are backends to ask for measurements besides those that the list and the jobs name.
    """
    reader = Reader(base_url, api_key)
    try:
        jobs = _jobs(reader)
        backends = reader.get("/backends")
        sessions = reader.get("/sessions")
        names = {one["backend"] for one in backends} | {job["backend"] for job in jobs.values()} | set(retired)
        ended = [key for key, job in jobs.items() if job["status"] in TERMINAL and is_qpu(job["backend"])]
        return Answers(
            at=at,
            jobs=jobs,
            costs={job_id: reader.get(f"/jobs/{job_id}/cost") for job_id in ended},
            characterizations={one["id"]: one for name in sorted(names) for one in _characterizations(reader, name)},
            backends=backends,
            rates={
                (one["backend"], mitigated): _estimate(reader, one["backend"], mitigated)
                for one in backends
                if is_qpu(one["backend"])
                for mitigated in (False, True)
            },
            usage={
                grouping: _usage(reader, sessions["organization_id"], grouping, since, at)
                for grouping in ("project", "user")
            },
            sessions=sessions,
            projects=_projects(reader),
        )
    finally:
        reader.close()


def _jobs(reader: Reader) -> dict[str, Json]:
    jobs: dict[str, Json] = {}
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = reader.get("/jobs", **query)
        jobs |= {job["id"]: job for job in page["jobs"]}
        if page["next"] is None:
            return jobs
        query["next"] = page["next"]


def _characterizations(reader: Reader, backend: str) -> list[Json]:
    found: list[Json] = []
    while is_qpu(backend):
        page = reader.get(f"/backends/{backend}/characterizations", limit=10, page=len(found) // 10 + 1)
        shown = page["characterizations"] or []
        found += shown
        if len(shown) < 10:
            break
    # a page fills what is null from a neighbour; what is asked for singly is right
    return [reader.get(f"/backends/{backend}/characterizations/{one['id']}") for one in found]


def _estimate(reader: Reader, backend: str, mitigated: bool) -> Json:
    answer: Json = reader.get("/jobs/estimate", backend=backend, error_mitigation=str(mitigated).lower(), **CIRCUIT)
    return answer


def _projects(reader: Reader) -> list[Json] | None:
    """Return the projects; None where there is no such endpoint: neither contract has it."""
    status, body = reader.ask("/projects")
    return json.loads(body)["projects"] if status == 200 else None


def _usage(reader: Reader, organization: str, grouping: str, since: datetime, at: datetime) -> Json:
    answer: Json = reader.get(
        f"/organizations/{organization}/usage",
        group_by=grouping,
        modality="daily",
        start_date=since.date().isoformat(),
        end_date=(at.date() + timedelta(days=1)).isoformat(),
    )
    return answer
