"""Prices, bills that settle, estimates, and the usage report."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest

from ionq_data.emulator.history import simulate
from ionq_data.emulator.instants import HOUR_MS, NEVER
from ionq_data.emulator.lives import CANCELED, COMPLETED
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.prices import Priced, price_micros
from tests.emulator.conftest import ANCHOR, CONTRACTS, SMALL, Api

PUBLIC_1Q, PUBLIC_2Q, MINIMUM, MINIMUM_DEBIASED = map(Decimal, ("0.0001645", "0.001121", "25.79", "168.195"))


STEPS = {"2026-05": Decimal("0.01"), "2026-10": Decimal("0.000001")}
COMPUTE_SECOND = Decimal("1.2")


def price(shots: int, gates_1q: int, gates_2q: int, *, debiased: bool) -> Decimal:
    minimum = MINIMUM_DEBIASED if debiased else MINIMUM
    return max(minimum, shots * (gates_1q * PUBLIC_1Q + gates_2q * PUBLIC_2Q))


def costs(api: Api) -> dict[str, dict[str, Any]]:
    return {job["id"]: api.get(f"/jobs/{job['id']}/cost") for job in api.jobs()}


def dollars(amount: float) -> Decimal:
    return Decimal(str(amount))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_bills_follow_the_public_formula(contract: Any) -> None:
    history = simulate(replace(SMALL, contract=contract))
    jobs = history.jobs
    current = history.rates[2]
    plain = jobs.is_billable & (jobs.final == COMPLETED) & ~jobs.is_misbilled
    plain &= (jobs.started >= current.valid_from_ms) & (jobs.started < history.rates[3].valid_from_ms)
    assert plain.sum() > 200
    for at in np.flatnonzero(plain).tolist():
        expected = price(
            int(jobs.shots[at]), int(jobs.gates_1q[at]), int(jobs.gates_2q[at]), debiased=bool(jobs.is_debiased[at])
        )
        if jobs.is_by_time[at]:
            expected = COMPUTE_SECOND * int(jobs.compute_us[at]) / 1_000_000
        billed = Decimal(int(jobs.final_micros[at])) / 1_000_000
        assert billed == expected.quantize(STEPS[contract], ROUND_HALF_UP)
    by_time = np.array([model.is_by_time for model in MODELS])[jobs.machine]
    assert (jobs.is_by_time == (by_time & (contract == "2026-10"))).all()
    assert (jobs.compute_us[~jobs.is_by_time] == 0).all()
    assert (jobs.compute_us[jobs.is_by_time & (jobs.final_micros > 0)] > 0).all()


def test_rates_change_and_rounding_is_half_up() -> None:
    rates = simulate(SMALL).rates
    at = np.array([rate.valid_from_ms for rate in rates] + [rates[2].valid_from_ms - 1])
    none, one = np.zeros(len(at), dtype=np.int64), np.ones(len(at), dtype=np.int64)

    def prices(seconds: int = 0, *, debiased: bool = False, step: int = 10_000) -> list[float]:
        no, yes = none.astype(bool), one.astype(bool)
        priced = Priced(one, none, none, seconds * one, yes if debiased else no, yes if seconds else no)
        return (price_micros(rates, at, priced, step=step) / 10_000).tolist()

    assert prices() == [2300, 2450, 2579, 2700, 2450]
    assert prices(debiased=True) == [15000, 16000, 16820, 17600, 16000]
    assert prices(debiased=True, step=1) == [15000, 16000, 16819.5, 17600, 16000]
    # Microseconds of compute time: 12.345678 s at 1.06, 1.13, 1.2 and 1.27, to the cent and to the millionth.
    assert prices(12_345_678) == [1309, 1395, 1481, 1568, 1395]
    assert prices(12_345_678, step=1) == [1308.6419, 1395.0616, 1481.4814, 1567.9011, 1395.0616]
    # Half a millionth is rounded up: 0.000005 s at 1.1 a second would be 0.0000055.
    assert prices(5, step=1) == [0.0005, 0.0006, 0.0006, 0.0006, 0.0006]


def test_who_is_billed() -> None:
    jobs = simulate(SMALL.__class__(seed=3, days=60, jobs=6000, anchor=ANCHOR)).jobs
    assert (jobs.final_micros[jobs.final == CANCELED] == 0).all()
    for free in (jobs.is_dry, jobs.machine == SIMULATOR, ~jobs.is_billable):
        assert (jobs.final_micros[free] == 0).all()
        assert (jobs.shown_ms[free] == NEVER).all()
    assert (jobs.estimated_micros[jobs.is_dry] > 0).all()
    failed = (jobs.final == 4) & (jobs.started < NEVER) & jobs.is_billable
    assert (jobs.final_micros[failed] > 0).any()
    assert (jobs.final_micros[failed] == 0).any()
    parents = np.flatnonzero((jobs.children > 0) & (jobs.machine != SIMULATOR))
    billed_parents = jobs.is_billable[parents]
    assert billed_parents.any()
    assert not billed_parents.all()
    for parent, billed in zip(parents.tolist(), billed_parents.tolist(), strict=True):
        members = slice(parent + 1, parent + 1 + int(jobs.children[parent]))
        assert (jobs.is_billable[members] != billed).all()


def test_a_revised_bill_changes_once_within_a_day() -> None:
    jobs = simulate(SMALL).jobs
    billed = jobs.shown_ms < NEVER
    revised = billed & (jobs.final_ms > jobs.shown_ms)
    assert 0.05 < revised.sum() / billed.sum() < 0.2
    assert (jobs.shown_ms[billed] > jobs.ended[billed]).all()
    assert (jobs.final_ms[revised] - jobs.shown_ms[revised] < 23 * HOUR_MS).all()
    assert (jobs.final_ms[billed] - jobs.ended[billed] <= 48 * HOUR_MS).all()


@pytest.mark.parametrize("hours", [0, 7, 72])
@pytest.mark.parametrize("modality", ["daily", "weekly", "monthly"])
def test_usage_equals_the_sum_of_costs(fresh: Callable[..., Api], hours: int, modality: str) -> None:
    api = fresh(jobs=500, contract="2026-05")
    api.emulator.clock.advance(timedelta(hours=hours))
    ended = {job["id"]: job["completed_at"] for job in api.jobs()}
    by_day: defaultdict[str, Decimal] = defaultdict(Decimal)
    for job_id, cost in costs(api).items():
        if "cost" in cost:
            by_day[ended[job_id][:10]] += dollars(cost["cost"]["value"])
    for grouping in ("project", "user", "job"):
        report = api.usage(group_by=grouping, modality=modality)
        starts = [period["from"] for period in report["usage_data"]]
        assert starts == sorted(starts, reverse=True)
        assert starts[-1] == "2026-01-01"
        for start, following, period in zip(starts, ["9999", *starts], report["usage_data"], strict=False):
            expected = sum((v for day, v in by_day.items() if start <= day < following), Decimal())
            assert dollars(period["amount"]) == expected
            amounts = [group["amount"] for group in period["group_usages"]]
            assert amounts == sorted(amounts, reverse=True)
            assert len(amounts) <= 5
            if len(amounts) < 5:
                assert sum(map(dollars, amounts)) == expected
        assert dollars(report["amount_total"]) == sum(by_day.values())


def test_only_the_five_dearest_groups_are_listed(api: Api) -> None:
    monthly = api.usage(modality="monthly")["usage_data"]
    full = [period for period in monthly if len(period["group_usages"]) == 5]
    assert full
    for period in full:
        assert sum(dollars(group["amount"]) for group in period["group_usages"]) < dollars(period["amount"])
        assert sum(group["job_count"] for group in period["group_usages"]) < period["job_count"]


def test_usage_range_and_empty_dates(api: Api) -> None:
    report = api.usage(start_date="2020-02-28", end_date="2020-03-01")
    assert [period["from"] for period in report["usage_data"]] == ["2020-03-01", "2020-02-29", "2020-02-28"]
    assert all(
        (period["amount"], period["job_count"], period["time_us"], period["group_usages"]) == (0, 0, 0, [])
        for period in report["usage_data"]
    )
    day, next_day = (api.usage(start_date=f"2026-03-0{n}", end_date=f"2026-03-0{n}") for n in (3, 4))
    both = api.usage(start_date="2026-03-03", end_date="2026-03-04")
    assert both["usage_data"] == next_day["usage_data"] + day["usage_data"]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [({"group_by": "team"}, "group_by"), ({"modality": ""}, "modality"), ({"start_date": "soon"}, "start_date"),
     ({"end_date": "2025-12-31"}, "end_date"), ({"start_date": "1990-01-01"}, "end_date")],
)  # fmt: skip
def test_wrong_usage_parameters_are_named(api: Api, wrong: dict[str, str], key: str) -> None:
    asked = {"group_by": "user", "modality": "daily", "start_date": "2026-01-01", "end_date": "2026-01-02"}
    path = f"/organizations/{api.server.organization_id}/usage"
    answer = api.ask(path, **{**asked, **wrong})
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, [key])
    asked.pop(key)
    assert api.ask(path, **asked).json()["validation"]["keys"] == [key]


def test_recent_dates_are_restated_as_bills_settle(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=900)
    dates = {"start_date": "2026-03-09", "end_date": "2026-03-10"}
    amounts = []
    for _ in range(4):
        amounts.append(api.usage(**dates)["amount_total"])
        api.emulator.clock.advance(timedelta(days=1))
    assert amounts[0] < amounts[-1]
    assert amounts[-1] == amounts[-2]


def test_estimates_differ_from_bills(api: Api) -> None:
    known = [cost for cost in costs(api).values() if cost.get("cost", {}).get("value") and "estimated_cost" in cost]
    differing = sum(cost["cost"]["value"] != cost["estimated_cost"]["value"] for cost in known)
    assert 0.3 < differing / len(known) < 1


def test_the_estimate_endpoint_names_the_rates_in_force(fresh: Callable[..., Api]) -> None:
    api = fresh(contract="2026-05")
    asked = {"backend": "qpu.aria-1", "shots": 1000, "1q_gates": 100, "2q_gates": 50}
    plain = api.get("/jobs/estimate", **asked)
    assert plain["estimated_cost"] == 72.5
    assert plain["rate_information"] == {
        "job_cost_minimum": 25.79, "cost_1q_gate": 0.0001645, "cost_2q_gate": 0.001121,
        "organization": api.server.organization_id,
    }  # fmt: skip
    assert api.get("/jobs/estimate", **asked, error_mitigation="true")["estimated_cost"] == 168.195
    assert api.get("/jobs/estimate", backend="simulator")["estimated_cost"] == 0
    api.emulator.clock.advance(timedelta(days=25))
    assert api.get("/jobs/estimate", **asked)["rate_information"]["job_cost_minimum"] == 27.0
    assert api.ask("/jobs/estimate").json()["validation"]["keys"] == ["backend"]


@pytest.mark.parametrize(("contract", "unit"), [("2026-05", "credits"), ("2026-10", "credit")])
def test_one_project_can_be_billed_in_credits(fresh: Callable[..., Api], contract: str, unit: str) -> None:
    """From the middle of the history on."""
    api = fresh(credits=True, jobs=500, contract=contract)
    billed = {job_id: cost["cost"]["unit"] for job_id, cost in costs(api).items() if "cost" in cost}
    jobs = {job["id"]: job for job in api.jobs()}
    in_credits = [jobs[job_id] for job_id, told in billed.items() if told == unit]
    assert set(billed.values()) == {"usd", unit}
    assert len({job["project_id"] for job in in_credits}) == 1
    assert min(job["submitted_at"] for job in in_credits) > "2026-02-23T18"
    earlier = [jobs[job_id] for job_id, told in billed.items() if told == "usd"]
    assert in_credits[0]["project_id"] in {job["project_id"] for job in earlier}
    totals = api.emulator.truth()["totals"]
    assert Decimal(totals["credits"]) > 0
    if contract == "2026-05":
        assert dollars(api.usage()["amount_total"]) == Decimal(totals["cost"])
    else:
        told = {one["unit"]: dollars(one["amount"]) for one in api.usage()["amount_totals"]}
        assert told == {"USD": Decimal(totals["cost"]), "credit": Decimal(totals["credits"])}
