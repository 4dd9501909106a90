"""``ionq-data show``: an answer at a glance, from the published warehouse."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from ionq_data.cli.result_tables import Result, print_result, sparkline
from ionq_data.config import load_settings
from ionq_data.warehouse import connect

_COST = """
    with scope as (
        select month, coalesce(project_name, project_id, 'not attributed') as project, cost, currency, job_count
        from cost_per_project_monthly
        where ($project is null or contains(lower(coalesce(project_name, project_id, '')), lower($project)))
            and month > (select max(month) from cost_per_project_monthly) - to_months($months::int)
    )
    select
        project, currency,
        coalesce(sum(cost) filter (month = (select max(month) from scope)), 0) as this_month,
        coalesce(sum(cost) filter (month = (select max(month) from scope) - interval 1 month), 0) as last_month,
        sum(cost) as all_months, sum(job_count)::int as jobs,
        list({'at': month, 'value': cost::double} order by month) as trend,
    from scope group by project, currency
    order by this_month desc, all_months desc, project
"""
_FIDELITY = """
    select
        backend, metric, last(value order by measured_at) as value, last(unit order by measured_at) as unit,
        last(rolling_median_30d order by measured_at) as median_30d,
        last(slope_per_30d order by measured_at) as slope_per_30d,
        last(robust_z order by measured_at) as robust_z,
        last(is_regression order by measured_at) as is_regression,
        max(measured_at) as measured_at,
        list({'at': measured_at, 'value': rolling_median_30d} order by measured_at) as trend,
    from fidelity_trends
    where ($backend is null or backend = $backend)
    group by backend, metric order by backend, metric
"""
_QUEUE = """
    with newest as (select max(submitted_date) as day from queue_time_daily)
    select
        backend, submitted_date, jobs_submitted, jobs_started, jobs_censored,
        p50_seconds, p90_seconds, km_p50_seconds, km_p90_seconds,
    from queue_time_daily, newest
    where ($backend is null or backend = $backend) and submitted_date > newest.day - $days::int
    order by backend, submitted_date desc
"""
_JOBS = """
    select
        submitted_at, job_id, job_name, project_name, backend, status, shots, queue_seconds, cost, currency,
        expected_success_probability, failure_code,
    from fct_jobs
    where ($backend is null or backend = $backend) and ($status is null or status = $status)
        and ($project is null or contains(lower(coalesce(project_name, project_id, '')), lower($project)))
    order by submitted_at desc nulls last, job_id
    limit $limit
"""


def show(
    what: Literal["cost", "fidelity", "queue", "jobs"],
    /,
    *,
    project: str | None = None,
    backend: str | None = None,
    status: str | None = None,
    days: int = 14,
    months: int = 12,
    limit: int = 20,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
    as_csv: Annotated[bool, Parameter(name="--csv")] = False,
) -> int:
    """Show cost, fidelity, queue times or jobs, from the published warehouse.

    Example: ionq-data show queue --backend qpu.forte-1 --days 7

    Parameters
    ----------
    what
        cost: per project and month. fidelity: newest value and trend. queue: waits by day. jobs: the latest.
    project
        Only projects whose name contains this (cost, jobs).
    backend
        Only this backend (fidelity, queue, jobs).
    status
        Only jobs of this status.
    days
        How many days back (queue).
    months
        How many months back (cost).
    limit
        How many jobs.
    as_json
        Print JSON.
    as_csv
        Print CSV; formulas are neutralized.
    """
    values: dict[str, Any] = {
        "project": project,
        "backend": backend,
        "status": status,
        "days": days,
        "months": months,
        "limit": limit,
    }
    query, title, caption = {
        "cost": (_COST, "Cost per project", f"Bars: each month of the last {months}."),
        "fidelity": (_FIDELITY, "Fidelities and times", "Bars: the 30-day median; ! marks a regression."),
        "queue": (_QUEUE, f"Wait by day of submission, {days} days", "km: counts also those that never started."),
        "jobs": (_JOBS, "Latest jobs", ""),
    }[what]
    used = {name: value for name, value in values.items() if f"${name}" in query}
    with connect(load_settings().data_dir) as warehouse:
        cursor = warehouse.execute(query, used)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    result = Result(title, names, rows, caption)
    print_result(result if as_json or as_csv else _with_bars(result), as_json=as_json, as_csv=as_csv)
    return 0


def _with_bars(result: Result) -> Result:
    """Draw a column of points as small bars, at most as many as a table has room for."""
    if "trend" not in result.names:
        return result
    at = list(result.names).index("trend")
    rows = []
    for row in result.rows:
        bars = sparkline(_thinned([point["value"] for point in row[at]]))
        rows.append([*row[:at], bars, *row[at + 1 :]])
    return Result(result.title, result.names, rows, result.caption)


def _thinned(values: list[float | None], most: int = 24) -> list[float | None]:
    """Return evenly spaced values, the newest among them."""
    step = max(1, -(-len(values) // most))
    return values[::-1][::step][::-1]
