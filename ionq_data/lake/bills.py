"""The bills of some dates in the lake, and the dates with a new usage report."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ionq_data.lake.current import NEWEST, ORDERED_AT
from ionq_data.lake.lake import Lake, ordered_by_name
from ionq_data.lake.pending import PendingJob
from ionq_data.lake.query import add_view, open_query
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES
from ionq_data.resources.resource import UNKNOWN_PARTITION
from ionq_data.resources.usage import USAGE

_MONTHS_IN_QUEUE = 2  # a job that ended in a month was submitted in it, or in one of these before


@dataclass(frozen=True, slots=True)
class Bill:
    """The last answer about the cost of a job that has ended.

    Attributes:
        date: the date (UTC) on which the job ended, which is the one that a usage report counts it for.
        cost: the billed cost in ``unit``; None if there is no bill.
        is_covered: the bill of the job that it is a part of covers it.
    """

    job: PendingJob
    date: date
    project_id: str | None
    cost: Decimal | None
    unit: str | None
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The current version of a date's usage report by project.

    Attributes:
        values: the columns ``amount``, ``amount_unit``, ``amounts`` and ``group_usages`` of the row.
        read_at: when the version was read.
        ordered_at: what orders it.
    """

    date: date
    values: dict[str, Any]
    read_at: datetime
    ordered_at: datetime


# 1 row per date with a version later than asked for, or of the dates asked for
_REPORTS = f"""
    select
        "from" as date, {ORDERED_AT} as ordered_at, _extracted_at as read_at,
        amount, amount_unit, amounts, group_usages
    from usage
    where group_by = 'project' and modality = 'daily' and coalesce(organization = $organization, true)
    qualify
        row_number() over (partition by "from" order by {NEWEST} desc) = 1
        and not _deleted and ($after is null or {ORDERED_AT} > $after or list_contains($dates, "from"))
    order by "from"
"""  # noqa: S608  constants

# 1 row per job that ended on one of some dates
_BILLS = f"""
    with job as (
        select id, arg_max({{
            'submitted_at': submitted_at, 'completed_at': completed_at, 'backend': backend, 'parent': parent_job_id,
            'is_terminal': coalesce(list_contains($terminal, status), false), 'is_deleted': _deleted,
            'project_id': project_id, 'date': coalesce(completed_at, started_at, submitted_at)::date
        }}, {NEWEST}) as version
        from jobs
        group by id
    ),
    cost as (
        select job_id, arg_max({{
            'cost_hash': _hash, 'answer_hash': answer_hash, 'first_answered_at': first_answered_at,
            'asked_at': _extracted_at, 'http_status': http_status, 'attempts': attempts,
            'cost': if(dry_run, null, cost_value), 'unit': cost_unit
        }}, {NEWEST}) as answer
        from costs
        group by job_id
    )
    select
        job.id,
        unnest(version),
        unnest(cost.answer),
        parent_cost.answer.cost is not null as is_covered
    from job
    left join cost on cost.job_id = job.id
    left join cost as parent_cost on parent_cost.job_id = version.parent
    where list_contains($dates, version.date) and (version.is_terminal or version.is_deleted)
"""  # noqa: S608  constants


def new_reports(
    lake: Lake, accounts: Iterable[str], *, organization: str | None, after: datetime | None, dates: Collection[date]
) -> list[Report]:
    """Return the reports of dates with a version ordered after an instant (None: of all), and those of some dates."""
    months = {f"{USAGE.partition}={day:%Y-%m}" for day in dates}
    files = [
        name
        for account in accounts
        for name in lake.files(USAGE.name, account)
        if after is None or (ordered_by_name(name) or after) > after or name.split("/")[2] in months
    ]
    if not files:
        return []
    with open_query() as query:
        add_view(query, "usage", lake.local(files), USAGE.schema)
        query.execute(_REPORTS, {"organization": organization, "after": after, "dates": list(dates)})
        names = [column[0] for column in query.description]
        rows = [dict(zip(names, row, strict=True)) for row in query.fetchall()]
    return [
        Report(row.pop("date"), ordered_at=row.pop("ordered_at"), read_at=row.pop("read_at"), values=row)
        for row in rows
    ]


def bills_of(lake: Lake, account: str, dates: Collection[date]) -> list[Bill]:
    """Return the bills of the jobs of an account that ended on some dates."""
    months = sorted({month for day in dates for month in _months_of(day)} | {UNKNOWN_PARTITION})
    jobs = lake.files(JOBS.name, account, months)
    if not jobs or not dates:
        return []
    with open_query() as query:
        add_view(query, "jobs", lake.local(jobs), JOBS.schema)
        add_view(query, "costs", lake.local(lake.files(JOB_COSTS.name, account, months)), JOB_COSTS.schema)
        query.execute(_BILLS, {"dates": list(dates), "terminal": sorted(TERMINAL_STATUSES)})
        names = [column[0] for column in query.description]
        return [_bill(dict(zip(names, row, strict=True))) for row in query.fetchall()]


def _bill(row: dict[str, Any]) -> Bill:
    beside = {name: row.pop(name) for name in ("date", "project_id", "cost", "unit", "is_covered")}
    row["attempts"] = row["attempts"] or 0
    del row["parent"]
    return Bill(PendingJob(partition=JOBS.partition_of(row), **row), **beside)


def _months_of(day: date) -> Iterable[str]:
    for months in range(_MONTHS_IN_QUEUE + 1):
        year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
        yield f"{year}-{month + 1:02}"
