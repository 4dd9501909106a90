"""Availability, sessions and failures against plain second-by-second counting over random records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from tests.sql.marts import build, write_lake

START = datetime(2026, 2, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=2)
HOUR = 3600
Rows = list[dict[str, Any]]


def snapshots(seed: int) -> Rows:
    rng = np.random.default_rng([seed, 2])
    gaps = rng.choice([60, 600, 3600, 9000, 40_000], p=[0.3, 0.4, 0.1, 0.1, 0.1], size=60)
    return [
        {
            "backend": f"qpu.{seed}",
            "status": rng.choice(["available", "running", "unavailable", "calibrating", None]),
            "degraded": rng.choice([True, False, None]),
            "_extracted_at": START + timedelta(seconds=int(at)),
        }
        for at in np.cumsum(gaps)
    ]


def session_with_jobs(seed: int) -> tuple[dict[str, Any], Rows, Rows]:
    """A session of at most two hours, its jobs (some beyond its ends, some running still) and their costs."""
    rng = np.random.default_rng([seed, 3])
    is_open = seed % 4 == 0
    begin = AS_OF - timedelta(seconds=5000) if is_open else START + timedelta(hours=seed)
    session = {
        "id": f"s{seed}", "backend": f"qpu.{seed}", "created_at": begin, "started_at": begin, "active": is_open,
        "ended_at": None if is_open else begin + timedelta(seconds=int(rng.integers(1, 7200))),
        "status": "started" if is_open else "ended",
    }  # fmt: skip
    jobs, costs = [], []
    for number in range(int(rng.integers(0, 12))):
        started = begin + timedelta(seconds=int(rng.integers(-600, 7000)))
        runs_still = is_open and rng.random() < 0.2 and started < AS_OF
        job = {
            "id": f"s{seed}-{number}", "session_id": f"s{seed}", "backend": f"qpu.{seed}",
            "dry_run": rng.random() < 0.1, "submitted_at": started - timedelta(minutes=5), "started_at": started,
            "completed_at": None if runs_still else started + timedelta(seconds=int(rng.exponential(500))),
            "status": "started" if runs_still else "completed", "parent_job_id": None, "_deleted": False,
        }  # fmt: skip
        if number > 1 and rng.random() < 0.2:
            job["parent_job_id"] = f"s{seed}-0"
        elif rng.random() < 0.8:
            costs.append({
                "job_id": job["id"], "cost_value": Decimal(int(rng.integers(0, 10_000))).scaleb(-2),
                "cost_unit": "usd", "dry_run": job["dry_run"], "is_settled": True, "http_status": 200,
            })  # fmt: skip
        jobs.append(job)
    return session, jobs, costs


def failed_jobs(seed: int) -> tuple[Rows, Rows]:
    rng = np.random.default_rng([seed, 4])
    jobs, costs = [], []
    for number in range(80):
        job = {
            "id": f"f{seed}-{number}", "backend": str(rng.choice([f"qpu.f{seed}", "simulator"])),
            "status": str(rng.choice(["failed", "failed", "completed", "canceled"])),
            "failure_code": rng.choice(["NotEnoughQubits", "SystemCancel", None]), "dry_run": rng.random() < 0.1,
            "shots": int(rng.integers(1, 5000)), "execution_duration_ms": int(rng.integers(0, 90_000)),
            "submitted_at": START, "completed_at": START + timedelta(hours=int(rng.integers(1, 48))), "_deleted": False,
        }  # fmt: skip
        if number > 5 and rng.random() < 0.2:
            job["parent_job_id"] = f"f{seed}-{number % 5}"
        elif job["backend"] != "simulator" and number > 4 and rng.random() < 0.7:
            costs.append({
                "job_id": job["id"], "cost_value": Decimal(int(rng.integers(1, 10_000))).scaleb(-2),
                "cost_unit": str(rng.choice(["usd", "credits"])), "dry_run": job["dry_run"], "is_settled": True,
                "http_status": 200,
            })  # fmt: skip
        jobs.append(job)
    return jobs, costs


SEEDS = range(6)
SNAPSHOTS = [row for seed in SEEDS for row in snapshots(seed)]
SESSIONS = [session_with_jobs(seed) for seed in range(12)]
FAILURES = [failed_jobs(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("operations")
    tables = {
        "backends": SNAPSHOTS,
        "sessions": [session for session, _, _ in SESSIONS],
        "jobs": [job for _, jobs, _ in SESSIONS for job in jobs] + [job for jobs, _ in FAILURES for job in jobs],
        "job_costs": [cost for *_, costs in SESSIONS for cost in costs]
        + [cost for _, costs in FAILURES for cost in costs],
    }
    lake = write_lake(folder / "lake", tables, as_of={"default": AS_OF})
    marts = ("backend_availability_daily", "session_utilization", "failures_daily")
    with build(folder, lake, *marts) as connection:
        yield connection


def test_availability_weighs_every_second(warehouse: duckdb.DuckDBPyConnection) -> None:
    seconds: dict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    for now, following in zip(SNAPSHOTS, [*SNAPSHOTS[1:], None], strict=True):
        at = now["_extracted_at"]
        is_last = following is None or following["backend"] != now["backend"]
        ends = [at.replace(hour=0, minute=0, second=0) + timedelta(days=1), at + timedelta(seconds=HOUR)]
        end = min(ends if is_last else [*ends, following["_extracted_at"]])
        seconds[now["backend"], at.date()] += [now] * round((end - at).total_seconds())
    expected = {}
    for key, every in seconds.items():
        known = [one for one in every if one["status"] is not None]
        up = sum(one["status"] in ("available", "running") for one in known)
        observations = sum((row["backend"], row["_extracted_at"].date()) == key for row in SNAPSHOTS)
        degraded = sum(bool(one["degraded"]) for one in every) / len(every)
        expected[key] = (pytest.approx(up / len(known)) if known else None, pytest.approx(degraded), observations)
    found = warehouse.execute(
        "select backend, date, share_available, share_degraded, observations from backend_availability_daily"
    ).fetchall()
    assert {row[:2]: row[2:] for row in found} == expected
    assert len(found) > 20


def test_sessions_count_each_busy_second_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected = {}
    for session, jobs, costs in SESSIONS:
        begin, end = session["started_at"], session["ended_at"] or AS_OF
        real = [job for job in jobs if not job["dry_run"]]
        busy: set[int] = set()
        for job in real:
            low, high = max(job["started_at"], begin), min(job["completed_at"] or AS_OF, end)
            busy |= set(range(round((low - begin).total_seconds()), round((high - begin).total_seconds())))
        billed = {job["id"] for job in real}
        paid = [cost["cost_value"] for cost in costs if cost["job_id"] in billed]
        open_seconds = (end - begin).total_seconds()
        trees = {job["id"] for job in real}  # what a dry run is the parent of, but was run, stands for itself
        roots = sum(job["parent_job_id"] not in trees for job in real)
        expected[session["id"]] = (
            open_seconds, len(busy), pytest.approx(len(busy) / open_seconds), roots, sum(paid) if paid else None,
            "open" if session["ended_at"] is None else "unknown",
        )  # fmt: skip
    found = warehouse.execute(
        "select session_id, open_seconds, busy_seconds, utilization, jobs, cost, ended_by from session_utilization"
    ).fetchall()
    assert {row[0]: row[1:] for row in found} == expected


def test_failures_by_counting(warehouse: duckdb.DuckDBPyConnection) -> None:
    failures: dict[tuple[str, date, str], list[tuple[dict[str, Any], Decimal | None, str | None]]] = defaultdict(list)
    for jobs, costs in FAILURES:
        failed = {job["id"] for job in jobs if job["status"] == "failed" and not job["dry_run"]}
        bills = {cost["job_id"]: (cost["cost_value"], cost["cost_unit"].upper()) for cost in costs}
        for job in jobs:
            if job["id"] in failed and job.get("parent_job_id") not in failed:
                key = (job["backend"], job["completed_at"].date(), job["failure_code"] or "unknown")
                failures[key].append((job, *bills.get(job["id"], (None, None))))
    expected = {}
    for key, jobs_of_day in failures.items():
        first = min((currency for *_, currency in jobs_of_day if currency), default=None)
        for currency in {currency or first for *_, currency in jobs_of_day}:
            mine = [(job, cost) for job, cost, unit in jobs_of_day if (unit or first) == currency]
            paid = [cost for _, cost in mine if cost is not None]
            expected[*key, currency] = (
                len(mine), sum(job["shots"] for job, _ in mine),
                sum(job["execution_duration_ms"] for job, _ in mine) / 1000, sum(paid) if paid else None,
            )  # fmt: skip
    found = warehouse.execute(
        "select backend, date, failure_code, currency, jobs, shots, qpu_seconds, cost from failures_daily"
    ).fetchall()
    assert {row[:4]: row[4:] for row in found} == expected
    assert len({currency for *_, currency in expected}) == 3
