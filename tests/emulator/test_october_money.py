"""What October's contract says otherwise about money: amounts by currency, rate cards of two kinds, no price at all."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.emulator.conftest import Api

CREDITS_A_DOLLAR = Decimal("1.25")


def money(amount: float) -> Decimal:
    return Decimal(str(amount))


def by_unit(entry: dict[str, Any], member: str = "amounts") -> dict[str, Decimal]:
    return {one["unit"]: money(one["amount"]) for one in entry[member]}


@pytest.mark.parametrize("modality", ["daily", "weekly", "monthly"])
def test_usage_has_the_sum_of_costs_by_currency(october: Api, modality: str) -> None:
    bills: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for job in october.jobs():
        if cost := october.get(f"/jobs/{job['id']}/cost").get("cost"):
            unit = {"usd": "USD", "credit": "credit"}[cost["unit"]]
            bills[job["completed_at"][:10], unit] += money(cost["value"])
    for grouping in ("project", "user", "job"):
        report = october.usage(group_by=grouping, modality=modality)
        starts = [period["from"] for period in report["usage_data"]]
        for start, following, period in zip(starts, ["9999", *starts], report["usage_data"], strict=False):
            expected: defaultdict[str, Decimal] = defaultdict(Decimal)
            for (day, unit), amount in bills.items():
                if start <= day < following and amount:
                    expected[unit] += amount
            assert by_unit(period) == (expected or {"USD": 0})
            amounts = [group["amount"] for group in period["group_usages"]]
            assert amounts == sorted(amounts, reverse=True)
            listed: defaultdict[str, Decimal] = defaultdict(Decimal)
            for group in period["group_usages"]:
                for unit, amount in by_unit(group).items():
                    listed[unit] += amount
            assert all(listed[unit] <= amount for unit, amount in by_unit(period).items())
            assert len(amounts) == 5 or sum(listed.values()) == sum(expected.values())


def test_amounts_are_normalized_where_the_range_has_credits(october: Api) -> None:
    report = october.usage(start_date="2026-02-10", end_date="2026-03-10")
    assert report["usage_unit"] == "credit"
    days = {period["from"]: period for period in report["usage_data"]}
    assert {period["amount_unit"] for period in days.values()} == {"credit"}
    for entry in [*days.values(), *(group for period in days.values() for group in period["group_usages"])]:
        parts = by_unit(entry)
        exact = parts.get("credit", Decimal()) + CREDITS_A_DOLLAR * parts.get("USD", Decimal())
        assert abs(money(entry["amount"]) - exact) <= Decimal("0.0000005")
    # The same date asked for alone has another amount, and the same money.
    dollars_only = [day for day, period in days.items() if set(by_unit(period)) == {"USD"} and period["amount"]]
    assert dollars_only
    for day in dollars_only:
        alone = october.usage(start_date=day, end_date=day)
        (period,) = alone["usage_data"]
        assert (alone["usage_unit"], period["amount_unit"]) == ("USD", "USD")
        assert period["amount"] != days[day]["amount"]
        assert by_unit(period) == by_unit(days[day])


def test_the_end_date_is_in_the_range(october: Api, may: Api) -> None:
    asked = {"group_by": "user", "modality": "daily", "start_date": "2026-03-03", "end_date": "2026-03-05"}
    shown = []
    for api in (may, october):
        report = api.get(f"/organizations/{api.server.organization_id}/usage", **asked)
        shown.append([period["from"] for period in report["usage_data"]])
    assert shown == [["2026-03-04", "2026-03-03"], ["2026-03-05", "2026-03-04", "2026-03-03"]]


def test_rate_cards_are_of_both_kinds(october: Api) -> None:
    asked = {"shots": 1000, "qubits": 12, "1q_gates": 100, "2q_gates": 50}
    gates = october.get("/jobs/estimate", backend="qpu.forte-1", **asked)
    assert gates["rate_card"]["rates"] == [
        {"sku": "forte-1", "unit": "gates", "cost_1q_gate": 0.0001645, "cost_2q_gate": 0.001121,
         "job_cost_minimum": 25.79},
    ]  # fmt: skip
    assert (gates["estimated_total_cost"], gates["estimated_unit"]) == (72.5, "usd")
    assert "estimated_quantum_compute_time_us" not in gates
    assert gates["estimate_context"] == {
        "backend": "qpu.forte-1", "type": "ionq.circuit.v1", **asked, "error_mitigation": False,
        "organization": october.server.organization_id, "project": None,
    }  # fmt: skip
    debiased = october.get("/jobs/estimate", backend="qpu.forte-1", error_mitigation="true", **asked)
    assert debiased["rate_card"]["rates"][0]["job_cost_minimum"] == debiased["estimated_total_cost"] == 168.195
    timed = october.get("/jobs/estimate", backend="qpu.forte-enterprise-1", **asked)
    assert timed["rate_card"]["rates"] == [
        {"sku": "forte-enterprise-1-qct", "unit": "compute_second", "unit_cost": 1.2},
    ]  # fmt: skip
    exact = Decimal("1.2") * timed["estimated_quantum_compute_time_us"] / 1_000_000
    assert abs(money(timed["estimated_total_cost"]) - exact) <= Decimal("0.0000005")
    free = october.get("/jobs/estimate", backend="simulator", **asked)
    assert (free["rate_card"]["rates"], free["estimated_total_cost"]) == ([], 0)


def test_a_key_of_the_project_in_credits_is_told_credits(fresh: Callable[..., Api]) -> None:
    api = fresh()
    assert {api.get("/jobs/estimate", backend="qpu.forte-1")["estimated_unit"]} == {"usd"}
    project = next(one for one in api.get("/projects")["projects"] if one["unit"] == "credit")
    assert sum(one["unit"] == "credit" for one in api.get("/projects")["projects"]) == 1
    assert project["quotaUsage"] >= 0
    assert project["quotaLimit"] > 0


def test_costs_in_every_form(october: Api) -> None:
    """A bill, a bill without an estimate, an estimate alone, and nothing but whether it was a dry run."""
    forms: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    decimals = set()
    for job in october.jobs():
        cost = october.get(f"/jobs/{job['id']}/cost")
        forms[tuple(sorted(cost))].add("simulator" if job["backend"] == "simulator" else "qpu")
        decimals.add(-money(cost.get("cost", {}).get("value", 0)).normalize().as_tuple().exponent)
    assert dict(forms) == {
        ("cost", "dry_run", "estimated_cost"): {"qpu"}, ("cost", "dry_run"): {"qpu"},
        ("dry_run", "estimated_cost"): {"qpu"}, ("dry_run",): {"simulator"},
    }  # fmt: skip
    assert max(decimals) == 6


def test_billed_compute_time_and_cost_model_agree_with_the_bill(october: Api) -> None:
    seen = defaultdict(int)
    misbilled = set(october.emulator.truth()["misbilled_job_ids"])
    for job in october.jobs(status="completed"):
        if job["backend"] == "simulator":
            assert "cost_model" not in job
            continue
        cost = october.get(f"/jobs/{job['id']}/cost").get("cost", {}).get("value")
        billed_us = job["stats"].get("billed_quantum_compute_time_us")
        by_time = "enterprise" in job["backend"]
        assert job["cost_model"] == ("QCT" if by_time else "2QGE_operations")
        if not by_time or cost is None:
            assert by_time or not billed_us
        elif cost and job["id"] not in misbilled and job["started_at"] > "2026-02-21":
            revised = money(cost) != round(Decimal("1.2") * billed_us / 1_000_000, 6)
            seen["revised" if revised else "exact"] += 1
    assert seen["exact"] > 25
    assert seen["revised"] < seen["exact"] / 5
