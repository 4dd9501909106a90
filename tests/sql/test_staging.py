"""The staging models pick the current version of each record and make names and units plain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.marts import build, write_lake

MODELS = ("stg_ionq__jobs", "stg_ionq__job_costs", "stg_ionq__usage", "stg_ionq__backends", "stg_ionq__rates")


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def version(account: str, day: int, run: str = "r", **values: Any) -> dict[str, Any]:
    return {"account": account, "_extracted_at": at(day), "_run_id": run} | values


JOBS = [
    version("a", 1, id="twice", status="ready", submitted_at=at(1)),
    version("a", 2, id="twice", status="completed", submitted_at=at(1), started_at=at(1, 6)),
    version("a", 1, "r1", id="tied", status="ready"),
    version("a", 1, "r2", id="tied", status="started"),
    version("a", 3, id="shared", status="ready", _deleted=True),
    version("b", 2, id="shared", status="ready", _deleted=False),
    version("a", 1, id="gone", status="ready", _deleted=False),
    version("a", 2, id="gone", status="ready", _deleted=True),
    version("b", 3, id="gone", status="ready", _deleted=True),
    version("a", 1, id="new", status="unheard-of", backend="qpu.new-9", execution_duration_ms=1500),
    version("a", 1, id="simulated", status="failed", backend="simulator.noisy", dry_run=True),
    version("a", 1, id="bare", _problems=["status: not a text: 7"]),
]
COSTS = [
    version("a", 1, job_id="answered", cost_value=Decimal("24.83"), cost_unit="usd", http_status=200),
    version("b", 2, job_id="answered", reason="not found", http_status=404),
    version("a", 1, job_id="credits", cost_value=Decimal(3), cost_unit=" Credits", http_status=200),
    version("a", 1, job_id="no unit", cost_value=Decimal(5), http_status=200),
    version("a", 1, job_id="estimated", estimated_cost_value=Decimal(7), estimated_cost_unit="usd", http_status=200),
]
USAGE = [
    version("a", 1, organization="o", group_by="project", modality="daily", **{"from": date(2026, 2, 1)}, amount=1),
    version("b", 2, organization="o", group_by="project", modality="daily", **{"from": date(2026, 2, 1)}, amount=2),
    version("a", 3, organization="o", group_by="user", modality="daily", **{"from": date(2026, 2, 1)}, _deleted=True),
    version("c", 1, group_by="project", modality="daily", **{"from": date(2026, 2, 1)}, amount=4, time_us=1.5e6),
]
BACKENDS = [
    version("a", 1, backend="qpu.forte-1", average_queue_time=1500.0, degraded=None),
    version("b", 1, backend="qpu.forte-1", average_queue_time=1500.0, degraded=None),
    version("a", 2, backend="qpu.forte-1", average_queue_time=None, degraded=True),
]
RATES = [
    version("a", 1, backend="q", error_mitigation=True, estimated_at=at(1, 5), rate_information_job_cost_minimum=9),
    version("a", 2, backend="q", error_mitigation=True, estimated_at=None, rate_information_job_cost_minimum=10),
]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("staged")
    tables = {"jobs": JOBS, "job_costs": COSTS, "usage": USAGE, "backends": BACKENDS, "rates": RATES}
    return build(folder, write_lake(folder / "lake", tables), *MODELS)


def rows(staged: duckdb.DuckDBPyConnection, query: str) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in staged.execute(query).fetchall()}


def test_job_is_its_current_version(staged: duckdb.DuckDBPyConnection) -> None:
    found = rows(staged, "select job_id, account, status, is_deleted, is_terminal from staging.stg_ionq__jobs")
    assert found["twice"] == ("a", "completed", False, True)
    assert found["tied"] == ("a", "started", False, False)
    assert found["shared"] == ("b", "ready", False, False), "one account still sees it"
    assert found["gone"] == ("b", "ready", True, False)
    assert found["new"] == ("a", "unheard-of", False, False), "an unknown status is not terminal"
    assert len(found) == 7


def test_job_was_last_seen_before_it_was_gone(staged: duckdb.DuckDBPyConnection) -> None:
    found = rows(staged, "select job_id, last_seen_at from staging.stg_ionq__jobs")
    assert found["gone"] == (datetime(2026, 3, 1),)  # noqa: DTZ001 - the warehouse's times are UTC without saying so
    assert found["shared"] == (datetime(2026, 3, 2),)  # noqa: DTZ001


def test_job_has_plain_units_and_kinds(staged: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        staged, "select job_id, is_qpu, dry_run, reported_execution_seconds, problems from staging.stg_ionq__jobs"
    )
    assert found["new"] == (True, False, 1.5, 0)
    assert found["simulated"] == (False, True, None, 0)
    assert found["bare"] == (False, False, None, 1)


def test_cost_is_the_answer_and_not_the_refusal(staged: duckdb.DuckDBPyConnection) -> None:
    found = rows(staged, "select job_id, account, cost, currency, estimated_currency from staging.stg_ionq__job_costs")
    assert found["answered"] == ("a", Decimal("24.83"), "USD", None)
    assert found["credits"] == ("a", Decimal(3), "CREDITS", None)
    assert found["no unit"] == ("a", Decimal(5), "USD", None)
    assert found["estimated"] == ("a", None, None, "USD")


def test_usage_of_an_organization_counts_once(staged: duckdb.DuckDBPyConnection) -> None:
    found = staged.execute(
        "select organization, group_by, amount, is_deleted, qpu_seconds from staging.stg_ionq__usage order by all"
    ).fetchall()
    assert found == [
        ("c", "project", Decimal(4), False, 1.5),
        ("o", "project", Decimal(2), False, None),
        ("o", "user", None, True, None),
    ]


def test_backend_is_observed_once_an_instant(staged: duckdb.DuckDBPyConnection) -> None:
    found = staged.execute(
        "select account, average_queue_seconds, is_degraded from staging.stg_ionq__backends order by observed_at"
    ).fetchall()
    assert found == [("a", 1.5, False), ("a", None, True)]


def test_rate_is_observed_when_it_was_estimated(staged: duckdb.DuckDBPyConnection) -> None:
    found = staged.execute(
        "select observed_at, minimum_cost from staging.stg_ionq__rates order by observed_at"
    ).fetchall()
    assert found == [
        (datetime(2026, 3, 1, 5), Decimal(9)),  # noqa: DTZ001
        (datetime(2026, 3, 2), Decimal(10)),  # noqa: DTZ001
    ]
