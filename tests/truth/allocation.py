"""What each tag and each cost center cost: the parts of every project's cost, one by one."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from tests.truth.costs import Cost, Sum, bills_by_day, split
from tests.truth.knowledge import Bill, Job, Knowledge

Row = dict[str, Any]
Tags = dict[str, str | None]


@dataclass(frozen=True)
class Part:
    """A bill that makes up a project's cost of a date, or (without a job) what no bill accounts for."""

    cost: Cost
    sum: Sum
    job: Job | None = None
    tags: Tags | None = None

    @property
    def month(self) -> date:
        return self.cost.day.replace(day=1)


def fct_job_tags(known: Knowledge) -> list[Row]:
    return [
        {"job_id": job.id, "tag_key": key, "tag_value": value}
        for job in known.jobs.values()
        for key, value in own_tags(job).items()
    ]


def own_tags(job: Job) -> Tags:
    """Return the metadata as texts."""
    said: dict[str, Any] = job.json.get("metadata") or {}
    return {key: value if value is None or isinstance(value, str) else json.dumps(value) for key, value in said.items()}


def parts(known: Knowledge) -> list[Part]:
    """Split each project's cost of each date into the bills that it is made of, and the rest."""
    billed = bills_by_day(known)
    found: list[Part] = []
    for cost in split(known, "project"):
        bills = [one for one in billed.get((cost.day, cost.currency), []) if _belongs(cost, *one)]
        mine = [Part(cost, _of(*one), one[0], _tags(known, one[0])) for one in bills]
        found += mine
        left = _rest(cost.sum, [part.sum for part in mine])
        found += [Part(cost, left)] if left.cost else []
    return found


def _belongs(cost: Cost, job: Job, bill: Bill) -> bool:
    is_counted = bill.is_settled or cost.source == "usage_report" or not cost.is_reported
    return cost.source != "unattributed" and job.json["project_id"] == cost.member and is_counted


def _of(job: Job, bill: Bill) -> Sum:
    assert bill.cost is not None
    return Sum(bill.cost, 1, job.qpu_seconds)


def _tags(known: Knowledge, job: Job) -> Tags | None:
    tags = own_tags(known.jobs[known.root(job.id)]) | own_tags(job)
    return tags or None


def _rest(whole: Sum, bills: list[Sum]) -> Sum:
    jobs = None if whole.jobs is None else max(whole.jobs - sum(bill.jobs or 0 for bill in bills), 0)
    time = None if whole.qpu_seconds is None else whole.qpu_seconds - sum(bill.qpu_seconds or 0 for bill in bills)
    left = whole.cost - sum((bill.cost for bill in bills), Decimal(0))
    return Sum(left, jobs, None if time is None else max(time, 0))


def cost_per_tag_monthly(known: Knowledge) -> list[Row]:
    """Of each key, by month from its first use on: each value, and what does not have it."""
    all_parts = parts(known)
    wholes = _added(((part.month, part.cost.currency), part) for part in all_parts)
    first: dict[str, date] = {}
    for part in all_parts:
        for key in _said(part):
            first[key] = min(part.month, first.get(key, part.month))
    rows: list[Row] = []
    for key, since in first.items():
        values = _added(
            ((part.month, part.cost.currency, _said(part).get(key)), part) for part in all_parts if part.month >= since
        )
        rows += [
            _row(known, month, currency, added, wholes[month, currency]) | {"tag_key": key, "tag_value": value}
            for (month, currency, value), added in values.items()
            if value is not None or added.cost or added.jobs
        ]
    return rows


def _added(parts: Iterable[tuple[tuple[Any, ...], Part]]) -> dict[tuple[Any, ...], Sum]:
    sums: dict[tuple[Any, ...], Sum] = defaultdict(Sum)
    for key, part in parts:
        sums[key].add(part.sum.cost, part.sum.jobs or 0, None)
    return sums


def _row(known: Knowledge, month: date, currency: str, added: Sum, whole: Sum) -> Row:
    return {
        "organization": known.organization,
        "month": month,
        "currency": currency,
        "cost": added.cost,
        "job_count": added.jobs,
        "share_of_month": float(added.cost) / float(whole.cost) if whole.cost else None,
    }


def _said(part: Part) -> dict[str, str]:
    return {key: value for key, value in (part.tags or {}).items() if value is not None}


def cost_per_cost_center_monthly(known: Knowledge) -> list[Row]:
    rules = read_rules(known)
    all_parts = parts(known)
    wholes = _added(((part.month, part.cost.currency), part) for part in all_parts)
    centers = _added(((part.month, part.cost.currency, cost_center(known, part, rules)), part) for part in all_parts)
    return [
        _row(known, month, currency, added, wholes[month, currency]) | {"cost_center": center}
        for (month, currency, center), added in centers.items()
    ]


def read_rules(known: Knowledge) -> list[dict[str, str]]:
    lines = known.cost_centers.read_text().splitlines() if known.cost_centers else []
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def cost_center(known: Knowledge, part: Part, rules: Iterable[dict[str, str]]) -> str | None:
    """Return what the first rule that fits books a part on."""
    return next((rule["cost_center"] for rule in rules if _fits(known, part, rule)), None)


def _fits(known: Knowledge, part: Part, rule: dict[str, str]) -> bool:
    job = part.job.json if part.job else {}
    root = known.jobs[known.root(part.job.id)].json if part.job else {}
    key, _, value = rule["tag"].partition("=")
    project, user = part.cost.member, job.get("submitter_id")
    looked_at = [
        (rule["organization"], [known.organization]),
        (rule["project"], [project, known.names["project"].get(project or "")]),
        (rule["user"], [user, known.names["user"].get(user or "")]),
        (rule["backend"], [job.get("backend")]),
        ((value or "*") if key else "", [(part.tags or {}).get(key)]),
        (rule["name"], [job["name"] if job.get("name") is not None else root.get("name")]),
    ]
    return all(not cell or any(text is not None and fnmatchcase(text, cell) for text in ts) for cell, ts in looked_at)
