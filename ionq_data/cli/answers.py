"""The answers that a terminal gives: each a query, and how a person is shown its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from duckdb import DuckDBPyConnection

from ionq_data.cli import answer_queries as queries

Kind = Literal["key", "name", "count", "money", "duration", "metric", "change", "share", "time", "date", "flag", "bars"]


@dataclass(frozen=True)
class Shown:
    """A column of the result as a person sees it.

    Attributes:
        kind: how its values are written out; a key is a name that is never cut.
        unit: the column that holds the currency or the unit of the value.
        rank: order in which columns are dropped if space is short, the greatest first.
        note: what a reader has to know about the column.
    """

    key: str
    title: str
    kind: Kind = "name"
    unit: str = ""
    rank: int = 0
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """A question's query and the look of its rows.

    Attributes:
        sums: the columns that a last line adds up, for each unit.
    """

    title: str
    sql: str
    columns: Sequence[Shown]
    caption: str = ""
    sums: Sequence[str] = ()


Rows = list[dict[str, Any]]


BY = {
    "project": queries.cost("cost_per_project_monthly", "project_id", "project_name"),
    "user": queries.cost("cost_per_user_monthly", "user_id", "user_name"),
    "backend": queries.cost("cost_per_backend_monthly", "backend", "backend"),
    "cost-center": queries.cost("cost_per_cost_center_monthly", "cost_center", "cost_center", rest="no rule"),
}
TAG = "tag:"


def cost(by: str, months: int) -> Answer:
    """Return the cost of each month by one of ``BY``, or by the value of a tag (``tag:team``).

    Raises:
        KeyError: ``by`` is neither.
    """
    is_tag = by.startswith(TAG) and by != TAG
    return Answer(
        title=f"Cost per {by}",
        sql=queries.cost(queries.TAGGED, "tag_value", "tag_value", rest="untagged") if is_tag else BY[by],
        columns=(
            Shown("name", by, "key"),
            Shown("this_month", "this month", "money", unit="currency"),
            Shown("last_month", "last month", "money", unit="currency"),
            Shown("all_months", f"{months} months", "money", unit="currency", rank=2),
            Shown("jobs", "jobs", "count", rank=3),
            Shown("trend", "by month", "bars", rank=1, note="Bars: each month, from zero to the highest."),
        ),
        sums=("this_month", "last_month", "all_months", "jobs"),
    )


FIDELITY = Answer(
    title="Fidelity per backend and metric",
    sql=queries.FIDELITY,
    columns=(
        Shown("backend", "backend", "key"),
        Shown("metric", "metric", "key"),
        Shown("is_regression", "", "flag", note="!: worse than usual."),
        Shown("value", "newest", "metric", unit="unit"),
        Shown("median_30d", "30-day median", "metric", unit="unit", rank=3),
        Shown("change_30d", "in 30 days", "change", unit="unit", note="In 30 days: the change of the 30-day median."),
        Shown("measured_at", "measured", "date", rank=2),
        Shown("trend", "trend", "bars", rank=1, note="Bars: the median since the first measurement."),
    ),
)
QUEUE = Answer(
    title="Wait per backend, jobs of the last {days} days",
    sql=queries.QUEUE,
    columns=(
        Shown("backend", "backend", "key"),
        Shown("jobs_waiting", "waiting", "count"),
        Shown("jobs_started", "started", "count", rank=2),
        Shown("p50_seconds", "median wait", "duration"),
        Shown("p90_seconds", "90th percentile", "duration"),
        Shown("longest_seconds", "longest", "duration", rank=3),
        Shown("trend", "by day", "bars", rank=1, note="Bars: the median of each day."),
    ),
    caption="Waits include only jobs that started; --daily also estimates the others.",
)
QUEUE_DAILY = Answer(
    title="Wait by day of submission, {days} days",
    sql=queries.QUEUE_DAILY,
    columns=(
        Shown("backend", "backend", "key"),
        Shown("submitted_date", "submitted", "date"),
        Shown("jobs_submitted", "jobs", "count"),
        Shown("jobs_censored", "not started", "count", rank=2),
        Shown("p50_seconds", "median", "duration"),
        Shown("p90_seconds", "90 %", "duration"),
        Shown("km_p50_seconds", "median, all", "duration", rank=1),
        Shown("km_p90_seconds", "90 %, all", "duration", rank=1),
    ),
    caption="All: an estimate (Kaplan–Meier) that includes jobs that have not started or never did.",
)
JOBS = Answer(
    title="Latest jobs",
    sql=queries.JOBS,
    columns=(
        Shown("submitted_at", "submitted (UTC)", "time"),
        Shown("job_name", "name"),
        Shown("project_name", "project", rank=2),
        Shown("backend", "backend", "key"),
        Shown("status", "status", "key"),
        Shown("queue_seconds", "wait", "duration", rank=1),
        Shown("cost", "cost", "money", unit="currency", rank=3),
        Shown("shots", "shots", "count", rank=5),
        Shown("expected_success_probability", "success", "share", rank=4),
        Shown("failure_code", "failure", rank=6),
        Shown("job_id", "id", "key", rank=7),
    ),
)


def as_of(connection: DuckDBPyConnection) -> datetime | None:
    """Return when the newest complete sync of the jobs began (UTC): what the answers count as now."""
    query = "select max(last_complete_sync_at) from data_freshness where resource = 'jobs'"
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def ask(connection: DuckDBPyConnection, answer: Answer, options: Mapping[str, Any]) -> Rows:
    """Run the query of an answer with those of the options that it knows."""
    used = {name: value for name, value in options.items() if f"${name}" in answer.sql}
    cursor = connection.execute(answer.sql, used)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
