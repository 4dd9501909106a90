"""``unit_costs_monthly``: each month's bills over what they were for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.truth.comparing import About
from tests.truth.costs import bills_by_day
from tests.truth.jobs import fct_jobs
from tests.truth.knowledge import Bill, Job, Knowledge

Row = dict[str, Any]
Bills = list[tuple[Job, Bill]]


def unit_costs_monthly(known: Knowledge) -> list[Row]:
    hopes = {row["job_id"]: row["expected_success_probability"] for row in fct_jobs(known)}
    groups: dict[tuple[date, str, str, str], Bills] = defaultdict(list)
    for (day, currency), bills in bills_by_day(known).items():
        for job, bill in bills:
            if job.is_qpu:
                groups[day.replace(day=1), job.json["project_id"], job.json["backend"], currency].append((job, bill))
    return [_row(known, *key, bills, hopes) for key, bills in groups.items()]


def _row(
    known: Knowledge, month: date, project: str, backend: str, currency: str, bills: Bills, hopes: dict[str, Any]
) -> Row:
    cost, failed = _sum(bills), _sum([one for one in bills if one[0].json["status"] == "failed"])
    completed = sum(job.json["status"] == "completed" for job, _ in bills)
    return {
        "organization": known.organization, "month": month, "project_id": project, "backend": backend,
        "project_name": known.names["project"].get(project), "currency": currency, "cost": cost,
        "jobs": len(bills), "completed_jobs": completed, "failed_cost": failed,
        "cost_per_job": _about(float(cost) / len(bills)),
        "cost_per_completed_job": _about(float(cost) / completed) if completed else None,
        "cost_per_1000_shots": _per(bills, lambda job: job.json["shots"], 1000),
        "cost_per_qpu_second": _per(bills, lambda job: job.qpu_seconds, 1),
        "cost_per_expected_success": _per(bills, lambda job: hopes[job.id], 1),
        "share_spent_on_failures": float(failed) / float(cost) if cost else None,
    }  # fmt: skip


def _sum(bills: Bills) -> Decimal:
    return sum((bill.cost or Decimal(0) for _, bill in bills), Decimal(0))


def _per(bills: Bills, units: Callable[[Job], Any], of: int) -> About | None:
    """Divide the cost of the bills that have some of the unit by how much they have."""
    having = [one for one in bills if units(one[0])]
    return _about(of * float(_sum(having)) / sum(float(units(job)) for job, _ in having)) if having else None


def _about(value: float) -> About:
    """To the millionth, or a billionth of a large figure."""
    return About(value, max(2e-6, abs(value) * 1e-9))
