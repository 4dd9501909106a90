"""Every mart, with the function that computes its rows apart from the pipeline and the columns that tell rows apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb

from tests.truth import (
    allocation,
    anomalies,
    closes,
    costs,
    fidelities,
    forecasts,
    jobs,
    judgements,
    operations,
    queue_bounds,
    queues,
    reconciliation,
    unit_costs,
)
from tests.truth.comparing import MILLISECOND, differences, read_rows
from tests.truth.knowledge import Knowledge


@dataclass(frozen=True)
class Reference:
    """How a mart's rows are computed from what is known, which columns are the key, and how instants may differ.

    ``beside`` is an expression that the key needs and the mart does not have as a column.
    """

    rows: Callable[[Knowledge], list[dict[str, Any]]]
    key: tuple[str, ...]
    within: timedelta = MILLISECOND
    beside: str | None = None


MEMBER = ("organization", "month", "currency")
CHARGE = ("BillingAccountId", "SubAccountId", "ChargePeriodStart", "PricingCurrency", "x_Source", "ResourceId")

PROVED_ELSEWHERE = {"schema_drift", "job_fidelity", "success_calibration"}  # tests/sql: only where results are copied

REFERENCES: dict[str, Reference] = {
    "fct_jobs": Reference(fidelities.jobs_with_regressions, ("job_id",)),
    "fct_characterizations": Reference(fidelities.fct_characterizations, ("characterization_id",)),
    "fct_backend_snapshots": Reference(operations.fct_backend_snapshots, ("backend", "observed_at")),
    "dim_backends": Reference(jobs.dim_backends, ("backend",)),
    "dim_projects": Reference(jobs.dim_projects, ("project_id",)),
    "dim_users": Reference(jobs.dim_users, ("user_id",)),
    "fct_job_tags": Reference(allocation.fct_job_tags, ("job_id", "tag_key")),
    "fidelity_trends": Reference(fidelities.fidelity_trends, ("backend", "metric", "measured_at")),
    "fidelity_changes": Reference(fidelities.fidelity_changes, ("backend", "metric", "changed_at")),
    "cost_per_project_daily": Reference(
        costs.cost_per_project_daily, ("organization", "date", "project_id", "currency", "source")
    ),
    "cost_per_project_monthly": Reference(costs.cost_per_project_monthly, (*MEMBER, "project_id")),
    "cost_per_user_monthly": Reference(costs.cost_per_user_monthly, (*MEMBER, "user_id")),
    "cost_per_backend_monthly": Reference(costs.cost_per_backend_monthly, (*MEMBER, "backend")),
    "cost_per_tag_monthly": Reference(allocation.cost_per_tag_monthly, (*MEMBER, "tag_key", "tag_value")),
    "cost_per_cost_center_monthly": Reference(allocation.cost_per_cost_center_monthly, (*MEMBER, "cost_center")),
    "cost_reconciliation": Reference(reconciliation.cost_reconciliation, ("organization", "date", "currency")),
    "cost_anomalies": Reference(anomalies.cost_anomalies, ("organization", "date", "project_id", "currency")),
    "budget_status": Reference(forecasts.budget_status, (*MEMBER, "project_id")),
    "cost_forecast": Reference(forecasts.cost_forecast, (*MEMBER, "project_id")),
    "forecast_accuracy": Reference(forecasts.forecast_accuracy, (*MEMBER, "day")),
    "unit_costs_monthly": Reference(unit_costs.unit_costs_monthly, (*MEMBER, "project_id", "backend")),
    "month_close": Reference(closes.month_close, (*MEMBER, "project_id")),
    "rates_in_force": Reference(judgements.rates_in_force, ("organization", "backend", "is_debiased")),
    "cost_audit": Reference(judgements.cost_audit, ("job_id",)),
    "queue_time_daily": Reference(queues.queue_time_daily, ("backend", "submitted_date")),
    "queue_time_by_hour": Reference(queues.queue_time_by_hour, ("backend", "iso_weekday", "hour")),
    "queue_backlog_hourly": Reference(queues.queue_backlog_hourly, ("backend", "hour")),
    "queue_forecast": Reference(queue_bounds.queue_forecast, ("backend", "iso_weekday", "hour")),
    "queue_forecast_accuracy": Reference(queue_bounds.queue_forecast_accuracy, ("backend", "week")),
    "queue_predictions": Reference(queues.queue_predictions, ("backend", "week")),
    "backend_availability_daily": Reference(operations.backend_availability_daily, ("backend", "date")),
    "session_utilization": Reference(operations.session_utilization, ("session_id",)),
    "failures_daily": Reference(operations.failures_daily, ("backend", "date", "failure_code", "currency")),
    "focus_cost_and_usage": Reference(
        reconciliation.focus_cost_and_usage,
        (*CHARGE, "is_debiased", "Tags", "x_CostCenter"),
        beside="""contains("ChargeDescription", 'debiasing') as is_debiased""",
    ),
    # what the sync notes as its own time is some milliseconds after the instant at which the clock stood
    "data_freshness": Reference(operations.data_freshness, ("account", "resource"), within=timedelta(seconds=1)),
}


def compare(
    connection: duckdb.DuckDBPyConnection, mart: str, known: Knowledge, *, but: tuple[str, ...] = ()
) -> tuple[int, list[str]]:
    """Return how many rows a mart should have, and in words where it differs; some columns may be left out."""
    reference = REFERENCES[mart]
    source = mart if reference.beside is None else f"(select *, {reference.beside} from {mart}) as {mart}"
    expected = [{name: row[name] for name in row if name not in but} for row in reference.rows(known)]
    found = read_rows(connection, source)
    if mart == "cost_reconciliation":  # the report is read back to a year without any cost
        expected, found = ([row for row in rows if _has_cost(row)] for rows in (expected, found))
    return len(expected), differences(expected, found, reference.key, within=reference.within)


def _has_cost(row: dict[str, Any]) -> bool:
    return bool(row["usage_report_cost"] or row["billed_jobs"])
