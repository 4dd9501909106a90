"""An API made of plain lists, small enough to be right at a glance, for histories that no real one would live through."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

KEY = "a-key-that-must-not-leak-7f3a"
ORGANIZATION = "b7a1c8f2-0000-4000-8000-000000000001"
TERMINAL = {"completed", "failed", "canceled"}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Crash(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Upstream:
    """What the API shows, and what it has been asked. Change it between two syncs as you like."""

    now: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    costs: dict[str, dict[str, Any] | int] = field(default_factory=dict)
    characterizations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    usage: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    backends: list[str] = field(default_factory=lambda: ["simulator", "qpu.forte-1"])
    most_per_page: int = 100
    order: str = "newest first"
    visible_to_key: set[str] | None = None
    unlisted: set[str] = field(default_factory=set)
    asked: list[httpx.Request] = field(default_factory=list)
    crash_after: int | None = None
    fail_path: str | None = None
    cursors_expire: bool = False
    _epoch: int = 0

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def add_job(self, number: int, submitted_at: datetime, **values: Any) -> str:
        job_id = f"{number:08x}-0000-4000-8000-000000000000"
        self.jobs[job_id] = {
            "id": job_id,
            "status": "submitted",
            "type": "ionq.circuit.v1",
            "backend": "qpu.forte-1",
            "dry_run": False,
            "submitter_id": "user-1",
            "project_id": "project-1",
            "parent_job_id": None,
            "session_id": None,
            "metadata": None,
            "name": f"job {number}",
            "submitted_at": iso(submitted_at),
            "started_at": None,
            "completed_at": None,
            "predicted_wait_time_ms": None,
            "predicted_execution_duration_ms": None,
            "execution_duration_ms": None,
            "failure": None,
            "output": {},
            "settings": {},
            "stats": {"qubits": 4},
            "results": None,
        } | values
        return job_id

    def finish(self, job_id: str, at: datetime, status: str = "completed", cost: str = "25.79") -> None:
        self.jobs[job_id] |= {"status": status, "started_at": iso(at - timedelta(seconds=9)), "completed_at": iso(at)}
        self.costs[job_id] = {
            "dry_run": False,
            "estimated_cost": {"value": 20, "unit": "usd"},
            "cost": {"value": float(cost), "unit": "usd"},
        }

    def counts(self) -> Counter[str]:
        return Counter(request.url.path.removeprefix("/v0.4") for request in self.asked)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.crash_after is not None:
            if self.crash_after <= 0:
                raise Crash
            self.crash_after -= 1
        self.asked.append(request)
        path = request.url.path.removeprefix("/v0.4")
        if self.fail_path and path.startswith(self.fail_path):
            return httpx.Response(503)
        if path == "/backends":
            return self._json([self._backend(name) for name in self.backends])
        if path.endswith("/characterizations"):
            return self._characterizations(path.split("/")[2], request.url.params)
        if request.headers.get("Authorization") != f"apiKey {KEY}":
            return httpx.Response(401, json={"statusCode": 401, "error": "Unauthorized Error", "message": "no"})
        return self._private(path, request.url.params)

    def _private(self, path: str, params: httpx.QueryParams) -> httpx.Response:
        parts = path.strip("/").split("/")
        match parts:
            case ["whoami"]:
                return self._json({"key_id": "key-1", "key_name": "test", "project_id": "project-1"})
            case ["sessions"]:
                return self._json({"organization_id": ORGANIZATION, "sessions": self.sessions})
            case ["jobs"]:
                return self._listing(params)
            case ["jobs", "estimate"]:
                return self._json(self._estimate(params))
            case ["jobs", job_id]:
                return self._json(self.jobs[job_id] | {"child_job_ids": None}) if job_id in self.jobs else _missing()
            case ["jobs", job_id, "cost"]:
                found = self.costs.get(job_id, 404)
                return httpx.Response(found) if isinstance(found, int) else self._json(found)
            case ["organizations", _, "usage"]:
                return self._usage(params)
        return _missing()

    def _listing(self, params: httpx.QueryParams) -> httpx.Response:
        limit = int(params.get("limit", 25))
        if limit > self.most_per_page:
            body = {"statusCode": 400, "error": "Bad Request", "message": "limit", "validation": {"keys": ["limit"]}}
            return httpx.Response(400, json=body)
        jobs = [job for job in self.jobs.values() if self._is_shown(job, params)]
        jobs.sort(key=lambda job: (str(job["submitted_at"]), job["id"]), reverse=self.order == "newest first")
        if self.order == "by id":
            jobs.sort(key=lambda job: job["id"][::-1])
        if cursor := params.get("next"):
            epoch, _, last = cursor.partition("~")
            if self.cursors_expire and int(epoch) != self._epoch:
                return httpx.Response(400, json={"statusCode": 400, "error": "Bad Request", "message": "cursor"})
            jobs = self._after(jobs, last)
        page, rest = jobs[:limit], jobs[limit:]
        following = f"{self._epoch}~{page[-1]['submitted_at']}~{page[-1]['id']}" if rest else None
        return self._json({"jobs": page, "next": following})

    def _after(self, jobs: list[dict[str, Any]], last: str) -> list[dict[str, Any]]:
        if self.order == "newest first":
            return [job for job in jobs if f"{job['submitted_at']}~{job['id']}" < last]
        if self.order == "oldest first":
            return [job for job in jobs if f"{job['submitted_at']}~{job['id']}" > last]
        last_id = last.rpartition("~")[2]
        return [job for job in jobs if job["id"][::-1] > last_id[::-1]]

    def _is_shown(self, job: dict[str, Any], params: httpx.QueryParams) -> bool:
        if ids := params.get_list("ids"):
            return job["id"] in ids and job["id"] not in self.unlisted
        if parent := params.get("parent_job_id"):
            return bool(job["parent_job_id"] == parent)
        if submitter := params.get("submitter_id"):
            return bool(job["submitter_id"] == submitter)
        if job["id"] in self.unlisted:
            return False
        return self.visible_to_key is None or job["submitter_id"] in self.visible_to_key

    def _backend(self, name: str) -> dict[str, Any]:
        return {
            "backend": name,
            "status": "available",
            "qubits": 36,
            "average_queue_time": 1000,
            "last_updated": iso(self.now),
        }

    def _estimate(self, params: httpx.QueryParams) -> dict[str, Any]:
        return {
            "input_values": {"backend": params["backend"], "error_mitigation": params["error_mitigation"] == "true"},
            "estimated_at": iso(self.now),
            "cost_unit": "usd",
            "rate_information": {
                "job_cost_minimum": 25.79,
                "cost_1q_gate": 0.0001645,
                "cost_2q_gate": 0.001121,
                "organization": ORGANIZATION,
            },
            "estimated_cost": 25.79,
            "estimated_execution_time": 1.5,
            "current_predicted_queue_time": 60,
        }

    def _characterizations(self, backend: str, params: httpx.QueryParams) -> httpx.Response:
        found = [c for c in self.characterizations.get(backend, []) if c["date"] >= params.get("start", "")]
        found.sort(key=lambda c: c["date"], reverse=True)
        limit, number = int(params.get("limit", 10)), int(params.get("page", 1))
        page = found[(number - 1) * limit : number * limit]
        remaining = max(0, -(-len(found) // limit) - number)
        return self._json({"characterizations": page, "pages": remaining})

    def _usage(self, params: httpx.QueryParams) -> httpx.Response:
        first, last = date.fromisoformat(params["start_date"]), date.fromisoformat(params["end_date"])
        rows = [
            row
            for (grouping, day), row in self.usage.items()
            if grouping == params["group_by"] and first <= date.fromisoformat(day) < last
        ]
        rows.sort(key=lambda row: row["from"], reverse=True)
        return self._json({"organization": ORGANIZATION, "usage_unit": "USD", "usage_data": rows})

    def _json(self, value: Any) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def _missing() -> httpx.Response:
    return httpx.Response(404, json={"statusCode": 404, "error": "Not Found Error", "message": "Resource not found."})
