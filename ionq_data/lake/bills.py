"""The bills of some dates in the lake, and the dates with a new usage report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from ionq_data.resources.usage import GROUPINGS, USAGE

_MONTHS_IN_QUEUE = 2  # a job that ended in a month was submitted in it, or in one of these before


@dataclass(frozen=True, slots=True)
class Bill:
    """The last answer about the cost of a job that has ended.

    Attributes:
        date: the date (UTC) on which the job ended, which is the one that a usage report counts it for.
        groups: the job's project and user, by the name of the usage report's grouping.
        cost: the billed cost in ``unit``; None if there is no bill.
        is_covered: the bill of the job that it is a part of covers it.
        is_settled: the last answer counts as final.
        has_changed: the API has given different answers.
    """

    job: PendingJob
    date: date
    groups: Mapping[str, str | None]
    cost: Decimal | None
    unit: str | None
    is_covered: bool
    is_settled: bool = False
    has_changed: bool = False

    @property
    def waits_for_agreement(self) -> bool:
        """Whether the API has answered, and the job is to be asked about once more before the answer is final."""
        return self.job.asked_at is not None and not self.job.attempts and not self.is_settled


@dataclass(frozen=True, slots=True)
class Report:
    """The current version of a date's usage report, by project or by user.

    Attributes:
        group_by: ``project`` or ``user``.
        values: the columns ``amount``, ``amount_unit``, ``amounts`` and ``group_usages`` of the row.
        read_at: when the version was read.
        ordered_at: what orders it.
    """

    date: date
    group_by: str
    values: dict[str, Any]
    read_at: datetime
    ordered_at: datetime


# 1 row per grouping of each date that has a version later than asked for, or that is asked for
_REPORTS = f"""
    select
        "from" as date, group_by, {ORDERED_AT} as ordered_at, _extracted_at as read_at,
        amount, amount_unit, amounts, group_usages
    from usage
    where modality = 'daily' and coalesce(organization = $organization, true)
    qualify
        row_number() over (partition by "from", group_by order by {NEWEST} desc) = 1
        and not _deleted
        and (
            $after is null or list_contains($dates, "from")
            or max({ORDERED_AT}) over (partition by "from") > $after
        )
    order by "from", group_by
"""  # noqa: S608  constants

# 1 row per job that ended on one of some dates
_BILLS = f"""
    with job as (
        select id, arg_max({{
            'submitted_at': submitted_at, 'completed_at': completed_at, 'backend': backend, 'parent': parent_job_id,
            'is_terminal': coalesce(list_contains($terminal, status), false), 'is_deleted': _deleted,
            'project': project_id, 'user': submitter_id, 'date': coalesce(completed_at, started_at, submitted_at)::date
        }}, {NEWEST}) as version
        from jobs
        group by id
    ),
    cost as (
        select job_id, arg_max({{
            'cost_hash': _hash, 'answer_hash': answer_hash, 'first_answered_at': first_answered_at,
            'asked_at': _extracted_at, 'http_status': http_status, 'attempts': attempts,
            'cost': if(dry_run, null, cost_value), 'unit': cost_unit, 'is_settled': is_settled
        }}, {NEWEST}) as answer, count(distinct answer_hash) > 1 as has_changed
        from costs
        group by job_id
    )
    select
        job.id,
        unnest(version),
        unnest(cost.answer),
        coalesce(cost.has_changed, false) as has_changed,
        parent_cost.answer.cost is not null as is_covered
    from job
    left join cost on cost.job_id = job.id
    left join cost as parent_cost on parent_cost.job_id = version.parent
    where list_contains($dates, version.date) and (version.is_terminal or version.is_deleted)
"""  # noqa: S608  constants


def new_reports(
    lake: Lake, accounts: Iterable[str], *, organization: str | None, after: datetime | None, dates: Collection[date]
) -> list[Report]:
    """Return the reports of each date that has a version ordered after an instant (None: any), and of some dates."""
    names = [name for account in accounts for name in lake.files(USAGE.name, account)]
    months = {f"{USAGE.partition}={day:%Y-%m}" for day in dates}
    months |= {_month(name) for name in names if after is None or (ordered_by_name(name) or after) > after}
    files = [name for name in names if _month(name) in months]
    if not files:
        return []
    with open_query() as query:
        add_view(query, "usage", lake.local(files), USAGE.schema)
        query.execute(_REPORTS, {"organization": organization, "after": after, "dates": list(dates)})
        columns = [column[0] for column in query.description]
        rows = [dict(zip(columns, row, strict=True)) for row in query.fetchall()]
    return [
        Report(row.pop("date"), row.pop("group_by"), row, row.pop("read_at"), row.pop("ordered_at")) for row in rows
    ]


def _month(name: str) -> str:
    return name.split("/")[2]


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
    beside = {name: row.pop(name) for name in ("date", "cost", "unit", "is_covered", "has_changed")}
    beside["is_settled"] = bool(row.pop("is_settled"))
    beside["groups"] = {name: row.pop(name) for name in GROUPINGS}
    row["attempts"] = row["attempts"] or 0
    del row["parent"]
    return Bill(PendingJob(partition=JOBS.partition_of(row), **row), **beside)


def _months_of(day: date) -> Iterable[str]:
    for months in range(_MONTHS_IN_QUEUE + 1):
        year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
        yield f"{year}-{month + 1:02}"
