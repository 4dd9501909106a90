"""``cost_forecast``, ``forecast_accuracy`` and ``budget_status`` by the formula that their descriptions give."""

from __future__ import annotations

import csv
import math
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from tests.truth.answers import TERMINAL
from tests.truth.comparing import About
from tests.truth.judgements import Costs, costs_by_project, is_billed_by_time, prices_of
from tests.truth.knowledge import MICROS, Job, Knowledge

Row = dict[str, Any]
Scope = tuple[str | None, str]
DAY = timedelta(days=1)
EIGHT_WEEKS = 56
QUANTILE, NORMAL = 1.476, 1.2816
LEVEL = 0.15
HALF_A_CENT = 0.0051


@dataclass(frozen=True)
class Rest:
    """What is left of a month: its mean, the origin's share of it, its variance, and the mean of a day before."""

    mean: float = 0.0
    today: float = 0.0
    variance: float = 0.0
    day_mean: float = 0.0

    def quantile(self, mean: float, z: float) -> float:
        """Return a quantile of the gamma distribution with this mean and the rest's variance."""
        if mean <= 0:
            return 0.0
        root = 1 - self.variance / (9 * mean**2) + z * math.sqrt(self.variance) / (3 * mean)
        return float(mean * max(root, 0) ** 3)


def rest_of_month(costs: Costs, month: date, origin: date) -> Rest:
    """Forecast a month from an origin on; days to come cost the mean of their weekday in the eight weeks before."""
    first = max(min(costs, default=origin), origin - EIGHT_WEEKS * DAY)
    days = [first + n * DAY for n in range(max((origin - first).days, 1))]
    paid = np.array([float(costs.get(day, 0)) for day in days])
    weekday = np.array([day.isoweekday() for day in days])
    day_mean = max(paid.mean(), 0.0)
    dispersion = _dispersion(paid, weekday)
    ahead: dict[int, int] = defaultdict(int)
    last = month.replace(day=monthrange(month.year, month.month)[1])
    begin = max(month, origin)
    for n in range(max((last - begin).days + 1, 0)):
        ahead[(begin + n * DAY).isoweekday()] += 1
    if not ahead:
        return Rest()
    means = {one: paid[weekday == one].mean() if one in weekday else paid.mean() for one in range(1, 8)}
    means = {one: max(float(mean), 0.0) for one, mean in means.items()}
    rests_on = {one: max(int((weekday == one).sum()), 1) for one in range(1, 8)}
    mean = sum(means[one] * count for one, count in ahead.items())
    spread = sum(means[one] * count * (1 + count / rests_on[one]) for one, count in ahead.items())
    today = means[origin.isoweekday()] if month <= origin else 0.0
    return Rest(mean, today, dispersion * spread + (LEVEL * mean) ** 2, day_mean)


def _dispersion(paid: np.ndarray, weekday: np.ndarray) -> float:
    """Return the variance of a day's cost about its weekday's mean, per unit of cost."""
    if paid.sum() <= 0:
        return 0.0
    if len(paid) == 1:
        return float(paid[0])
    if len(paid) < 14:
        return float(paid.var(ddof=1) / paid.mean())
    within = sum(((paid[weekday == one] - paid[weekday == one].mean()) ** 2).sum() for one in set(weekday))
    return float(max(within, 0) / (len(paid) - len(set(weekday))) / paid.mean())


def cost_forecast(known: Knowledge) -> list[Row]:
    budgets = read_budgets(known)
    rows = []
    for (project, currency, month), rest, spent in _targets(known):
        held, unpriced, count = _reserved(known, project, currency)
        is_running = month == known.as_of.date().replace(day=1)
        held, unpriced, count = (held, unpriced, count) if is_running else (Decimal(0), 0, 0)
        budget, least = budgets.get((project, currency, month)), spent + held
        to_come = _to_come(known, project, currency, rest)
        runway = None
        if is_running and rest.day_mean > 0 and budget is not None:
            runway = About(max(float(budget - least), 0) / rest.day_mean, 0.051)
        rows.append(
            {
                "organization": known.organization, "project_id": project, "month": month, "currency": currency,
                "project_name": known.names["project"].get(project or ""), "spent": spent, "reserved": held,
                "forecast": _about(max(float(spent) + to_come, float(least))),
                "low": _about(max(float(spent) + rest.quantile(to_come, -QUANTILE), float(least))),
                "high": _about(max(float(spent) + rest.quantile(to_come, QUANTILE), float(least))),
                "open_jobs": count, "unpriced_jobs": unpriced, "runway_days": runway,
            }
        )  # fmt: skip
    return rows


def budget_status(known: Knowledge) -> list[Row]:
    budgets, of_file = read_budgets(known), _file(known)
    forecasts = {(row["project_id"], row["currency"], row["month"]): row for row in cost_forecast(known)}
    rows = []
    for key, rest, spent in _targets(known):
        budget, said = budgets.get(key), forecasts[key]
        chance = _chance(rest, _to_come(known, key[0], key[1], rest), spent, budget)
        same = ("organization", "project_id", "project_name", "month", "currency", "spent", "forecast", "low", "high")
        rows.append(
            {name: said[name] for name in (*same, "reserved", "runway_days")}
            | {
                "budget": budget,
                "budget_source": None if budget is None else "budget_file" if key in of_file else "quota",
                "share_spent": float(spent) / float(budget) if budget else None,
                "probability_of_exceeding": None if chance is None else About(chance, 0.001),
                "status": _word(spent, budget, said["forecast"].value, chance),
            }
        )
    return rows


def forecast_accuracy(known: Knowledge) -> list[Row]:
    """What the rule said on each day of the months that are over, known for four weeks."""
    rows = []
    running = known.as_of.date().replace(day=1)
    for (project, currency), costs in costs_by_project(known).items():
        if project is not None:
            continue
        origin = min(costs) + 28 * DAY
        while origin < running:
            month = origin.replace(day=1)
            of_month = {day: cost for day, cost in costs.items() if day.replace(day=1) == month}
            cost = sum(of_month.values(), Decimal(0))
            spent = sum((paid for day, paid in of_month.items() if day < origin), Decimal(0))
            rest = rest_of_month(costs, month, origin)
            low, high = (float(spent) + rest.quantile(rest.mean, z) for z in (-QUANTILE, QUANTILE))
            rows.append(
                {
                    "organization": known.organization, "month": month, "day": origin, "currency": currency,
                    "cost": cost, "spent": spent, "forecast": _about(float(spent) + rest.mean), "low": _about(low),
                    "high": _about(high),
                }
            )  # fmt: skip
            if min(abs(float(cost) - low), abs(float(cost) - high)) > 0.01:
                rows[-1]["is_inside"] = low < float(cost) < high
            origin += DAY
    return rows


def _about(value: float) -> About:
    """A half cent can be rounded either way."""
    return About(value, HALF_A_CENT)


def _targets(known: Knowledge) -> list[tuple[tuple[str | None, str, date], Rest, Decimal]]:
    """Return each scope's running month, and every month with a budget, with what is left of it and what is spent."""
    series, today = costs_by_project(known), known.as_of.date()
    running = today.replace(day=1)
    recent = (running - DAY).replace(day=1)
    keys = {(one, currency, running) for (one, currency), costs in series.items() if max(costs) >= recent}
    found = []
    for project, currency, month in keys | set(read_budgets(known)):
        costs = series.get((project, currency), {})
        spent = sum((cost for day, cost in costs.items() if day.replace(day=1) == month), Decimal(0))
        found.append(((project, currency, month), rest_of_month(costs, month, today), spent))
    return found


def _to_come(known: Knowledge, project: str | None, currency: str, rest: Rest) -> float:
    today = known.as_of.date()
    spent_today = float(costs_by_project(known).get((project, currency), {}).get(today, 0))
    return rest.mean - rest.today + (max(rest.today - spent_today, 0) if rest.today else 0)


def _chance(rest: Rest, mean: float, spent: Decimal, budget: Decimal | None) -> float | None:
    if budget is None or spent > budget:
        return None if budget is None else 1.0
    if mean <= 0:
        return 0.0
    root = (float(budget - spent) / mean) ** (1 / 3) - 1 + rest.variance / (9 * mean**2)
    z = root * 3 * mean / math.sqrt(rest.variance) * NORMAL / QUANTILE
    return 0.5 * math.erfc(z / math.sqrt(2))


def _word(spent: Decimal, budget: Decimal | None, forecast: float, chance: float | None) -> str:
    if budget is None or chance is None:
        return "no_budget"
    if spent > budget:
        return "exceeded"
    return "at_risk" if chance >= 0.2 or forecast > budget else "on_track"


def _reserved(known: Knowledge, project: str | None, currency: str) -> tuple[Decimal, int, int]:
    """Add up the prices of open jobs, a child in its root.s; also say how many have none and how many there are."""
    prices = {
        job.id: _price(known, job)
        for job in known.jobs.values()
        if job.is_qpu and job.json["status"] not in TERMINAL and not job.is_deleted and not job.json["dry_run"]
    }
    counted = []
    for job_id, price in prices.items():
        root = known.root(job_id)
        is_mine = project is None or known.jobs[job_id].json["project_id"] == project
        if is_mine and (root == job_id or prices.get(root) is None) and currency == "USD":
            counted.append(price)
    return sum((price for price in counted if price), Decimal(0)), counted.count(None), len(counted)


def _price(known: Knowledge, job: Job) -> Decimal | None:
    """Price an open job's gates, or its predicted compute time, by the last estimate of its backend."""
    mitigated = bool((job.json["settings"].get("error_mitigation") or {}).get("debiasing"))
    said = known.last.rates.get((job.json["backend"], mitigated))
    if not said:
        return None
    prices, stats, shots = prices_of(said), job.json.get("stats") or {}, job.json.get("shots")
    gates, predicted = stats.get("gate_counts"), stats.get("predicted_quantum_compute_time_us")
    if is_billed_by_time(job, prices):
        time = predicted is not None and "unit_cost" in prices
        return (prices["unit_cost"] * predicted / 1_000_000).quantize(MICROS, ROUND_HALF_UP) if time else None
    if not gates or shots is None or not {"cost_1q_gate", "cost_2q_gate"} <= prices.keys():
        return None
    price = shots * (gates["1q"] * prices["cost_1q_gate"] + gates["2q"] * prices["cost_2q_gate"])
    return max(Decimal(price), prices.get("job_cost_minimum", Decimal(0))).quantize(MICROS, ROUND_HALF_UP)


def read_budgets(known: Knowledge) -> dict[tuple[str | None, str, date], Decimal]:
    """Return the budget of each project, currency and month: the file's, else what is spent and left of the quota."""
    return _quotas(known) | _file(known)


def _quotas(known: Knowledge) -> dict[tuple[str | None, str, date], Decimal]:
    running, found = known.as_of.date().replace(day=1), {}
    for project in known.last.projects or []:
        if project["quotaLimit"] is not None:
            currency = project["unit"].upper()
            costs = costs_by_project(known).get((project["id"], currency), {})
            spent = sum((cost for day, cost in costs.items() if day.replace(day=1) == running), Decimal(0))
            left = Decimal(str(project["quotaLimit"])) - Decimal(str(project["quotaUsage"]))
            found[project["id"], currency, running] = max(left + spent, Decimal(0))
    return found


def _file(known: Knowledge) -> dict[tuple[str | None, str, date], Decimal]:
    """Return the budgets of the file; a line for the month itself goes before one for all."""
    if known.budgets is None:
        return {}
    ids = {name: one for one, name in known.names["project"].items()}
    first = min(min(costs) for costs in costs_by_project(known).values()).replace(day=1)
    months = {first}
    while max(months) < known.as_of.date().replace(day=1):
        months.add((max(months) + 31 * DAY).replace(day=1))
    lines = list(csv.DictReader(line for line in known.budgets.read_text().splitlines() if not line.startswith("#")))
    found: dict[tuple[str | None, str, date], Decimal] = {}
    for line in sorted(lines, key=lambda line: bool(line["month"])):
        project = line["project_id"] or ids.get(line["project_name"])
        for month in [date.fromisoformat(f"{line['month']}-01")] if line["month"] else months:
            found[project, line["currency"] or "USD", month] = Decimal(line["budget"])
    return found
