"""The cards and alerts at the head of the page against what they cite, by other means than the page's own queries."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest

from ionq_data.alerts import open_alerts
from tests.report.conftest import DataDir
from tests.report.marts import QUEUED, TODAY, Marts, World


def _as_of(marts: Marts) -> datetime:
    (row,) = marts("data_freshness", "resource = 'jobs'")
    at: datetime = row["last_complete_sync_at"]
    assert at.date() == TODAY
    return at


def test_what_was_spent_and_will_be(world: World) -> None:
    report, marts = world
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for row in marts("cost_per_project_daily", f"date between '{TODAY.replace(day=1)}' and '{TODAY}'"):
        spent[row["currency"]] += row["cost"]
    cards = {name: card for name, card in report.figures.items() if name.startswith("spend_this_month")}
    assert sorted(Decimal(card["data-value"]) for card in cards.values()) == sorted(spent.values())
    forecasts = marts("budget_status", f"project_id is null and month = '{TODAY.replace(day=1)}'")
    cards = {name: card for name, card in report.figures.items() if name.startswith("forecast")}
    shown = sorted(Decimal(card["data-value"]) for card in cards.values())
    assert shown == sorted(row["forecast"] for row in forecasts if row["currency"] in spent)


def test_open_jobs(world: World) -> None:
    report, marts = world
    jobs = marts("fct_jobs", "not is_terminal and not is_deleted and not dry_run and job_id = root_job_id")
    assert report.figures["open_jobs"]["data-value"] == str(len(jobs))
    assert jobs


def test_median_wait_now(world: World) -> None:
    report, marts = world
    as_of = _as_of(marts)
    jobs = [row for row in marts("fct_jobs", QUEUED) if row["started_at"] and row["queue_seconds"] is not None]
    for span in (timedelta(days=1), timedelta(days=7)):
        waits = [row["queue_seconds"] for row in jobs if row["started_at"] > as_of - span]
        if len(waits) >= 5 or span.days == 7:
            break
    assert float(report.figures["median_wait"]["data-value"]) == pytest.approx(median(waits), rel=1e-12)


def test_best_backend(world: World) -> None:
    report, marts = world
    offered = [
        row for row in marts("dim_backends", "is_qpu and is_listed and fidelity_2q is not null")
        if row["status"] in ("available", "running")
    ]  # fmt: skip
    healthy = [row for row in offered if not row["is_degraded"]] or offered
    best = max(row["fidelity_2q"] for row in healthy)
    assert float(report.figures["best_backend"]["data-value"]) == best


def test_failed_share(world: World) -> None:
    report, marts = world
    since = _as_of(marts) - timedelta(days=30)
    ended = [
        row["status"] for row in marts("fct_jobs", "is_qpu and not dry_run") if (row["completed_at"] or since) > since
    ]
    assert float(report.figures["failed_share"]["data-value"]) == pytest.approx(ended.count("failed") / len(ended))


def test_every_card_cites_a_mart(world: World) -> None:
    report, marts = world
    known = {
        name
        for (name,) in marts.connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall()
    }
    cited = {attributes["data-mart"] for _, attributes in report.elements if "data-mart" in attributes}
    assert cited <= known
    assert len(cited) >= 10


def test_alerts_are_those_that_are_open(world: World, data_dir: DataDir, request: pytest.FixtureRequest) -> None:
    report, _ = world
    folder = data_dir(request.node.callspec.params["world"])
    opened = open_alerts(folder)
    assert [title for title, _ in report.alerts] == [alert.title for alert in opened]
    assert [" ".join(reason.split()) for _, reason in report.alerts] == [" ".join(a.body.split()) for a in opened]
    assert opened
