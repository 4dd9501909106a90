"""The queue, session and failure marts of a synced organization against the emulator's truth about its jobs."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.conftest import Simulated
from tests.sql.marts import QUEUE_MARTS, build
from tests.sql.survival import kaplan_meier

MARTS = (*QUEUE_MARTS, "session_utilization", "failures_daily")
QUANTILES = ("p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds")
Facts = list[dict[str, Any]]


def test_marts_equal_the_truth(simulated: Simulated) -> None:
    with simulated.connect() as connection:
        compare_all(connection, simulated.truth)


@pytest.mark.prove
@pytest.mark.parametrize("contract", ["2026-05", "2026-10"])
@pytest.mark.parametrize("seed", range(40, 43))
@pytest.mark.parametrize("steps", [(0,), (0, 30)], ids=["once", "again"])
def test_marts_equal_the_truth_of_every_history(
    tmp_path: Path, seed: int, contract: str, steps: tuple[int, ...]
) -> None:
    """Also after the clock has moved and a second sync, when jobs that waited have moved on."""
    settings = Settings(data_dir=tmp_path, accounts=(Account(),), clock="server")
    with Emulator(Scenario(seed=seed, days=150, jobs=3000, contract=contract)).serve() as server:
        clock = server.emulator.clock

        def connect(_: Account) -> Client:
            return Client(server.base_url, api_key=server.api_key)

        for hours in steps:
            clock.advance(hours * 3600)
            records = sync(settings, Lake(settings.lake_dir), connect=connect)
            assert all(record.complete for record in records)
        truth = server.emulator.truth(jobs=True)
    with build(tmp_path, settings.lake_dir, *MARTS) as connection:
        compare_all(connection, truth)


def compare_all(connection: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    """Compare each mart; what waits or runs by the truth is known to do so until the last complete sync."""
    now = as_of(connection)
    instants = ("submitted_at", "started_at", "ended_at")
    facts = [job | {name: instant(job[name]) for name in instants} for job in truth["jobs"]]
    roots = [job for job in facts if job["backend"] != "simulator" and not job["is_dry"] and job["parent_id"] is None]
    queued = [job for job in roots if job["session_id"] is None]
    compare_daily_waits(connection, truth["queue_daily_public"], queued, now)
    compare_backlog(connection, queued, now)
    compare_sessions(connection, facts, now)
    compare_failures(connection, facts)


def compare_daily_waits(connection: duckdb.DuckDBPyConnection, days: Facts, queued: Facts, now: datetime) -> None:
    waits = defaultdict(list)
    for job in queued:
        left = job["started_at"] or job["ended_at"] or now
        seconds = (left - job["submitted_at"]).total_seconds()
        waits[job["backend"], job["submitted_at"].date()].append((seconds, job["started_at"] is not None))
    expected = {}
    for day in days:
        key = (day["backend"], date.fromisoformat(day["date"]))
        quantiles = [kaplan_meier(waits[key], Fraction(1, 2)), kaplan_meier(waits[key], Fraction(1, 10))]
        counts = [day["submitted"], day["started"], day["censored"], day["mean_seconds"]]
        expected[key] = no_nulls([*counts, *(day[name] for name in QUANTILES), *quantiles])
    found = connection.execute(
        f"select backend, submitted_date, jobs_submitted, jobs_started, jobs_censored, mean_seconds, "
        f"{', '.join(QUANTILES)}, km_p50_seconds, km_p90_seconds from queue_time_daily"
    ).fetchall()
    assert {row[:2] for row in found} == expected.keys()
    assert len(found) > 100
    for backend, day_of, *values in found:
        assert no_nulls(values) == pytest.approx(expected[backend, day_of], rel=1e-9, abs=1e-9, nan_ok=True)


def compare_backlog(connection: duckdb.DuckDBPyConnection, queued: Facts, now: datetime) -> None:
    found = connection.execute(
        "select backend, epoch(hour), jobs_waiting, jobs_running from queue_backlog_hourly"
    ).fetchall()
    assert max(row[1] for row in found) == now.timestamp() // 3600 * 3600
    for backend in {job["backend"] for job in queued}:
        hours, waiting, running = np.array([row[1:] for row in sorted(found) if row[0] == backend]).T
        mine = [job for job in queued if job["backend"] == backend]
        begin = seconds_of(mine, "submitted_at")
        start, end = seconds_of(mine, "started_at"), seconds_of(mine, "ended_at")
        assert (waiting == present(hours, begin, np.minimum(start, end))).all()
        assert (running == present(hours, start, end)).all()


def compare_sessions(connection: duckdb.DuckDBPyConnection, facts: Facts, now: datetime) -> None:
    found = connection.execute(
        "select session_id, epoch_us(started_at), epoch_us(ended_at), jobs, cost, busy_seconds, ended_by "
        "from session_utilization"
    ).fetchall()
    assert len(found) > 3
    for session_id, opened, ended, jobs, cost, busy_seconds, ended_by in found:
        mine = [job for job in facts if job["session_id"] == session_id and not job["is_dry"]]
        assert jobs == sum(job["parent_id"] is None for job in mine)
        paid = [Decimal(job["cost"]) for job in mine if job["cost"] is not None]
        assert cost == (sum(paid) if paid else None)
        assert (ended_by == "open") == (ended is None)
        if opened is not None:
            end = ended or microseconds(now)
            started = [job for job in mine if job["started_at"]]
            ran = [(microseconds(job["started_at"]), microseconds(job["ended_at"] or now)) for job in started]
            edges = sorted({opened, end, *(edge for run in ran for edge in run if opened < edge < end)})
            busy = sum(b - a for a, b in pairwise(edges) if any(low <= a and b <= high for low, high in ran))
            assert busy_seconds == pytest.approx(busy / 1e6, abs=1e-6)


def compare_failures(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    failed = {job["id"] for job in facts if job["status"] == "failed" and not job["is_dry"]}
    counts: dict[tuple[str, date, str], list[int]] = defaultdict(lambda: [0, 0])
    for job in facts:
        if job["id"] in failed and job["parent_id"] not in failed:
            counts[job["backend"], job["ended_at"].date(), job["failure_code"]][0] += 1
            counts[job["backend"], job["ended_at"].date(), job["failure_code"]][1] += job["shots"]
    found = connection.execute("select backend, date, failure_code, jobs, shots from failures_daily").fetchall()
    assert {row[:3]: row[3] for row in found} == {key: jobs for key, (jobs, _) in counts.items()}
    of_qpus = {key: shots for key, (_, shots) in counts.items() if key[0] != "simulator"}  # ideal ones say no shots
    assert {row[:3]: row[4] for row in found if row[0] != "simulator"} == of_qpus


def as_of(connection: duckdb.DuckDBPyConnection) -> datetime:
    row = connection.execute("select epoch_us(as_of) from intermediate.int_as_of").fetchone()
    assert row is not None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row[0])


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def seconds_of(jobs: Facts, name: str) -> np.ndarray:
    """Instants in seconds; one that has not come is later than all others."""
    return np.array([job[name].timestamp() if job[name] else np.inf for job in jobs])


def present(hours: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many of the spans [begin, end) hold each hour."""
    real = begins < ends
    return ((begins[real] <= hours[:, None]) & (hours[:, None] < ends[real])).sum(axis=1)


def no_nulls(values: list[float | None]) -> list[float]:
    return [np.nan if value is None else value for value in values]
