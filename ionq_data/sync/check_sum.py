"""The usage report as check sum of the bills: which jobs' bills a report shows to have changed.

Bills that change late are found with the one request that reads the report, instead of one request for each job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ionq_data.lake.bills import Bill, Report

GROWING = timedelta(days=2)
"""A date younger than that is still growing: its bills are not all there."""
_HALF_A_CENT = Decimal("0.005")

Amounts = Mapping[str, Decimal]
"""Money by unit."""


def is_growing(day: date, today: date) -> bool:
    """Tell whether a date is too young for its report and its bills to agree."""
    return today - day < GROWING


def disagreeing(report: Report, bills: Sequence[Bill]) -> list[Bill]:
    """Return the bills of a date that do not add up to its report: of each listed project, and of all others together.

    Amounts agree where they differ by half a cent a bill at most, in every unit that the report speaks of.
    """
    by_project: dict[str | None, list[Bill]] = defaultdict(list)
    for bill in bills:
        if not bill.is_covered:
            by_project[bill.project_id].append(bill)
    listed: dict[str, Amounts] = {}
    rest = dict(_money(report.values))
    for group in report.values["group_usages"] or ():
        amounts = _money(group, report.values["amount_unit"])
        listed[group["group_id"]] = amounts
        for unit, amount in amounts.items():
            rest[unit] = rest.get(unit, Decimal(0)) - amount
    found = [bill for project, amounts in listed.items() for bill in _differing(amounts, by_project.pop(project, []))]
    return [*found, *_differing(rest, [bill for others in by_project.values() for bill in others])]


def _differing(reported: Amounts, bills: list[Bill]) -> list[Bill]:
    billed: dict[str, list[Decimal]] = defaultdict(list)
    for bill in bills:
        if bill.cost is not None:
            billed[_unit(bill.unit)].append(bill.cost)
    agree = all(
        abs(amount - sum(billed[unit], Decimal(0))) <= _HALF_A_CENT * max(len(billed[unit]), 1)
        for unit, amount in reported.items()
    )
    return [] if agree else bills


def _money(values: Mapping[str, Any], unit: str | None = None) -> Amounts:
    """Return the money of a date or group; ``amount`` counts only where there is no list of ``amounts``."""
    listed: Iterable[Mapping[str, Any]] = values.get("amounts") or ()
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in listed:
        if one["amount"] is not None:
            found[_unit(one["unit"])] += one["amount"]
    if not found and values["amount"] is not None:
        found[_unit(values["amount_unit"] or unit)] = values["amount"]
    return found


def _unit(unit: str | None) -> str:
    return (unit or "usd").lower().removesuffix("s")  # ``credit`` in a bill, ``credits`` in a report
