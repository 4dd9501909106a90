"""Snapshots, availability, sessions, failures and freshness, from the API's answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.truth.answers import Json, is_qpu
from tests.truth.comparing import About
from tests.truth.jobs import fct_jobs
from tests.truth.knowledge import Job, Knowledge, instant, money, seconds, unit

Row = dict[str, Any]
Span = tuple[datetime, datetime]


def fct_backend_snapshots(known: Knowledge) -> list[Row]:
    return [
        {
            "backend": one["backend"],
            "observed_at": visit.at,
            "status": one["status"],
            "is_degraded": one["degraded"],
            "average_queue_seconds": one["average_queue_time"] / 1e3,
            "qubits": one["qubits"],
            "characterization_id": one.get("characterization_id"),
            "is_qpu": is_qpu(one["backend"]),
            "location": one["location"],
        }
        for visit in known.visits
        for one in visit.backends
    ]


def backend_availability_daily(known: Knowledge) -> list[Row]:
    """Each look stands for the time until the next one, an hour at most, and not beyond midnight."""
    looks: dict[str, list[tuple[datetime, Json]]] = defaultdict(list)
    for visit in known.visits:
        for one in visit.backends:
            looks[one["backend"]].append((visit.at, one))
    days: dict[tuple[str, Any], list[tuple[float, Json]]] = defaultdict(list)
    for backend, seen in looks.items():
        for at, one in seen:
            later = [other for other, _ in seen if other > at]
            midnight = datetime.combine(at.date(), datetime.min.time()) + timedelta(days=1)
            until = min([at + timedelta(hours=1), midnight, *later])
            days[backend, at.date()].append(((until - at).total_seconds(), one))
    return [
        {
            "backend": backend,
            "date": date,
            # looks lie a few microseconds after the instant at which the clock stood
            "share_available": _share(spans, "status", "available"),
            "share_degraded": _share(spans, "degraded", True),
            "observations": len(spans),
        }
        for (backend, date), spans in days.items()
    ]


def _share(spans: list[tuple[float, Json]], name: str, value: Any) -> About:
    return About(sum(time for time, one in spans if one[name] == value) / sum(time for time, _ in spans), 1e-6)


def session_utilization(known: Knowledge) -> list[Row]:
    members: dict[str, list[Job]] = defaultdict(list)
    for job in known.jobs.values():
        if job.json["session_id"] and not job.json["dry_run"]:
            members[job.json["session_id"]].append(job)
    paid = {row["job_id"]: row for row in fct_jobs(known) if row["cost"] is not None}
    return [_session(known, one, members[one["id"]], paid) for one in known.last.sessions["sessions"]]


def _session(known: Knowledge, said: Json, jobs: list[Job], paid: dict[str, Row]) -> Row:
    opened, ended, settings = instant(said["started_at"]), instant(said["ended_at"]), said["settings"]
    until = ended or known.as_of
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for job in jobs:
        if job.id in paid:
            costs[paid[job.id]["currency"]] += paid[job.id]["cost"]
    open_seconds = seconds(until, opened)
    busy = None if opened is None else covered(_runs(known, jobs), (opened, until))
    cost, currency = (costs.popitem()[::-1]) if len(costs) == 1 else (None, None)
    roots = sum(known.root(job.id) == job.id for job in jobs)
    row = {
        "session_id": said["id"],
        "backend": said["backend"],
        "status": said["status"],
        "open_seconds": None if open_seconds is None else About(open_seconds, 1e-3),
        "busy_seconds": None if busy is None else About(busy, 1e-3),
        "utilization": About(busy / open_seconds, 1e-6) if open_seconds and busy is not None else None,
        "jobs": roots,
        "cost": cost,
        "currency": currency,
        "cost_limit": money(settings.get("cost_limit")),
    }
    return row | {"ended_by": _ended_by(said, row, ended, open_seconds)}


def _runs(known: Knowledge, jobs: list[Job]) -> list[Span]:
    return [(job.started, job.completed or known.as_of) for job in jobs if job.started]


def covered(spans: list[Span], within: Span) -> float:
    """Return the seconds of a span that at least one of the others covers."""
    edges = sorted({*within, *(edge for span in spans for edge in span if within[0] < edge < within[1])})
    parts = [(a, b) for a, b in pairwise(edges) if any(low <= a and b <= high for low, high in spans)]
    return sum((b - a).total_seconds() for a, b in parts)


def _ended_by(said: Json, row: Row, ended: datetime | None, open_seconds: float | None) -> str:
    settings, second = said["settings"], timedelta(seconds=1)
    if ended is None:
        return "open"
    if said["ender_id"]:
        return "user"
    limit = settings.get("cost_limit")
    if limit and row["cost"] is not None and row["cost"] >= money(limit) and row["currency"] == unit(limit):
        return "cost_limit"
    if row["jobs"] >= settings.get("job_count_limit", float("inf")):
        return "job_count_limit"
    minutes = settings.get("duration_limit_min")
    if minutes is not None and open_seconds is not None and open_seconds >= minutes * 60 - 1:
        return "duration_limit"
    if settings.get("expires_at") and ended >= (instant(settings["expires_at"]) or ended) - second:
        return "expired"
    kinds = {"cost_limit": "cost_limit", "job_count_limit": "job_count_limit", "duration_limit_min": "duration_limit"}
    left = {kinds.get(name, "expired") for name in settings}
    return left.pop() if len(left) == 1 else "unknown"


def failures_daily(known: Knowledge) -> list[Row]:
    """Count a family of failed jobs once, by its topmost; what has no bill stands with what has one."""
    paid = {row["job_id"]: row for row in fct_jobs(known)}
    failed = {job.id for job in known.jobs.values() if job.json["status"] == "failed" and not job.json["dry_run"]}
    groups: dict[tuple[Any, ...], list[Job]] = defaultdict(list)
    for job in (known.jobs[key] for key in failed):
        parent = known.jobs.get(job.json["parent_job_id"])
        if parent is None or parent.json["status"] != "failed":
            ended = job.completed or job.started or job.submitted
            groups[job.json["backend"], ended.date(), job.json["failure"]["code"]].append(job)
    rows: list[Row] = []
    for (backend, date, code), group in groups.items():
        lots: dict[str | None, list[Job]] = defaultdict(list)
        currencies = sorted({paid[job.id]["currency"] for job in group if paid[job.id]["currency"]})
        for job in group:
            lots[paid[job.id]["currency"] or (currencies[0] if currencies else None)].append(job)
        rows += [_failure(backend, date, code, currency, lot, paid) for currency, lot in lots.items()]
    return rows


def _failure(backend: str, date: Any, code: str, currency: str | None, lot: list[Job], paid: dict[str, Row]) -> Row:
    costs = [paid[job.id]["cost"] for job in lot if paid[job.id]["cost"] is not None]
    times = [job.qpu_seconds for job in lot if job.qpu_seconds is not None]
    return {
        "backend": backend,
        "date": date,
        "failure_code": code,
        "currency": currency,
        "jobs": len(lot),
        "shots": sum(job.json.get("shots") or 0 for job in lot) if any(job.json.get("shots") for job in lot) else None,
        "qpu_seconds": sum(times) if times else None,
        "cost": sum(costs, Decimal(0)) if costs else None,
    }


def data_freshness(known: Knowledge) -> list[Row]:
    """Everything read was complete and nothing was rejected; a look at the backends alone is a sync of them."""
    looks = [one for visit in known.visits for one in visit.backends]
    asked = {key for visit in known.whole for key in visit.costs} | {
        job.id for job in known.jobs.values() if job.is_deleted and job.is_qpu
    }
    midnight = datetime.combine(known.as_of.date(), datetime.min.time())
    newest_session = max((instant(one["created_at"]) for one in known.last.sessions["sessions"]), default=None)  # type: ignore[type-var]
    facts = {
        "whoami": (1, known.whole[0].at),
        "backends": (len(looks), known.visits[-1].at),
        "characterizations": (
            len(known.last.characterizations),
            max(instant(one["date"]) for one in known.last.characterizations.values()),  # type: ignore[type-var]
        ),
        "jobs": (len(known.jobs), max(job.submitted for job in known.jobs.values())),
        "job_costs": (len(asked), None),
        "usage": (None, midnight),
        "sessions": (len(known.last.sessions["sessions"]), newest_session),
        "rates": (sum(len(visit.rates) for visit in known.whole), known.whole[-1].at),
    }
    if known.last.projects is not None:
        facts["projects"] = (len(known.last.projects), None)
    refused = {
        "account": "default",
        "resource": "projects",
        "last_complete_sync_at": None,
        "rows": 0,
        "problems": 0,
        "rejected": 0,
        "missing": 0,
        "availability": "refused",
    }
    return [
        *([refused] if known.last.projects is None else []),
        *(
            {
                "account": "default",
                "resource": resource,
                "last_complete_sync_at": known.visits[-1].at if resource == "backends" else known.whole[-1].at,
                **({} if count is None else {"rows": count}),
                **({} if newest is None else {"newest_record_at": newest}),
                "problems": 0,
                "rejected": 0,
                "missing": 0,
                "availability": "available",
                "unavailable_reason": None,
            }
            for resource, (count, newest) in facts.items()
        ),
    ]
