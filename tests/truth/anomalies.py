"""``cost_anomalies`` by the rules that its description gives, day by day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
from scipy import stats

from tests.truth.comparing import About
from tests.truth.costs import split
from tests.truth.judgements import DAY, costs_by_project
from tests.truth.knowledge import Knowledge

Row = dict[str, Any]


def cost_anomalies(known: Knowledge) -> list[Row]:
    days = [one.day for one in split(known, "project") if one.day <= known.as_of.date()]
    first_days: dict[str, date] = {}
    for one in split(known, "project"):
        if one.member and one.sum.cost > 0:
            first_days[one.member] = min(one.day, first_days.get(one.member, one.day))
    rows: list[Row] = []
    by_project = costs_by_project(known)
    for (project, currency), costs in by_project.items():
        paid = [day for day, cost in costs.items() if cost > 0]
        if project is None or not paid:
            continue
        first = min(paid)
        series = [costs.get(first + n * DAY, Decimal(0)) for n in range((max(days) - first).days + 1)]
        is_new = first == first_days[project] and (first - min(days)).days >= 28
        paid_in_any = {
            day for (one, _), other in by_project.items() if one == project for day, cost in other.items() if cost > 0
        }
        active = [first + n * DAY in paid_in_any for n in range(len(series))]
        for at, said in judged(series, active, is_new=is_new):
            p90 = said.pop("p90")
            rows.append(
                {
                    "organization": known.organization, "date": first + at * DAY, "project_id": project,
                    "project_name": known.names["project"].get(project), "currency": currency,
                    "active_p90_cost": None if p90 is None else About(p90, 1e-6), **said,
                }
            )  # fmt: skip
    return rows


@dataclass(frozen=True)
class Day:
    """One day of a project, and what the days before it were like."""

    series: Sequence[Decimal]
    at: int
    is_active: bool

    @property
    def cost(self) -> Decimal:
        return self.series[self.at]

    @cached_property
    def weekdays(self) -> Sequence[Decimal]:
        return self.series[self.at % 7 : self.at : 7][-8:]

    @cached_property
    def active(self) -> list[Decimal]:
        return [cost for cost in self.series[max(self.at - 56, 0) : self.at] if cost > 0]

    @cached_property
    def p90(self) -> float | None:
        return float(np.quantile([float(cost) for cost in self.active], 0.9)) if self.active else None

    @cached_property
    def usual(self) -> tuple[float, float]:
        """What the day is expected to cost, and the scale of its score."""
        expected = float(median(self.weekdays)) if self.weekdays else 0.0
        if expected > 0:
            return expected, max(1.4826 * _mad(self.weekdays), 0.1 * expected)
        if not self.active:
            return 0.0, 0.0
        usual = float(median(self.active))
        return usual, max(1.4826 * _mad(self.active), 0.5 * usual)


def _mad(values: Sequence[Decimal]) -> float:
    centre = median(values)
    return float(median(abs(value - centre) for value in values))


def judged(series: Sequence[Decimal], active: Sequence[bool], *, is_new: bool) -> list[tuple[int, Row]]:
    """Return the days on which a rule begins to hold, with what it says; ``active`` is in whatever currency."""
    days = [Day(series, at, is_active) for at, is_active in enumerate(active)]
    silent, creeping, shifted = ([rule(days, at) for at in range(len(days))] for rule in (_silent, _creeping, _shifted))
    found: list[tuple[int, Row]] = []
    for at, day in enumerate(days):
        row: Row | None = None
        if at == 0 and is_new:
            row = {"reason": "new_project", "cost": day.cost, "expected": Decimal(0), "days": 1, "score": None}
        elif spike := _spike(day):
            row = spike
        elif silent[at] and not (at and silent[at - 1]) and at < len(days) - 2:
            row = silent[at]
        elif creeping[at] and not any(creeping[max(at - 56, 0) : at]):
            row = creeping[at]
        elif shifted[at] and not any(shifted[max(at - 56, 0) : at]):
            row = shifted[at]
        if row:
            found.append((at, row | {"p90": day.p90}))
    return found


def _spike(day: Day) -> Row | None:
    expected, scale = day.usual
    if len(day.weekdays) < 4 or len(day.active) < 7 or not scale or day.p90 is None:
        return None
    score = (float(day.cost) - expected) / scale
    if score < 3.5 or float(day.cost) <= 7 * day.p90:
        return None
    return {
        "reason": "spike",
        "cost": day.cost,
        "expected": About(expected, 1e-6),
        "days": 1,
        "score": About(score, 1e-6),
    }


def _silent(days: Sequence[Day], at: int) -> Row | None:
    run = []
    if len(days[at].active) < 3:
        return None
    while at >= 0 and not days[at].is_active:
        run.append(days[at])
        at -= 1
    likely = expected = 0.0
    for day in run:
        if day.weekdays:
            paid = sum(cost > 0 for cost in day.weekdays)
            likely += math.log(1 - (paid + 0.5) / (len(day.weekdays) + 1))
            expected += float(sum(day.weekdays)) / len(day.weekdays)
    if likely > math.log(0.0001) or len(run) < 13:
        return None
    score = About(-math.sqrt(-2 * likely), 1e-6)
    return {"reason": "drop", "cost": Decimal(0), "expected": About(expected, 1e-5), "days": len(run), "score": score}


def _creeping(days: Sequence[Day], at: int) -> Row | None:
    """Student's t of the logarithms of what active days cost: six weeks, and the year that ended ten weeks ago."""
    recent, earlier = days[max(at - 41, 0) : at + 1], days[max(at - 363, 0) : max(at - 69, 0)]
    logs = [[math.log(day.cost) for day in part if day.cost > 0] for part in (recent, earlier)]
    if len(earlier) < 56 or len(logs[0]) < 6 or len(logs[1]) < 10:
        return None
    told = [one for part in logs for one in (np.mean(part), max(np.std(part, ddof=1), 0.1), len(part))]
    score = float(stats.ttest_ind_from_stats(*told).statistic)
    row = _against_before("creep", recent, earlier, score)
    return row if score >= 3.8 and row["cost"].value >= 1.5 * row["expected"].value else None


def _shifted(days: Sequence[Day], at: int) -> Row | None:
    """The G-test of a table of the days that cost anything, by weekday: seven weeks, and half a year before them."""
    recent, earlier = days[max(at - 48, 0) : at + 1], days[max(at - 230, 0) : max(at - 48, 0)]
    paid = [[sum(day.cost > 0 for day in part[n::7]) for n in range(7)] for part in (recent[::-1], earlier[::-1])]
    if len(earlier) < 56 or sum(paid[0]) < 8 or sum(paid[1]) < 16:
        return None
    score = float(stats.chi2_contingency(np.array(paid) + 0.25, correction=False, lambda_="log-likelihood").statistic)
    return _against_before("weekday_shift", recent, earlier, score) if score >= 15 else None


def _against_before(reason: str, recent: Sequence[Day], earlier: Sequence[Day], score: float) -> Row:
    came, before = (float(sum(day.cost for day in part)) for part in (recent, earlier))
    return {
        "reason": reason, "cost": About(came, 1e-5), "expected": About(before / len(earlier) * len(recent), 1e-5),
        "days": len(recent), "score": About(score, 1e-6),
    }  # fmt: skip
