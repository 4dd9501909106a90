"""Cost: spending by subject, its reconciliation, and budgets and forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from ionq_data.report.blocks import Column, Dataset, Section, Table
from ionq_data.report.charts import cost as charts
from ionq_data.report.charts import cost_checks as checks
from ionq_data.report.drill import Drill
from ionq_data.report.queries import fetch
from ionq_data.report.sections import cost_checks as tables
from ionq_data.report.sections.cost_checks import COST
from ionq_data.report.window import Window

_CHANGE = Column(key="change_from_previous_month", title="Against the month before", kind="change", unit_key="currency")
_SHARE = Column(key="share_of_month", title="Share of month", kind="percent")
_JOBS = Column(key="job_count", title="Jobs", kind="count")
_MONTH = Column(key="month", title="Month", kind="month")


def cost(connection: duckdb.DuckDBPyConnection, window: Window, datasets: Mapping[str, Dataset]) -> Section:
    """Build the section from the marts."""
    return Section(
        name="cost",
        title="Cost",
        lead="A cost belongs to the day the job completed, as in the usage report. For every date that the report "
        "covers, the rows add up to it exactly.",
        blocks=[
            charts.cost_over_time(_in_order(datasets["cost_daily"], "series")),
            charts.month_so_far(),
            charts.budget_left(sorted({str(name) for name in datasets["budget_days"].columns["project"]})),
            _budgets(connection, window),
            _forecasts(connection),
            charts.cost_by_backend(_in_order(datasets["cost_by_backend"], "backend")),
            charts.cost_by_user(),
            _projects(connection),
            _users(connection),
            _cost_centers(connection),
            _closes(connection),
            _unit_costs(connection),
            _tags(connection),
            checks.anomalies(set(datasets["anomalies"].columns["reason"])),
            charts.failed_work(_in_order(datasets["failures"], "failure_code")),
            tables.anomalies(connection),
            tables.failures(connection),
            checks.reconciliation(set(datasets["reconciliation"].columns["status"])),
            tables.reconciliation(connection),
            tables.audit(connection),
        ],
    )


def _in_order(dataset: Dataset, key: str) -> Sequence[str]:
    """Return the values that occur in a column, in the order of their place."""
    places = dict(zip(dataset.columns[key], dataset.columns["place"], strict=True))
    return sorted(places, key=lambda name: (places[name], name))


def _budgets(connection: duckdb.DuckDBPyConnection, window: Window) -> Table:
    return Table(
        name="budgets",
        title="Budgets and forecast",
        what=f"Spent in {window.today:%B %Y} so far, and the forecast for the month: each remaining day costs the "
        f"mean of its weekday in the last eight weeks. Four of five months end between low and high; the next "
        f"table says how often that has held. Reserved is the cost of open jobs. A budget is at risk from a "
        f"probability of 20 %; the runway is the number of days until it is used up at the pace of these weeks. "
        f"If the budget file has no line for a project, its budget is what the month has spent plus what its "
        f"quota leaves.",
        mart="budget_status",
        columns=[
            Column(key="project", title="Project"),
            Column(key="status", title="Status", kind="code"),
            Column(key="spent", title="Spent", kind="money", unit_key="currency"),
            Column(key="reserved", title="Reserved", kind="money", unit_key="currency"),
            Column(key="forecast", title="Forecast", kind="money", unit_key="currency"),
            Column(key="low", title="Low", kind="money", unit_key="currency"),
            Column(key="high", title="High", kind="money", unit_key="currency"),
            Column(key="budget", title="Budget", kind="money", unit_key="currency"),
            Column(key="share_spent", title="Budget spent", kind="percent"),
            Column(key="probability_of_exceeding", title="Probability of exceeding", kind="percent"),
            Column(key="runway_days", title="Runway in days", kind="number"),
            Column(key="budget_source", title="Set by", kind="code"),
        ],
        rows=fetch(connection, "budgets"),
        filters={"organization": "organization", "currency": "currency", "project": "project"},
        empty="Nothing was spent this month or the last, and no budget is set. To set budgets, write a CSV file and "
        "name it in IONQ_BUDGETS.",
    )


def _forecasts(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="forecast_months",
        title="How far forecasts have held",
        what="Every finished month, forecast as on each of its mornings: the forecast's error at the beginning and in "
        "the middle, and the share of mornings on which the cost lay within the 80 % interval.",
        mart="forecast_accuracy",
        columns=[
            _MONTH,
            Column(key="cost", title="Came to", kind="money", unit_key="currency"),
            Column(key="first_forecast", title="First forecast", kind="money", unit_key="currency"),
            Column(key="first_error", title="Off", kind="percent"),
            Column(key="middle_error", title="Off on the 15th", kind="percent"),
            Column(key="inside", title="Within the interval", kind="percent"),
        ],
        rows=fetch(connection, "forecast_months"),
        filters={"organization": "organization", "currency": "currency", "period": "month_end"},
        empty="No finished month has data from the four weeks before it.",
    )


def _unit_costs(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="unit_costs",
        title="What a unit costs",
        what="QPU jobs of all projects and backends by month: cost divided by the work it paid for. A job's expected "
        "success is estimated from the calibration in force when it ran. The mart has these figures per project "
        "and backend.",
        mart="unit_costs_monthly",
        columns=[
            _MONTH,
            *(
                Column(key=key, title=title, kind="money", unit_key="currency")
                for key, title in (
                    ("cost_per_job", "Per job"),
                    ("cost_per_completed_job", "Per completed job"),
                    ("cost_per_1000_shots", "Per 1,000 shots"),
                    ("cost_per_qpu_second", "Per QPU second"),
                    ("cost_per_expected_success", "Per expected success"),
                )
            ),
            Column(
                key="change", title="Completed job, compared with the month before", kind="change", unit_key="currency"
            ),
            Column(key="share_spent_on_failures", title="Spent on failures", kind="percent"),
        ],
        rows=fetch(connection, "unit_costs"),
        filters={"organization": "organization", "currency": "currency", "period": "month_end"},
        empty="No QPU job has been billed.",
    )


def _projects(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="cost_months",
        title="Projects by month",
        what="Cost of each project in each month of the period, at most the newest 500 rows.",
        mart="cost_per_project_monthly",
        columns=[
            _MONTH,
            Column(key="project", title="Project"),
            COST,
            _SHARE,
            _CHANGE,
            _JOBS,
            Column(key="qpu_seconds", title="QPU time", kind="seconds"),
        ],
        rows=fetch(connection, "cost_months"),
        filters={"organization": "organization", "currency": "currency", "project": "project", "period": "month_end"},
        empty="No cost is known: neither a usage report nor the price of a job.",
        jobs=Drill(on="ended", since="month", span="month", fields={"project": "project"}),
    )


def _users(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="cost_users",
        title="People",
        what="Cost of each person's jobs this month and the last, at most 200 rows.",
        mart="cost_per_user_monthly",
        columns=[_MONTH, Column(key="submitter", title="User"), COST, _SHARE, _CHANGE, _JOBS],
        rows=fetch(connection, "cost_users"),
        filters={"organization": "organization", "currency": "currency", "period": "month_end"},
        empty="No cost of this month or the last is known by person.",
        jobs=Drill(on="ended", since="month", span="month", fields={"submitter": "submitter"}),
    )


def _cost_centers(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="cost_centers",
        title="Cost centers by month",
        what="Cost booked on each cost center in each month of the period, by the first rule of the file that matches "
        "each bill; at most the newest 300 rows. Together with the cost that no rule matches, a month adds up to "
        "the projects' cost.",
        mart="cost_per_cost_center_monthly",
        columns=[_MONTH, Column(key="cost_center", title="Cost center"), COST, _SHARE, _JOBS],
        rows=fetch(connection, "cost_centers"),
        filters={"organization": "organization", "currency": "currency", "period": "month_end"},
        empty="No rule books cost on a cost center. To set rules, write a CSV file and name it in IONQ_COST_CENTERS.",
    )


def _closes(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="month_close",
        title="Months as they were closed",
        what="Cost of each project's month when it was closed, and what has been restated since; at most the newest "
        "300 rows. A month closes eight days after its end, once its jobs, bills and usage report have been "
        "read. The first sync closed the months before it.",
        mart="month_close",
        columns=[
            _MONTH,
            Column(key="project", title="Project"),
            Column(key="closed_on", title="Closed on", kind="date"),
            Column(key="amount_at_close", title="At the close", kind="money", unit_key="currency"),
            Column(key="amount_now", title="Now", kind="money", unit_key="currency"),
            Column(key="restated", title="Restated since", kind="change", unit_key="currency"),
            Column(key="restated_dates", title="Restated dates", kind="count"),
        ],
        rows=fetch(connection, "month_close"),
        filters={"organization": "organization", "currency": "currency", "project": "project", "period": "month_end"},
        empty="No cost is known: neither a usage report nor the price of a job.",
        shown=10,
    )


def _tags(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="cost_tags",
        title="Cost by tag",
        what="Cost of the jobs with each tag this month and the last, for at most six keys of the jobs' metadata, "
        "those with the most cost. For one key, a month adds up to the projects' cost; never add up several keys.",
        mart="cost_per_tag_monthly",
        columns=[
            _MONTH,
            Column(key="tag_key", title="Tag"),
            Column(key="tag_value", title="Value"),
            COST,
            _SHARE,
            _JOBS,
        ],
        rows=fetch(connection, "cost_tags"),
        filters={"organization": "organization", "currency": "currency", "period": "month_end"},
        empty="No job billed this month or the last has metadata.",
    )
