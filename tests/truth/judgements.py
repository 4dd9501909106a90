"""``cost_audit`` by the formula that its description gives."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.truth.costs import split
from tests.truth.knowledge import MICROS, Bill, Job, Knowledge, instant

Row = dict[str, Any]
DAY = timedelta(days=1)
Costs = dict[date, Decimal]


def costs_by_project(known: Knowledge) -> dict[tuple[str | None, str], Costs]:
    """Return each project's costs by date, in each currency; None stands for the whole organization."""
    series: dict[tuple[str | None, str], Costs] = defaultdict(lambda: defaultdict(Decimal))
    for one in split(known, "project"):
        series[None, one.currency][one.day] += one.sum.cost
        if one.member is not None:
            series[one.member, one.currency][one.day] += one.sum.cost
    return series


def rates_in_force(known: Knowledge) -> list[Row]:
    """The last estimate of each backend, with and without error mitigation."""
    return [
        {
            "organization": known.organization,
            "backend": backend,
            "is_debiased": mitigated,
            "observed_at": instant(said["estimated_at"]),
            "currency": str(said.get("cost_unit") or said.get("estimated_unit")).upper(),
            "minimum_cost": prices.get("job_cost_minimum"),
            "cost_per_1q_gate_shot": prices.get("cost_1q_gate"),
            "cost_per_2q_gate_shot": prices.get("cost_2q_gate"),
            "cost_per_compute_second": prices.get("unit_cost"),
        }
        for (backend, mitigated), said in known.last.rates.items()
        for prices in [prices_of(said)]
    ]


def cost_audit(known: Knowledge) -> list[Row]:
    rates: dict[tuple[str, bool], list[tuple[datetime, Row]]] = defaultdict(list)
    for visit in known.whole:
        for key, said in visit.rates.items():
            rates[key].append((instant(said["estimated_at"]), said))  # type: ignore[arg-type]
    return [
        _audited(known, known.jobs[key], bill, rates)
        for key, bill in known.counted_bills.items()
        if known.jobs[key].is_qpu
    ]


def _audited(known: Knowledge, job: Job, bill: Bill, rates: dict[tuple[str, bool], list[tuple[datetime, Row]]]) -> Row:
    mitigation = (job.json["settings"].get("error_mitigation") or {}).get("debiasing")
    row: Row = {
        "job_id": job.id, "organization": known.organization, "backend": job.json["backend"],
        "is_debiased": bool(mitigation), "billed_cost": bill.cost, "currency": bill.currency,
        "is_settled": bill.is_settled, "expected_cost": None, "difference": None,
    }  # fmt: skip
    observed = rates[job.json["backend"], bool(mitigation)]
    if not observed:
        return row | {"verdict": "no_rate"}
    in_force = [said for at, said in observed if at <= (job.started or job.submitted)]
    said = in_force[-1] if in_force else observed[0][1]
    if str(said.get("cost_unit") or said.get("estimated_unit")).upper() != bill.currency:
        return row | {"verdict": "other_currency"}
    prices = prices_of(said)
    by_time = is_billed_by_time(job, prices)
    needed = {"unit_cost"} if by_time else {"cost_1q_gate", "cost_2q_gate"}
    if job.started and not needed <= prices.keys():
        return row | {"verdict": "no_price"}
    expected = _price(job, prices, by_time=by_time)
    assert bill.cost is not None
    difference = bill.cost - expected
    verdict = _verdict(job, bill, difference, is_later=not in_force)
    return row | {"expected_cost": expected, "difference": difference, "verdict": verdict}


def is_billed_by_time(job: Job, prices: Row) -> bool:
    """Tell what a job is billed on: what its model says, else what the estimate has a price for."""
    model = job.json.get("cost_model")
    return model == "QCT" or (model != "2QGE_operations" and prices.keys() == {"unit_cost"})


def prices_of(said: Row) -> Row:
    """Return the prices that an estimate says, of gates and of compute time, in either contract's shape."""
    card = said.get("rate_card") or {}
    entries = [said.get("rate_information") or {}, card, *card.get("rates", [])]
    names = ("job_cost_minimum", "cost_1q_gate", "cost_2q_gate", "unit_cost")
    return {name: Decimal(entry[name]) for entry in entries for name in names if entry.get(name) is not None}


def _price(job: Job, prices: Row, *, by_time: bool) -> Decimal:
    stats, shots = job.json["stats"], job.json.get("shots")
    if job.started is None:
        return Decimal(0)
    if by_time:
        price = prices["unit_cost"] * stats["billed_quantum_compute_time_us"] / 1_000_000
    else:
        gates = stats["gate_counts"]
        price = shots * (gates["1q"] * prices["cost_1q_gate"] + gates["2q"] * prices["cost_2q_gate"])
        price = max(price, prices.get("job_cost_minimum", Decimal(0)))
    return Decimal(price).quantize(MICROS, ROUND_HALF_UP)


def _verdict(job: Job, bill: Bill, difference: Decimal, *, is_later: bool) -> str:
    if abs(difference) <= Decimal("0.005"):
        return "agrees_with_later_rate" if is_later else "agrees"
    if job.json["status"] == "failed" and difference < 0:
        return "partly_billed"
    if not bill.is_settled:
        return "not_settled"
    return "differs_from_later_rate" if is_later else "overbilled" if difference > 0 else "underbilled"
