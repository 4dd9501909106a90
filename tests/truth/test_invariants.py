"""What must hold between marts, whatever the history."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sql.comparing import not_numbers
from tests.truth.costs import reports
from tests.truth.worlds import World

MONTHLY = {"cost_per_project_monthly": "project_id", "cost_per_user_monthly": None, "cost_per_backend_monthly": None}
DAILY = "select {columns}, sum(cost) from cost_per_project_daily group by all having sum(cost) <> 0 order by all"
MONTH = "date_trunc('month', date)::date as month"


def ask(world: World, query: str) -> list[tuple[Any, ...]]:
    with world.connect() as connection:
        answer: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return answer


def test_every_date_adds_up_to_the_usage_report(world: World) -> None:
    sums: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for day, currency, cost in ask(world, DAILY.format(columns="date, currency")):
        sums[day, currency] += cost
    said = reports(world.known, "project")
    assert len(said) > 100
    assert {key: report.whole.cost for key, report in said.items() if report.whole.cost != sums[key]} == {}


@pytest.mark.parametrize("mart", MONTHLY)
def test_months_add_up_to_their_dates(world: World, mart: str) -> None:
    """Each split has the same whole; a project's month is the sum of its dates."""
    daily = ask(world, DAILY.format(columns=f"{MONTH}, currency"))
    monthly = f"select month, currency, sum(cost) from {mart} group by all having sum(cost) <> 0 order by all"
    assert len(daily) > 4
    assert ask(world, monthly) == daily
    if column := MONTHLY[mart]:
        members = f"select {column}, month, currency, cost from {mart} where cost <> 0 order by all"
        assert ask(world, members) == ask(world, DAILY.format(columns=f"{column}, {MONTH}, currency"))


@pytest.mark.parametrize("mart", MONTHLY)
def test_shares_of_a_month_add_up_to_one(world: World, mart: str) -> None:
    shares = ask(
        world, f"select sum(share_of_month) from {mart} where share_of_month is not null group by month, currency"
    )
    assert [share for (share,) in shares] == pytest.approx([1.0] * len(shares))


def test_focus_charges_add_up_to_the_reconciled_cost(world: World) -> None:
    paid = 'sum("PricingCurrencyEffectiveCost")'
    columns = '"ChargePeriodStart"::date, "SubAccountId", "PricingCurrency"'
    charges = f"select {columns}, {paid} from focus_cost_and_usage group by all having {paid} <> 0 order by all"
    assert ask(world, charges) == ask(world, DAILY.format(columns="date, project_id, currency"))
    billed = ask(world, 'select sum("BilledCost") from focus_cost_and_usage')
    assert billed == ask(world, "select sum(cost) from cost_per_project_daily where currency = 'USD'")


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        ("job_cost", "cost_reconciliation"),
        ("billed_cost", "cost_audit"),
        ("cost", "cost_per_backend_monthly where backend is not null"),
    ],
)
def test_bills_are_counted_once(world: World, column: str, rows: str) -> None:
    """By job, by date and by backend: always the same bills."""
    paid = "select currency, sum({}) as paid from {} group by all having paid <> 0 order by all"
    jobs = ask(world, paid.format("cost", "fct_jobs"))
    assert jobs[0][1] > 1000
    assert ask(world, paid.format(column, rows)) == jobs


@pytest.mark.parametrize(
    "mart",
    [
        "queue_time_daily", "queue_time_by_hour", "queue_backlog_hourly", "queue_predictions", "fidelity_trends",
        "fidelity_changes", "fct_characterizations", "cost_audit", "session_utilization",
    ],
)  # fmt: skip
def test_no_simulator_is_among_quantum_computers(world: World, mart: str) -> None:
    assert ask(world, "select count(*) > 50 from fct_jobs where backend = 'simulator'") == [(True,)]
    simulated = "count(*) filter (where starts_with(backend, 'simulator'))"
    assert ask(world, f"select count(*) > 0, {simulated} from {mart}") == [(True, 0)]


def test_no_simulated_job_has_a_calibration_or_a_cost(world: World) -> None:
    marks = "characterization_id is not null or expected_success_probability is not null or cost > 0"
    assert ask(world, f"select count(*) from fct_jobs where not is_qpu and ({marks})") == [(0,)]


def test_every_number_is_a_number(world: World) -> None:
    with world.connect() as connection:
        assert not_numbers(connection) == []


def test_every_queued_job_is_in_each_queue_mart_once(world: World) -> None:
    queued = "from fct_jobs where is_qpu and not dry_run and session_id is null and job_id = root_job_id"
    jobs = ask(world, f"select count(*), count(*) filter (where started_at is not null) {queued}")
    assert jobs == ask(world, "select sum(jobs_submitted), sum(jobs_started) from queue_time_daily")
    predicted = f"select count(*) {queued} and queue_prediction_error_seconds is not null"
    assert ask(world, predicted) == ask(world, "select sum(jobs) from queue_predictions")
