"""Which bills a usage report confirms: one that has changed counts as final where its group adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
MEMBER = {"project": "project_id", "user": "submitter_id"}
TWO_DAYS, THREE_DAYS = timedelta(days=2), timedelta(days=3)


@dataclass(frozen=True)
class Charge:
    """A bill that no other covers: the job that it is for, what it cost in which unit, and whether it is final."""

    job: Json
    cost: Decimal | None
    unit: str | None
    is_settled: bool

    @property
    def day(self) -> date:
        ended = self.job["completed_at"] or self.job["started_at"] or self.job["submitted_at"]
        return datetime.fromisoformat(ended).date()


@dataclass
class Reports:
    """What has been read of the usage reports, and from when on each date that waits is looked at."""

    read: dict[str, dict[date, Json]] = field(default_factory=lambda: {grouping: {} for grouping in MEMBER})
    waiting: dict[date, date] = field(default_factory=dict)

    def confirmed(self, usage: Mapping[str, Json], charges: Iterable[Charge], today: date) -> set[str]:
        """Return the jobs whose bills the reports confirm on the dates that are looked at today.

        A date is looked at once for each version of its report, two days after it at the earliest, and once more a day
        later where a bill that the report contradicts may still change.
        """
        by_day: dict[date, list[Charge]] = defaultdict(list)
        for charge in charges:
            by_day[charge.day].append(charge)
        found: set[str] = set()
        for day in self._new(usage) | self.waiting.keys():
            look_at = max(day + TWO_DAYS, self.waiting.get(day, date.min))
            if look_at > today:
                self.waiting[day] = look_at
                continue
            agreed, doubted = _judge({name: read[day] for name, read in self.read.items() if day in read}, by_day[day])
            found |= agreed
            self.waiting.pop(day, None)
            open_ones = {charge.job["id"] for charge in by_day[day] if not charge.is_settled}
            if open_ones & (doubted - agreed) and today < day + THREE_DAYS:
                self.waiting[day] = day + THREE_DAYS
        return found

    def _new(self, usage: Mapping[str, Json]) -> set[date]:
        """Read the reports, and return the dates whose report has changed."""
        changed: set[date] = set()
        for grouping, read in self.read.items():
            for entry in usage[grouping]["usage_data"]:
                day = date.fromisoformat(entry["from"][:10])
                if read.get(day) != entry:
                    changed.add(day)
                    read[day] = entry
        return changed


def _judge(reports: Mapping[str, Json], charges: list[Charge]) -> tuple[set[str], set[str]]:
    """Return the jobs in groups that add up, and those in groups that do not."""
    agreed: set[str] = set()
    doubted: set[str] = set()
    for grouping, entry in reports.items():
        member = MEMBER[grouping]
        unit = entry.get("amount_unit")
        listed = {group["group_id"]: _amounts(group, unit) for group in entry["group_usages"]}
        rest = {
            name: amount - sum((amounts.get(name, Decimal(0)) for amounts in listed.values()), Decimal(0))
            for name, amount in _amounts(entry, unit).items()
        }
        for key in {*listed, None}:
            group = [one for one in charges if (one.job[member] == key if key else one.job[member] not in listed)]
            said = listed[key] if key else rest
            if all(_agree(amount, [one.cost for one in group if one.unit == name]) for name, amount in said.items()):
                agreed |= {one.job["id"] for one in group if one.cost is not None and one.unit in said}
            else:
                doubted |= {one.job["id"] for one in group}
    return agreed, doubted


def _agree(said: Decimal, costs: list[Decimal | None]) -> bool:
    """Tell whether costs add up to what is said, each rounded to a cent."""
    paid = [cost for cost in costs if cost is not None]
    return abs(said - sum(paid, Decimal(0))) <= Decimal("0.005") * max(len(paid), 1)


def _amounts(entry: Json, unit: str | None) -> dict[str, Decimal]:
    listed = entry.get("amounts") or [{"amount": entry["amount"], "unit": entry.get("amount_unit") or unit or "USD"}]
    return {unit_of(one): Decimal(one["amount"]) for one in listed}


def unit_of(amount: Json) -> str:
    """Return a unit as bills and reports both know it: one writes ``credit``, the other ``credits``."""
    return str(amount["unit"]).upper().removesuffix("S")
