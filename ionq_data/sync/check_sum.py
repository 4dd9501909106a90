"""The usage report as check sum of the bills: which bills it confirms, and which it shows to have changed.

Bills that change late are found with the requests that read the report, instead of one request for each job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from ionq_data.lake.bills import Bill, Report

GROWING = timedelta(days=2)
"""A date younger than that is still growing: its bills are not all there."""
SETTLING = timedelta(days=3)
"""On a date younger than that, bills that are asked for once more anyway may end a contradiction."""
_HALF_A_CENT = Decimal("0.005")

Amounts = Mapping[str, Decimal]
"""Money by unit."""


class Judged(NamedTuple):
    """Bills of a date: those that a report confirms, and those that no report confirms and one contradicts."""

    confirmed: list[Bill]
    doubtful: list[Bill]

    @property
    def is_open(self) -> bool:
        """Whether some of the doubtful bills will be asked for once more anyway."""
        return any(bill.waits_for_agreement for bill in self.doubtful)


def judge(reports: Iterable[Report], bills: Sequence[Bill]) -> Judged:
    """Hold the bills of a date against its reports, by project and by user.

    A report confirms a bill where the bills of its group add up to what the report says of the group, and contradicts
    it where they do not. The groups are those that the report lists, and all others together. Amounts agree where they
    differ by half a cent a bill at most, in every unit that the report speaks of.
    """
    confirmed: set[str] = set()
    contradicted: set[str] = set()
    counted = [bill for bill in bills if not bill.is_covered]
    for report in reports:
        for amounts, group in _groups(report, counted):
            if _differ(amounts, group):
                contradicted |= {bill.job.id for bill in group}
            else:
                confirmed |= {bill.job.id for bill in group if bill.cost is not None and _unit(bill.unit) in amounts}
    return Judged(
        [bill for bill in counted if bill.job.id in confirmed],
        [bill for bill in counted if bill.job.id in contradicted - confirmed],
    )


def _groups(report: Report, bills: Iterable[Bill]) -> Iterator[tuple[Amounts, list[Bill]]]:
    """Yield what a report says of each listed group, with the bills of the group; then of all others together."""
    by_group: dict[str | None, list[Bill]] = defaultdict(list)
    for bill in bills:
        by_group[bill.groups[report.group_by]].append(bill)
    rest = dict(_money(report.values))
    for group in report.values["group_usages"] or ():
        amounts = _money(group, report.values["amount_unit"])
        for unit, amount in amounts.items():
            rest[unit] = rest.get(unit, Decimal(0)) - amount
        yield amounts, by_group.pop(group["group_id"], [])
    yield rest, [bill for others in by_group.values() for bill in others]


def _differ(reported: Amounts, bills: list[Bill]) -> bool:
    billed: dict[str, list[Decimal]] = defaultdict(list)
    for bill in bills:
        if bill.cost is not None:
            billed[_unit(bill.unit)].append(bill.cost)
    return any(
        abs(amount - sum(billed[unit], Decimal(0))) > _HALF_A_CENT * max(len(billed[unit]), 1)
        for unit, amount in reported.items()
    )


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
