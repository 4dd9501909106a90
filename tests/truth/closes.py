"""``month_close``: each month as it was known on the first visit after its bills were final, and as it is now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.truth.costs import split
from tests.truth.knowledge import Knowledge

SETTLING = timedelta(days=8)
Member = tuple[str | None, str]
Dates = dict[tuple[date, Member], Decimal]


def month_close(known: Knowledge) -> list[dict[str, Any]]:
    now = _dates(known)
    closed = {month: _close(known, month) for month in {when.replace(day=1) for when, _ in now}}
    earlier = {visits: _dates(replace(known, visits=known.visits[:visits])) for visits in {*closed.values()} - {None}}
    members: dict[tuple[date, Member], dict[date, list[Decimal]]] = defaultdict(lambda: defaultdict(lambda: [_0, _0]))
    for (when, member), cost in now.items():
        members[when.replace(day=1), member][when][0] = cost
    for month, visits in closed.items():
        for (when, member), cost in earlier.get(visits, {}).items():
            if when.replace(day=1) == month:
                members[month, member][when][1] = cost
    return [_row(known, *key, costs, closed[key[0]]) for key, costs in members.items()]


def _row(
    known: Knowledge, month: date, member: Member, costs: dict[date, list[Decimal]], visits: int | None
) -> dict[str, Any]:
    after, before = (sum((cost[place] for cost in costs.values()), _0) for place in (0, 1))
    project, currency = member
    return {
        "organization": known.organization,
        "month": month,
        "project_id": project,
        "project_name": known.names["project"].get(project or ""),
        "currency": currency,
        "status": "open" if visits is None else "closed",
        "closed_on": None if visits is None else known.visits[visits - 1].at.date(),
        "amount_at_close": None if visits is None else before,
        "amount_now": after,
        "restated": None if visits is None else after - before,
        "restated_dates": None if visits is None else sum(now != then for now, then in costs.values()),
    }


def _close(known: Knowledge, month: date) -> int | None:
    """Return how many visits had been made when the month was closed, None where it is open."""
    over = datetime(month.year + month.month // 12, month.month % 12 + 1, 1) + SETTLING  # noqa: DTZ001  UTC, as visits
    return next((n for n, visit in enumerate(known.visits, 1) if visit.usage and visit.at >= over), None)


def _dates(known: Knowledge) -> Dates:
    found: Dates = defaultdict(Decimal)
    for one in split(known, "project"):
        found[one.day, (one.member, one.currency)] += one.sum.cost
    return found


_0 = Decimal(0)
