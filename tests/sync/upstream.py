"""An API made of plain lists, small enough to be right at a glance, for histories no real one would live through."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from tests.sync import records
from tests.sync.records import ORGANIZATION, iso

KEY = "a-key-that-must-not-leak-7f3a"
TERMINAL = {"completed", "failed", "canceled"}


class Crash(BaseException):
    """The process is gone: nothing catches this."""


Meddle = Callable[[httpx.Request], httpx.Response | None]
Record = dict[str, Any]


@dataclass
class Upstream:
    """What the API shows, and what it has been asked. Change it between two syncs as you like.

    Attributes:
        order: of the listing of jobs: ``newest first``, ``oldest first`` or ``by id``.
        visible_to_key: the submitters whose jobs the key's own listing shows; None for all.
        members: the submitters whose jobs the key may list by ``submitter_id``; the others are ignored; None for all.
        unlisted: jobs that only ``/jobs/{id}`` and the listing of their parent show.
        crash_after: requests until the process is gone.
        fail_path: what is out of order: paths that begin so answer 503.
        meddle: is shown each request first, and may answer in the API's place or change things under its feet.
        cursors_expire: a cursor is good only as long as ``epoch`` is what it was.
    """

    now: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    jobs: dict[str, Record] = field(default_factory=dict)
    costs: dict[str, Record | int] = field(default_factory=dict)
    results: dict[str, Record] = field(default_factory=dict)
    characterizations: dict[str, list[Record]] = field(default_factory=dict)
    usage: dict[tuple[str, str], Record] = field(default_factory=dict)
    sessions: list[Record] = field(default_factory=list)
    backends: list[str] = field(default_factory=lambda: ["simulator", "qpu.forte-1"])
    most_per_page: int = 100
    order: str = "newest first"
    visible_to_key: set[str] | None = None
    members: set[str] | None = None
    unlisted: set[str] = field(default_factory=set)
    asked: list[httpx.Request] = field(default_factory=list)
    crash_after: int | None = None
    fail_path: str | None = None
    meddle: Meddle | None = None
    cursors_expire: bool = False
    epoch: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100_000))

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def add_job(self, number: int, moment: datetime, **values: Any) -> str:
        job_id = f"{number:08x}-0000-4000-8000-000000000000"
        self.jobs[job_id] = records.job(job_id, moment, **values)
        return job_id

    def finish(self, job_id: str, at: datetime, status: str = "completed", cost: float = 25.79) -> None:
        self.jobs[job_id] |= {"status": status, "started_at": iso(at - timedelta(seconds=9)), "completed_at": iso(at)}
        self.costs[job_id] = records.cost(cost)

    def add_jobs(self, count: int, *, apart: timedelta = timedelta(hours=1), **values: Any) -> list[str]:
        """Add jobs that have ended, the newest a while ago; return their ids, newest first."""
        added = []
        for _ in range(count):
            moment = self.now - apart * (len(added) + 1)
            added.append(self.add_job(next(self._numbers), moment, **values))
            self.finish(added[-1], moment + timedelta(minutes=5))
        return added

    def add_usage(self, grouping: str, day: date, amount: float, *groups: str) -> None:
        self.usage[grouping, day.isoformat()] = records.usage(day, amount, *groups)

    def add_characterization(self, name: str, measured_at: datetime, backend: str = "qpu.forte-1") -> None:
        self.characterizations.setdefault(backend, []).append(records.characterization(name, measured_at))

    def shown_jobs(self) -> set[str]:
        """Return the jobs that any listing shows to the key."""
        return {
            job_id
            for job_id, job in self.jobs.items()
            if job_id not in self.unlisted
            and (self._is_visible(job) or self.members is None or job["submitter_id"] in self.members)
        }

    def counts(self) -> Counter[str]:
        return Counter(request.url.path.removeprefix("/v0.4") for request in self.asked)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.crash_after is not None:
            if self.crash_after <= 0:
                raise Crash
            self.crash_after -= 1
        self.asked.append(request)
        if self.meddle is not None and (answer := self.meddle(request)) is not None:
            return answer
        path = request.url.path.removeprefix("/v0.4")
        if self.fail_path and path.startswith(self.fail_path):
            return httpx.Response(503)
        if path == "/backends":
            return _json([records.backend(name, self.now) for name in self.backends])
        if path.endswith("/characterizations"):
            return self._characterizations(path.split("/")[2], request.url.params)
        if request.headers.get("Authorization") != f"apiKey {KEY}":
            return httpx.Response(401, json={"statusCode": 401, "error": "Unauthorized Error", "message": "no"})
        return self._private(path, request.url.params)

    def _private(self, path: str, params: httpx.QueryParams) -> httpx.Response:
        match path.strip("/").split("/"):
            case ["whoami"]:
                return _json({"key_id": "key-1", "key_name": "test", "project_id": "project-1"})
            case ["sessions"]:
                return _json({"organization_id": ORGANIZATION, "sessions": self.sessions})
            case ["jobs"]:
                return self._listing(params)
            case ["jobs", "estimate"]:
                mitigated = params["error_mitigation"] == "true"
                return _json(records.estimate(params["backend"], error_mitigation=mitigated, now=self.now))
            case ["jobs", job_id] if job_id in self.jobs:
                return _json(self.jobs[job_id] | {"child_job_ids": None})
            case ["jobs", job_id, "cost"]:
                found = self.costs.get(job_id, 404)
                return httpx.Response(found) if isinstance(found, int) else _json(found)
            case ["jobs", job_id, "results", "probabilities"] if job_id in self.results:
                return _json(self.results[job_id])
            case ["organizations", organization, "usage"]:
                return self._usage(params) if organization == ORGANIZATION else httpx.Response(403)
        return httpx.Response(404, json={"statusCode": 404, "error": "Not Found Error", "message": "Not found."})

    def _listing(self, params: httpx.QueryParams) -> httpx.Response:
        limit = int(params.get("limit", 25))
        if limit > self.most_per_page:
            body = {"statusCode": 400, "error": "Bad Request", "message": "limit", "validation": {"keys": ["limit"]}}
            return httpx.Response(400, json=body)
        jobs = [job for job in self.jobs.values() if self._is_listed(job, params)]
        jobs.sort(key=lambda job: (str(job["submitted_at"]), job["id"]), reverse=self.order == "newest first")
        if self.order == "by id":
            jobs.sort(key=lambda job: job["id"][::-1])
        if cursor := params.get("next"):
            epoch, _, last = cursor.partition("~")
            if self.cursors_expire and int(epoch) != self.epoch:
                return httpx.Response(400, json={"statusCode": 400, "error": "Bad Request", "message": "cursor"})
            jobs = self._after(jobs, last)
        page, rest = jobs[:limit], jobs[limit:]
        following = f"{self.epoch}~{page[-1]['submitted_at']}~{page[-1]['id']}" if rest else None
        return _json({"jobs": page, "next": following})

    def _after(self, jobs: list[Record], last: str) -> list[Record]:
        if self.order == "newest first":
            return [job for job in jobs if f"{job['submitted_at']}~{job['id']}" < last]
        if self.order == "oldest first":
            return [job for job in jobs if f"{job['submitted_at']}~{job['id']}" > last]
        last_id = last.rpartition("~")[2]
        return [job for job in jobs if job["id"][::-1] > last_id[::-1]]

    def _is_listed(self, job: Record, params: httpx.QueryParams) -> bool:
        if parent := params.get("parent_job_id"):
            return bool(job["parent_job_id"] == parent)
        if job["id"] in self.unlisted:
            return False
        if ids := params.get_list("ids"):
            return job["id"] in ids
        submitter = params.get("submitter_id")
        if submitter and (self.members is None or submitter in self.members):
            return bool(job["submitter_id"] == submitter)
        return self._is_visible(job)

    def _is_visible(self, job: Record) -> bool:
        return self.visible_to_key is None or job["submitter_id"] in self.visible_to_key

    def _characterizations(self, backend: str, params: httpx.QueryParams) -> httpx.Response:
        found = [c for c in self.characterizations.get(backend, []) if c["date"] >= params.get("start", "")]
        found.sort(key=lambda c: c["date"], reverse=True)
        limit, number = int(params.get("limit", 10)), int(params.get("page", 1))
        page = found[(number - 1) * limit : number * limit]
        remaining = max(0, -(-len(found) // limit) - number)
        return _json({"characterizations": page, "pages": remaining})

    def _usage(self, params: httpx.QueryParams) -> httpx.Response:
        first, last = date.fromisoformat(params["start_date"]), date.fromisoformat(params["end_date"])
        rows = [
            row
            for (grouping, day), row in self.usage.items()
            if grouping == params["group_by"] and first <= date.fromisoformat(day) < last
        ]
        rows.sort(key=lambda row: row["from"], reverse=True)
        return _json({"organization": ORGANIZATION, "usage_unit": "USD", "usage_data": rows})


def _json(value: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
