"""Every table and chart of the page against the mart it cites, by other means than the page's own queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tests.report.conftest import DataDir
from tests.report.marts import QUEUED, SINCE, TODAY, Marts, Rows, World, as_text
from tests.report.reading import read_report

TABLES = {
    "cost_months": (
        f"cost_per_project_monthly where month >= '{SINCE}'",
        {"Cost": "cost", "Jobs": "job_count", "Against the month before": "change_from_previous_month"},
    ),
    "cost_users": (
        "cost_per_user_monthly where month >= '2026-05-01'",
        {"Cost": "cost", "Share of month": "share_of_month"},
    ),
    "budgets": (
        "budget_status where month = '2026-06-01'",
        {
            "Spent": "spent",
            "Forecast": "forecast",
            "Low": "low",
            "High": "high",
            "Budget": "budget",
            "Status": "status",
        },
    ),
    "anomalies_table": (
        f"cost_anomalies where date >= '{SINCE}'",
        {"Date": "date", "Cost": "cost", "Expected": "expected"},
    ),
    "reconciliation_open": (
        f"cost_reconciliation where date >= '{SINCE}' and status <> 'matched'",
        {"Date": "date", "Difference": "difference"},
    ),
    "fidelity_changes_table": (
        f"fidelity_changes where changed_at >= '{SINCE}'",
        {"Before": "before", "After": "after"},
    ),
    "freshness": (
        "(select *, replace(availability, 'refused', 'not available to this key') as access from data_freshness)",
        {"Resource": "resource", "Records": "rows", "Rejected": "rejected", "Access": "access"},
    ),
    "drift": ("schema_drift", {"Resource": "resource", "Where": "path", "What": "kind", "Records": "records"}),
    "queue_now": (
        "dim_backends where is_qpu",
        {"Backend": "backend", "Qubits": "qubits", "2Q fidelity": "fidelity_2q"},
    ),
}
"""The rows of which mart each table shows, and which of its columns have exact values of the mart."""


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_their_marts(world: World, table: str) -> None:
    report, marts = world
    mart, columns = TABLES[table]
    expected = Counter(tuple(as_text(row[column]) for column in columns.values()) for row in marts(mart))
    shown = Counter(tuple(row[title] for title in columns) for row in report.tables[table])
    assert shown == expected


def test_fidelity_now_and_before(world: World) -> None:
    report, marts = world
    series: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in sorted(marts("fidelity_trends"), key=lambda row: row["measured_at"]):
        series[row["backend"], row["metric"]].append(row)
    assert len(report.tables["fidelity_now"]) == len(series)
    expected = Counter()
    for rows in series.values():
        medians = [as_text(rows[-1]["value"]), as_text(rows[-1]["rolling_median_30d"])]
        for days in (30, 90):
            past = [row for row in rows if row["measured_at"].date() <= TODAY - timedelta(days=days + 1)]
            medians.append(as_text(past[-1]["rolling_median_30d"]) if past else "")
        expected[tuple(medians)] += 1
    titles = ("Newest", "Median now", "30 days ago", "90 days ago")
    assert Counter(tuple(row[title] for title in titles) for row in report.tables["fidelity_now"]) == expected


def test_what_the_figures_leave_out(world: World) -> None:
    report, marts = world
    jobs = marts("fct_jobs")
    counts = {row["Which"]: int(row["How many"]) for row in report.tables["left_out"]}
    assert counts["Jobs on a simulator"] == sum(not row["is_qpu"] for row in jobs)
    assert counts["Dry runs"] == sum(row["dry_run"] for row in jobs)
    assert counts["Children of jobs of several circuits"] == sum(row["job_id"] != row["root_job_id"] for row in jobs)
    assert counts["QPU jobs of a session"] == sum(row["is_qpu"] and row["session_id"] is not None for row in jobs)
    measured = marts("fct_characterizations")
    assert counts["Calibrations with an implausible fidelity"] == sum(not row["is_plausible"] for row in measured)
    assert counts["Jobs deleted upstream"] == sum(row["is_deleted"] for row in jobs)
    statuses = Counter(row["cost_status"] for row in jobs if row["is_qpu"])
    assert {row["Cost status"]: int(row["Jobs"]) for row in report.tables["cost_statuses"]} == statuses


COST = {"cost": "cost", "jobs": "job_count"}
TOTALS = {
    "cost_daily": (f"cost_per_project_daily where date >= '{SINCE}'", COST),
    "cost_by_backend": (f"cost_per_backend_monthly where month >= '{SINCE}'", COST),
    "cost_by_user": (f"cost_per_user_monthly where month >= '{SINCE}'", COST),
    "cost_this_month": (f"cost_per_project_daily where date between '2026-05-01' and '{TODAY}'", {"cost": "cost"}),
    "reconciliation": (
        f"cost_reconciliation where date >= '{SINCE}'",
        {"usage_report_cost": "usage_report_cost", "job_cost": "job_cost"},
    ),
    "failures": (f"failures_daily where date >= '{SINCE}'", {"jobs": "jobs", "cost": "cost"}),
}
"""The rows of which mart each chart adds up, and by which columns."""


@pytest.mark.parametrize("dataset", TOTALS)
def test_charts_add_up_to_their_marts(world: World, dataset: str) -> None:
    report, marts = world
    mart, values = TOTALS[dataset]
    rows, expected = report.rows(dataset), marts(mart)
    assert rows
    for currency in {row["currency"] for row in expected}:
        for drawn, column in values.items():
            total = sum(row[drawn] or 0 for row in rows if row["currency"] == currency)
            wanted = sum(row[column] or 0 for row in expected if row["currency"] == currency)
            assert round(Decimal(total), 4) == round(Decimal(wanted), 4), (currency, drawn)


def test_waits_are_those_of_the_jobs(world: World) -> None:
    report, marts = world
    drawn = {(row["grain"], row["backend"], row["date"]): row for row in report.rows("queue_bands")}
    days = marts("queue_time_daily", f"submitted_date >= '{SINCE}'")
    assert sum(grain == "day" for grain, _, _ in drawn) == len(days)
    for row in days:
        shown = drawn["day", row["backend"], row["submitted_date"].isoformat()]
        _same(shown, row, "jobs_submitted", "jobs_censored", "p50_seconds", "p90_seconds", "km_p50_seconds")
    weeks: dict[tuple[str, date], Rows] = defaultdict(list)
    for row in marts("fct_jobs", f"{QUEUED} and submitted_at is not null"):
        submitted = row["submitted_at"].date()
        weeks[row["backend"], submitted - timedelta(days=submitted.weekday())].append(row)
    assert sum(grain == "week" for grain, _, _ in drawn) == len(weeks)
    for (backend, week), jobs in weeks.items():
        shown = drawn["week", backend, week.isoformat()]
        waits = [job["queue_seconds"] for job in jobs if job["queue_seconds"] is not None]
        assert shown["jobs_submitted"] == len(jobs)
        assert shown["jobs_started"] == len(waits)
        if waits:
            assert shown["p90_seconds"] == pytest.approx(float(np.percentile(waits, 90)), rel=1e-6)


def test_points_in_charts_are_rows_of_their_marts(world: World) -> None:
    report, marts = world
    backlog: dict[tuple[str, str], int] = defaultdict(int)
    for row in marts("queue_backlog_hourly", f"hour >= '{SINCE}'"):
        key = row["backend"], row["hour"].date().isoformat()
        backlog[key] = max(backlog[key], row["jobs_waiting"])
    assert {(row["backend"], row["date"]): row["most_waiting"] for row in report.rows("backlog")} == backlog
    newest = {}
    for row in sorted(marts("fidelity_trends", f"measured_at >= '{SINCE}'"), key=lambda row: row["measured_at"]):
        newest[row["backend"], row["metric"], row["measured_at"].date().isoformat()] = row["value"]
    drawn = {(row["backend"], row["metric"], row["date"]): row["value"] for row in report.rows("fidelity")}
    assert drawn == {key: pytest.approx(value, rel=1e-6) for key, value in newest.items()}
    hours = {(row["backend"], row["iso_weekday"], row["hour"]): row for row in marts("queue_time_by_hour")}
    for row in report.rows("queue_hours"):
        _same(row, hours.pop((row["backend"], row["iso_weekday"], row["hour"])), "p50_seconds", "jobs_submitted")
    assert hours == {}


def test_predictions_and_availability_are_rows_of_their_marts(world: World) -> None:
    report, marts = world
    weeks = {(row["backend"], row["week"].isoformat()): row for row in marts("queue_predictions", f"week >= '{SINCE}'")}
    for row in report.rows("predictions"):
        judged = weeks.pop((row["backend"], row["week"]))
        _same(row, judged, "jobs", "bias_seconds", "median_absolute_error_seconds", "share_within_2x")
        assert row["bias_hours"] == pytest.approx(judged["bias_seconds"] / 3600, rel=1e-6)
    assert weeks == {}
    qpus = "backend in (select backend from dim_backends where is_qpu)"
    observed = marts("backend_availability_daily", f"date >= '{SINCE}' and {qpus}")
    days = {(row["backend"], row["date"].isoformat()): row for row in observed}
    for row in report.rows("availability"):
        seen = days.pop((row["backend"], row["date"]), None)
        if seen is None:  # a day on which nobody looked
            assert (row["share_available"], row["share_degraded"], row["observations"]) == (None, None, None)
        else:
            _same(row, seen, "share_available", "share_degraded", "observations")
    assert days == {}


def test_budgets_burn_down_to_what_is_spent(data_dir: DataDir) -> None:
    report, marts = read_report(data_dir("hostile")), Marts(data_dir("hostile"))
    budgets = [row for row in marts("budget_status", "budget > 0") if row["month"] == date(2026, 6, 1)]
    budgets = sorted(budgets, key=lambda b: (b["project_id"] is not None, -b["budget"], b["project_id"]))[:8]
    rows = report.rows("budget_days")
    now = [row for row in rows if row["basis"] == "spent" and row["date"] == TODAY.isoformat()]
    end = [row for row in rows if row["date"] == "2026-06-30"]
    assert 3 <= len(budgets) == len(now) == len(end)
    assert sorted(row["remaining"] for row in now) == [
        pytest.approx(float(v)) for v in sorted(b["budget"] - b["spent"] for b in budgets)
    ]
    assert sorted(row["remaining"] for row in end) == [
        pytest.approx(float(v)) for v in sorted(b["budget"] - b["forecast"] for b in budgets)
    ]
    marts.connection.close()


def _same(shown: dict[str, Any], row: dict[str, Any], *columns: str) -> None:
    for column in columns:
        assert shown[column] == (None if row[column] is None else pytest.approx(row[column], rel=1e-6)), column
