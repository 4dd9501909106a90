"""The queue marts against NumPy, lifelines and plain counting, over random jobs of every fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction

import duckdb
import numpy as np
import pytest

from tests.sql.marts import QUEUE_MARTS, build, write_lake
from tests.sql.queued_jobs import AS_OF, Wait, random_jobs, with_deletions
from tests.sql.survival import kaplan_meier

SEEDS = range(5)
NOW = max(AS_OF.values())
COLUMNS = (
    "jobs_submitted, jobs_started, jobs_censored, mean_seconds, p50_seconds, p90_seconds, p95_seconds, p99_seconds, "
    "km_p50_seconds, km_p90_seconds"
)


@pytest.fixture(scope="module")
def waits() -> list[Wait]:
    return [wait for seed in SEEDS for wait in random_jobs(seed)[1]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("queue")
    jobs = with_deletions([row for seed in SEEDS for row in random_jobs(seed)[0]])
    lake = write_lake(folder / "lake", {"jobs": jobs}, as_of=AS_OF)
    with build(folder, lake, *QUEUE_MARTS) as connection:
        yield connection


def test_daily_waits(warehouse: duckdb.DuckDBPyConnection, waits: list[Wait]) -> None:
    found = rows_by_key(warehouse, f"select backend, submitted_date, {COLUMNS} from queue_time_daily", 2)
    assert_same(found, statistics(waits, lambda wait: (wait.backend, wait.submitted_at.date())))


def test_waits_by_hour_of_the_week(warehouse: duckdb.DuckDBPyConnection, waits: list[Wait]) -> None:
    found = rows_by_key(warehouse, f"select backend, iso_weekday, hour, {COLUMNS} from queue_time_by_hour", 3)
    recent = [wait for wait in waits if NOW - timedelta(days=90) < wait.submitted_at <= NOW]
    assert 0 < len(recent) < len(waits)
    assert_same(
        found, statistics(recent, lambda wait: (wait.backend, wait.submitted_at.isoweekday(), wait.submitted_at.hour))
    )


def test_predictions(warehouse: duckdb.DuckDBPyConnection, waits: list[Wait]) -> None:
    found = rows_by_key(
        warehouse,
        "select backend, week, jobs, bias_seconds, median_absolute_error_seconds, share_within_2x "
        "from queue_predictions",
        2,
    )
    pairs = defaultdict(list)
    for wait in waits:
        if wait.started and wait.predicted_seconds is not None:
            monday = wait.submitted_at.date() - timedelta(days=wait.submitted_at.weekday())
            pairs[wait.backend, monday].append((wait.predicted_seconds, wait.seconds))
    expected = {}
    for key, values in pairs.items():
        predicted, actual = np.array(values, dtype=float).T
        within = (predicted <= 2 * actual) & (2 * predicted >= actual)
        errors = predicted - actual
        expected[key] = [len(values), errors.mean(), np.median(np.abs(errors)), within.mean()]
    assert_same(found, expected)


def test_backlog(warehouse: duckdb.DuckDBPyConnection, waits: list[Wait]) -> None:
    query = "select backend, epoch_us(hour), jobs_waiting, jobs_running from queue_backlog_hourly"
    found = rows_by_key(warehouse, query, 2)
    expected = {}
    for backend in {wait.backend for wait in waits}:
        mine = [wait for wait in waits if wait.backend == backend and wait.left_at]
        hour = min(wait.submitted_at for wait in mine).replace(minute=0, second=0)
        while hour <= NOW:
            if any(wait.submitted_at <= hour for wait in mine):
                expected[backend, round(hour.timestamp() * 1e6)] = [
                    sum(wait.submitted_at <= hour and is_before_end(hour, *waiting_end(wait)) for wait in mine),
                    sum(wait.started and wait.left_at <= hour and is_before_end(hour, wait.ran_until, wait.still)
                        for wait in mine),
                ]  # fmt: skip
            hour += timedelta(hours=1)
    assert found == expected
    assert max(waiting for waiting, _ in found.values()) > 10
    assert max(running for _, running in found.values()) > 3


def waiting_end(wait: Wait) -> tuple[datetime | None, bool]:
    return wait.left_at, wait.still and not wait.started


def is_before_end(hour: datetime, end: datetime | None, still: bool) -> bool:
    """A job that goes on is so at the last instant known; one that ended no longer is at its end."""
    assert end is not None
    return hour <= end if still else hour < end


def statistics(waits: list[Wait], key: Callable[[Wait], Hashable]) -> dict[Hashable, list[float | None]]:
    groups = defaultdict(list)
    for wait in waits:
        groups[key(wait)].append(wait)
    return {name: of_group(members) for name, members in groups.items()}


def of_group(waits: list[Wait]) -> list[float | None]:
    started = [wait.seconds for wait in waits if wait.started]
    known = [(wait.seconds, wait.started) for wait in waits if wait.seconds is not None]
    percentiles = np.percentile(started, [50, 90, 95, 99]).tolist() if started else [None] * 4
    mean = float(np.mean(started)) if started else None
    return [
        len(waits), len(started), len(known) - len(started), mean, *percentiles,
        kaplan_meier(known, Fraction(1, 2)), kaplan_meier(known, Fraction(1, 10)),
    ]  # fmt: skip


def rows_by_key(connection: duckdb.DuckDBPyConnection, query: str, keys: int) -> dict[Hashable, list[float | None]]:
    return {row[:keys]: list(row[keys:]) for row in connection.execute(query).fetchall()}


def assert_same(found: dict[Hashable, list[float | None]], expected: dict[Hashable, list[float | None]]) -> None:
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        numbers = [np.nan if value is None else value for value in values]
        assert [np.nan if value is None else value for value in found[key]] == pytest.approx(
            numbers, rel=1e-9, abs=1e-9, nan_ok=True
        ), key
