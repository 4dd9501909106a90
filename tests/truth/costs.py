"""What each project, user and backend cost by day and month: the report's word, then bills, then the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.truth.answers import Json
from tests.truth.comparing import About
from tests.truth.knowledge import MICROS, Bill, Job, Knowledge, day

Row = dict[str, Any]
MEMBER = {"project": "project_id", "user": "submitter_id", "backend": "backend"}


@dataclass
class Sum:
    """Money, jobs and QPU time added up; None where nobody said any."""

    cost: Decimal = Decimal(0)
    jobs: int | None = 0
    qpu_seconds: float | None = None

    def add(self, cost: Decimal, jobs: int | None, qpu_seconds: float | None) -> None:
        self.cost += cost
        self.jobs = None if jobs is None or self.jobs is None else self.jobs + jobs
        self.qpu_seconds = qpu_seconds if self.qpu_seconds is None else self.qpu_seconds + (qpu_seconds or 0)


@dataclass(frozen=True)
class Report:
    """What the usage report says of a date in a currency: the whole, and the groups it lists."""

    whole: Sum
    groups: Mapping[str, Sum] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """One row of a split: ``member`` is a project, user or backend, None for what none accounts for."""

    day: date
    member: str | None
    currency: str
    source: str
    sum: Sum
    is_reported: bool


def reports(known: Knowledge, grouping: str) -> dict[tuple[date, str], Report]:
    """Return the report by date and currency, of ``amounts`` where they are said and else of ``amount``."""
    said: dict[tuple[date, str], Report] = {}
    answer = known.last.usage[grouping]
    for entry in answer["usage_data"]:
        unit = str(entry.get("amount_unit") or answer.get("usage_unit") or "USD")
        groups = {group["group_id"]: _said(group, unit) for group in entry["group_usages"]}
        wholes = _said(entry, unit)
        for currency, whole in wholes.items():
            if len(wholes) > 1:  # nobody says which of the date's jobs are whose
                whole.jobs = whole.qpu_seconds = None
            listed = {key: sums[currency] for key, sums in groups.items() if currency in sums}
            said[day(entry["from"]), currency] = Report(whole, listed)
    return said


def _said(entry: Json, unit: str) -> dict[str, Sum]:
    """Return what is said of a date or a group, by currency; its jobs and time stand beside the first."""
    unit = str(entry.get("amount_unit") or unit)
    amounts = entry.get("amounts") or [{"amount": entry["amount"], "unit": unit}]
    sums = {one["unit"].upper(): Sum(Decimal(one["amount"]).quantize(MICROS), None, None) for one in amounts}
    first = sums[amounts[0]["unit"].upper()]
    first.jobs, first.qpu_seconds = entry["job_count"], float(entry["time_us"]) / 1e6
    return sums


def about(qpu_seconds: float | None) -> About | None:
    """Return a sum of times, to the microsecond: in which order it is added up leaves a trace below."""
    return None if qpu_seconds is None else About(qpu_seconds, 1e-6)


def bills_by_day(known: Knowledge) -> dict[tuple[date, str], list[tuple[Job, Bill]]]:
    """Return the bills that count, by the date on which their job ended and their currency."""
    days: dict[tuple[date, str], list[tuple[Job, Bill]]] = defaultdict(list)
    for key, bill in known.counted_bills.items():
        job = known.jobs[key]
        ended = job.completed or job.started or job.submitted
        days[ended.date(), str(bill.currency)].append((job, bill))
    return days


def total(bills: Iterable[tuple[Job, Bill]]) -> Sum:
    """Add bills up."""
    added = Sum()
    for job, bill in bills:
        assert bill.cost is not None
        added.add(bill.cost, 1, job.qpu_seconds)
    return added


def split(known: Knowledge, dimension: str) -> list[Cost]:
    """Split every date's cost; a backend is never listed, so its bills count whether settled or not."""
    said = reports(known, "project" if dimension == "backend" else dimension)
    billed = bills_by_day(known)
    rows: list[Cost] = []
    for when, currency in sorted(said.keys() | billed.keys()):
        report = said.get((when, currency))
        listed = report.groups if report and dimension != "backend" else {}
        rows += [Cost(when, one, currency, "usage_report", said_sum, True) for one, said_sum in listed.items()]
        members: dict[str, list[tuple[Job, Bill]]] = defaultdict(list)
        for job, bill in billed.get((when, currency), []):
            if report is None or dimension == "backend" or bill.is_settled:
                members[job.json[MEMBER[dimension]]].append((job, bill))
        rest = {one: total(bills) for one, bills in members.items() if one not in listed}
        rows += [Cost(when, one, currency, "job_costs", added, report is not None) for one, added in rest.items()]
        if report:
            rows += _unattributed(when, currency, report.whole, [*listed.values(), *rest.values()])
    return rows


def _unattributed(when: date, currency: str, whole: Sum, parts: list[Sum]) -> list[Cost]:
    left = whole.cost - sum((part.cost for part in parts), Decimal(0))
    if not left:
        return []
    jobs = None if whole.jobs is None else whole.jobs - sum(part.jobs or 0 for part in parts)
    time = None if whole.qpu_seconds is None else whole.qpu_seconds - sum(part.qpu_seconds or 0 for part in parts)
    return [Cost(when, None, currency, "unattributed", Sum(left, jobs, time), True)]


def cost_per_project_daily(known: Knowledge) -> list[Row]:
    return [
        {
            "organization": known.organization,
            "date": one.day,
            "project_id": one.member,
            "project_name": known.names["project"].get(one.member or ""),
            "cost": one.sum.cost,
            "currency": one.currency,
            "job_count": one.sum.jobs,
            "qpu_seconds": about(one.sum.qpu_seconds),
            "source": one.source,
        }
        for one in split(known, "project")
    ]


def cost_per_project_monthly(known: Knowledge) -> list[Row]:
    return _monthly(known, "project", "project_id")


def cost_per_user_monthly(known: Knowledge) -> list[Row]:
    return _monthly(known, "user", "user_id")


def cost_per_backend_monthly(known: Knowledge) -> list[Row]:
    return _monthly(known, "backend", "backend")


def _monthly(known: Knowledge, dimension: str, column: str) -> list[Row]:
    """Add dates up by month, from each member's first month to the last of all, also months that cost nothing."""
    costs = split(known, dimension)
    months = _months(min(one.day for one in costs), max(one.day for one in costs))
    members: dict[tuple[str | None, str], list[Cost]] = defaultdict(list)
    wholes: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for one in costs:
        members[one.member, one.currency].append(one)
        wholes[one.day.replace(day=1), one.currency] += one.sum.cost
    rows: list[Row] = []
    for (member, currency), dates in members.items():
        before = Decimal(0)
        for month in [month for month in months if month >= min(one.day for one in dates).replace(day=1)]:
            these = [one for one in dates if one.day.replace(day=1) == month]
            cost = sum((one.sum.cost for one in these), Decimal(0))
            sources = {one.source for one in these} or {"none"}
            whole = wholes[month, currency]
            rows.append(
                {
                    "organization": known.organization,
                    "month": month,
                    column: member,
                    "cost": cost,
                    "currency": currency,
                    "job_count": sum(one.sum.jobs or 0 for one in these),
                    "qpu_seconds": about(sum(one.sum.qpu_seconds or 0 for one in these)),
                    "source": sources.pop() if len(sources) == 1 else "mixed",
                    "share_of_month": float(cost) / float(whole) if whole else None,
                    "change_from_previous_month": None if month == months[0] else cost - before,
                }
            )
            before = cost
    return rows


def _months(first: date, last: date) -> list[date]:
    """Return the first day of every month from one date to another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]
