"""``cost_reconciliation`` and ``focus_cost_and_usage``, from reports and bills."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.truth.allocation import Tags, cost_center, parts, read_rules
from tests.truth.comparing import About
from tests.truth.costs import Cost, Sum, bills_by_day, reports, total
from tests.truth.jobs import fct_jobs
from tests.truth.knowledge import Job, Knowledge

Row = dict[str, Any]
SETTLING = timedelta(days=8)
UNBILLED = ("estimated", "refused", "unknown", "not_asked")


def cost_reconciliation(known: Knowledge) -> list[Row]:
    said, billed = reports(known, "project"), bills_by_day(known)
    unbilled = [
        row["completed_at"].date()
        for row in fct_jobs(known)
        if row["is_qpu"] and row["is_terminal"] and not row["dry_run"] and row["cost_status"] in UNBILLED
    ]
    rows: list[Row] = []
    for when, currency in said.keys() | billed.keys():
        report, bills = said.get((when, currency)), billed.get((when, currency), [])
        paid, reported = total(bills).cost, report.whole.cost if report else None
        listed = sum((group.cost for group in report.groups.values()), Decimal(0)) if report else None
        unsettled = sum(not bill.is_settled for _, bill in bills)
        is_young = known.as_of < datetime.combine(when, datetime.min.time()) + SETTLING
        rows.append(
            {
                "organization": known.organization,
                "date": when,
                "currency": currency,
                "usage_report_cost": reported,
                "job_cost": paid,
                "listed_in_top5": listed,
                "unlisted": None if reported is None else reported - (listed or 0),
                "difference": None if reported is None else reported - paid,
                "status": _status(reported, paid, len(bills), is_open=bool(unsettled) or is_young),
                "billed_jobs": len(bills),
                "unsettled_jobs": unsettled,
                "unbilled_jobs": unbilled.count(when),
            }
        )
    return rows


def _status(reported: Decimal | None, paid: Decimal, bills: int, *, is_open: bool) -> str:
    if reported is None:
        return "missing_report"
    if abs(reported - paid) <= Decimal("0.005") * max(bills, 1):
        return "matched"
    if is_open:
        return "pending"
    return "missing_jobs" if reported > paid else "mismatch"


def focus_cost_and_usage(known: Knowledge) -> list[Row]:
    """Add the parts of each project's cost up by backend, debiasing, tags and cost center."""
    rules = read_rules(known)
    charges: dict[tuple[Any, ...], tuple[Cost, Sum]] = {}
    for part in parts(known):
        machine = (part.job.json["backend"], _is_debiased(part.job)) if part.job else (None, False)
        key = (id(part.cost), *machine, _as_json(part.tags), cost_center(known, part, rules))
        _, added = charges.setdefault(key, (part.cost, Sum()))
        added.add(part.sum.cost, part.sum.jobs, part.sum.qpu_seconds)
    return [_charge(known, cost, *key, added) for (_, *key), (cost, added) in charges.items()]


def _as_json(tags: Tags | None) -> str | None:
    return json.dumps(tags, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if tags else None


def _is_debiased(job: Job) -> bool:
    return bool((job.json["settings"].get("error_mitigation") or {}).get("debiasing"))


def _charge(
    known: Knowledge,
    cost: Cost,
    backend: str | None,
    is_debiased: bool,
    tags: str | None,
    center: str | None,
    part: Sum,
) -> Row:
    """FOCUS bills in national currencies; what credits paid for was billed when they were bought."""
    is_usage, in_dollars = part.cost >= 0 and bool(part.jobs), cost.currency == "USD"
    consumed = part.jobs if part.qpu_seconds is None else part.qpu_seconds
    midnight = datetime.combine(cost.day, datetime.min.time())
    return {
        "BillingAccountId": known.organization,
        "SubAccountId": cost.member,
        "ChargePeriodStart": midnight,
        "ChargePeriodEnd": midnight + timedelta(days=1),
        "BillingPeriodStart": midnight.replace(day=1),
        "PricingCurrency": cost.currency,
        "BillingCurrency": "USD",
        "x_Source": cost.source,
        "ResourceId": backend,
        "is_debiased": is_debiased,
        "Tags": tags,
        "x_CostCenter": center,
        "BilledCost": part.cost if in_dollars else Decimal(0),
        "EffectiveCost": part.cost if in_dollars else Decimal(0),
        "PricingCurrencyEffectiveCost": part.cost,
        "ChargeCategory": "Usage" if is_usage else "Adjustment",
        "PricingQuantity": Decimal(part.jobs or 0) if is_usage else None,
        "ConsumedQuantity": About(float(consumed or 0), 1e-5) if is_usage else None,
    }
