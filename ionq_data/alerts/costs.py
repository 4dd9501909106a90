"""The rules ``budget_at_risk`` over ``budget_status`` and ``cost_anomaly`` over ``cost_anomalies``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb

from ionq_data.alert_rules import BudgetAtRisk, CostAnomaly
from ionq_data.alerts.alert import Alert
from ionq_data.alerts.marts import as_utc, rows
from ionq_data.alerts.plain_text import money, name

BUDGET = "budget_at_risk"
ANOMALY = "cost_anomaly"

# 1 row per budget of the running month that is overspent, or likely to be
_BUDGETS = """
    select
        organization,
        project_id,
        project_name,
        month,
        budget,
        budget_source,
        spent,
        forecast,
        low,
        high,
        probability_of_exceeding,
        currency,
        spent > budget as is_exceeded
    from budget_status
    where month = date_trunc('month', $now::timestamp)::date
        and (spent > budget or probability_of_exceeding >= $min_probability::double)
    order by organization, project_id, currency
"""

# 1 row per project, date and currency that stands out
_ANOMALIES = """
    select
        organization,
        project_id,
        project_name,
        date,
        cost,
        expected,
        currency,
        score,
        days,
        reason
    from cost_anomalies
    where date > $earliest::date
        and list_contains($reasons, reason)
        and abs(cost - expected) >= $min_amount
        -- the other rules have thresholds of their own
        and (reason <> 'spike' or score >= $min_score)
    order by date, organization, project_id, currency
"""

_REMEDY = {
    "budget_file": "change the budget in the budgets file",
    "quota": "ask for a higher project quota (the budgets file has no budget for this month)",
}
_WHAT = {
    "spike": "far above",
    "new_project": "a new project, above",
    "drop": "nothing, instead of",
    "creep": "creeping above",
    "weekday_shift": "on other weekdays than",
}


def budgets(warehouse: duckdb.DuckDBPyConnection, rule: BudgetAtRisk, now: datetime) -> Iterator[Alert]:
    """Find the running month's budgets that are overspent or likely to be; crossing over is a new alert."""
    for row in rows(warehouse, _BUDGETS, {"now": as_utc(now), "min_probability": rule.min_probability}):
        whose = f"project {_project(row)}" if row["project_id"] else "the whole organization"
        spent, forecast, low, high, budget = (
            money(row[column], row["currency"]) for column in ("spent", "forecast", "low", "high", "budget")
        )
        month, state = f"{row['month']:%Y-%m}", "exceeded" if row["is_exceeded"] else "at risk"
        title = f"Budget {state} in {month}: {whose} "
        chance = f"exceeds {budget} with a probability of {row['probability_of_exceeding']:.0%}"
        title += f"spent {spent} of {budget}" if row["is_exceeded"] else chance
        yield Alert(
            rule=BUDGET,
            subject=_subject(row),
            period=f"{month} {row['currency']} {state}",
            severity="failure" if row["is_exceeded"] else "warning",
            title=title,
            body=(
                f"Spent so far: {spent}. Forecast for the month: {forecast}, between {low} and {high} in four of five "
                f"months. Budget: {budget}. See who spends it in cost_per_user_monthly, then hold back runs or "
                f"{_REMEDY[row['budget_source']]}."
            ),
            since=now,
        )


def anomalies(warehouse: duckdb.DuckDBPyConnection, rule: CostAnomaly, now: datetime) -> Iterator[Alert]:
    """Find the days on which a project's cost stands out."""
    values = {
        "earliest": as_utc(now - timedelta(days=rule.within_days)),
        "reasons": list(rule.reasons),
        "min_amount": rule.min_amount,
        "min_score": rule.min_score,
    }
    for row in rows(warehouse, _ANOMALIES, values):
        cost, expected = money(row["cost"], row["currency"]), money(row["expected"], row["currency"])
        score = "" if row["score"] is None else f" That is {abs(row['score']):.1f} robust standard deviations."
        usual = f"{_WHAT[row['reason']]} {expected}"
        when = f"on {row['date']}" if row["days"] == 1 else f"in the {row['days']} days until {row['date']}"
        yield Alert(
            rule=ANOMALY,
            subject=_subject(row),
            period=f"{row['date']} {row['currency']} {row['reason']}",
            severity="warning",
            title=f"Cost of project {_project(row)} {when}: {cost}, {usual}",
            body=(
                f"The project cost {cost} {when}; {expected} was expected.{score} List its jobs of these days in "
                f"fct_jobs, most expensive first, and ask who submitted them."
            ),
            since=now,
        )


def _project(row: dict[str, Any]) -> str:
    return name(row["project_name"] or row["project_id"])


def _subject(row: dict[str, Any]) -> str:
    return f"{row['organization']}/{row['project_id'] or 'all projects'}"
