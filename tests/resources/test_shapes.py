"""The reference's shape of a record and the live API's fill the same columns (DESIGN 2.9, 2.18)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ionq_data.resources import RESOURCES, Row, read_record
from tests.sync import records

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def values(name: str, record: Any, **context: Any) -> dict[str, Any]:
    raw = json.dumps(record).encode()
    row = read_record(RESOURCES[name], raw, extracted_at=NOW, run_id="run", context=context)
    assert isinstance(row, Row), row
    assert row.values["_problems"] == []
    return {column: value for column, value in row.values.items() if not column.startswith("_")}


def test_an_estimate_in_either_shape() -> None:
    rates = {"job_cost_minimum": 25.79, "cost_1q_gate": 0.0001645, "cost_2q_gate": 0.001121, "organization": "o"}
    asked = {"input_values": {"backend": "qpu.forte-1", "error_mitigation": False, "1q_gates": 5}}
    reference = {"rate_information": rates, "estimated_cost": 25.79, "cost_unit": "usd"}
    live = {"rate_card": rates, "estimated_total_cost": 25.79, "estimated_unit": "usd"}
    assert values("rates", asked | reference) == values("rates", asked | live)
    found = values("rates", asked | live)
    assert found["rate_information_cost_1q_gate"] == Decimal("0.0001645")
    assert (found["estimated_cost"], found["cost_unit"]) == (Decimal("25.79"), "usd")


def test_a_usage_date_in_either_shape() -> None:
    day = {"amount": 20.5, "job_count": 2, "time_us": 1.5}
    group = {"group_id": "p", "group_name": "P", **day}
    live = {"amount_unit": "USD", "amounts": [{"amount": 20.5, "unit": "USD"}]}
    beside = {"group_by": "project", "modality": "daily", "amount_unit": "USD"}
    reference = values("usage", {"from": "2026-03-01", **day, "group_usages": [group]}, **beside)
    found = values("usage", {"from": "2026-03-01T00:00:00Z", **day, **live, "group_usages": [group | live]}, **beside)
    assert found["from"] == reference["from"] == date(2026, 3, 1)
    assert found["amounts"] == [{"amount": Decimal("20.5"), "unit": "USD"}]
    assert found["group_usages"][0]["amount_unit"] == "USD"
    assert reference["group_usages"][0]["amount_unit"] is None
    for unlike in (found, reference):
        del unlike["amounts"], unlike["group_usages"]
    assert found == reference


def test_a_job_in_either_shape() -> None:
    by_url = {
        "results": {"probabilities": {"url": "/v0.4/jobs/a/results/probabilities"}},
        "cost_model": "execution_time",
    }
    form = "ionq.result.probabilities.json.v2"
    by_format = {"results": {form: {"id": f"a/{form}", "format": form, "media_type": "application/json"}}}
    assert json.loads(values("jobs", records.job("a", NOW, **by_url))["results"]) == by_url["results"]
    found = values("jobs", records.job("a", NOW, **by_format, cost_model="2QGE_operations", queue_position=3))
    assert json.loads(found["results"]) == by_format["results"]
    assert found["cost_model"] == "2QGE_operations"


def test_debiasing_is_a_switch_or_its_settings() -> None:
    for said, meant in ((True, True), (False, False), ({"phi_chi_twirling": {"p2q": 0.5}}, True), (None, None)):
        found = values("jobs", records.job("a", NOW, settings={"error_mitigation": {"debiasing": said}}))
        assert found["settings_error_mitigation_debiasing"] is meant


def test_a_fidelity_is_a_median_or_of_old_a_mean() -> None:
    new = records.characterization("c", NOW) | {"fidelity": {"2q": {"median": 0.99, "stderr": 0.001}}}
    old = records.characterization("c", NOW) | {"fidelity": {"2q": {"mean": 0.99, "stderr": 0.001}}}
    assert values("characterizations", new) == values("characterizations", old)
    assert values("characterizations", old)["fidelity_2q_median"] == 0.99


def test_a_timing_is_a_fraction_of_a_second() -> None:
    record = records.characterization("c", NOW) | {"timing": {"1q": 0.000135, "t1": 100}}
    found = values("characterizations", record)
    assert (found["timing_1q"], found["timing_t1"]) == (0.000135, 100.0)


def test_a_backend_may_carry_more_than_the_reference_says() -> None:
    found = values("backends", records.backend("qpu.new-1", NOW) | {"supported_gates": ["gpi", "zz"], "x": {"y": 1}})
    assert found["supported_gates"] == ["gpi", "zz"]


def test_what_the_api_warns_of_is_kept() -> None:
    warned = records.job("a", NOW, warning={"messages": ["deprecated gate", "few shots"]})
    assert values("jobs", warned)["warning_messages"] == ["deprecated gate", "few shots"]
    assert values("jobs", records.job("a", NOW, warning={}))["warning_messages"] is None
