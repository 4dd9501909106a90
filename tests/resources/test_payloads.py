"""Answers that people have published, each read into the right columns (DESIGN 2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ionq_data.api import split_array, split_page
from ionq_data.resources import RESOURCES, Row, read_record
from ionq_data.resources.kinds import JSON
from tests.resources.expected_rows import EXPECTED

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
OF_THE_RECORD = {"_raw", "_hash", "_extracted_at", "_ordered_at", "_run_id", "_deleted"}
RESOURCE = {
    "backends": "backends",
    "characterizations": "characterizations",
    "cost": "job_costs",
    "estimate": "rates",
    "job": "jobs",
    "sessions": "sessions",
    "usage": "usage",
}


def records(resource: str, body: bytes) -> tuple[list[bytes], dict[str, Any]]:
    """Split an answer as the sync of the resource does; return its records and what their request says beside them."""
    match resource:
        case "backends":
            return split_array(body), {}
        case "usage":
            found, envelope = split_page(body, "usage_data", required=False)
            beside = {"group_by": "project", "modality": "daily", "organization": "org"}
            return found, beside | {"amount_unit": envelope["usage_unit"]}
        case "characterizations" | "sessions":
            return split_page(body, resource)[0], {}
        case "job_costs":
            return [body], {"job_id": "j"}
    return [body], {}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_published_answer_becomes_these_rows(name: str) -> None:
    resource = RESOURCES[RESOURCE[name.partition("-")[0]]]
    found, beside = records(resource.name, (PAYLOADS / f"{name}.json").read_bytes())
    rows = []
    for raw in found:
        row = read_record(resource, raw, extracted_at=NOW, run_id="run", context=beside)
        assert isinstance(row, Row), row
        assert row.values.pop("_problems") == []
        written_as_json = {field.name for field in resource.fields if field.kind is JSON and row.values[field.name]}
        opened = {name: json.loads(row.values[name]) for name in written_as_json}
        rows.append(without_nulls({k: v for k, v in (row.values | opened).items() if k not in OF_THE_RECORD}))
    assert rows == EXPECTED[name]


def test_every_published_answer_is_read() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(EXPECTED)


# what else is published of the same kinds


def values(resource: str, record: Any, **beside: Any) -> dict[str, Any]:
    row = read_record(RESOURCES[resource], json.dumps(record).encode(), extracted_at=NOW, run_id="run", context=beside)
    assert isinstance(row, Row), row
    return row.values


def test_rates_that_disagree_are_no_price_and_a_problem() -> None:
    asked = {"estimate_context": {"backend": "qpu.forte-1", "error_mitigation": False}}
    entries = [{"sku": "a", "unit": "gates", "cost_1q_gate": 1}, {"sku": "b", "unit": "gates", "cost_1q_gate": 2}]
    found = values("rates", asked | {"rate_card": {"id": "r", "rates": entries}})
    assert found["rate_information_cost_1q_gate"] is None
    assert [problem.partition(":")[0] for problem in found["_problems"]] == ["rate_information_cost_1q_gate"]
    assert [entry["sku"] for entry in found["rate_card_rates"]] == ["a", "b"]


def test_rates_of_both_kinds_on_one_card() -> None:
    asked = {"estimate_context": {"backend": "qpu.forte-1", "error_mitigation": True}}
    gates = {"sku": "a", "unit": "gates", "cost_1q_gate": 0.1, "cost_2q_gate": 0.2}
    time = {"sku": "b", "unit": "compute_second", "unit_cost": 1.2}
    found = values("rates", asked | {"rate_card": {"id": "r", "rates": [gates, time]}})
    read = (found["rate_information_cost_2q_gate"], found["rate_card_unit_cost"])
    assert [str(price.normalize()) for price in read] == ["0.2", "1.2"]
    assert found["rate_information_job_cost_minimum"] is None
    assert found["_problems"] == []


def test_debiasing_that_is_off_in_the_output_is_no_broken_branch() -> None:
    off = values("jobs", {"id": "a", "output": {"error_mitigation": {"debiasing": False}}})
    variants = [{"variant_id": "v", "qubit_map": [0], "shots": 10}]
    debiasing = {"variants": variants, "aggregation_method": "average"}
    on = values("jobs", {"id": "a", "output": {"error_mitigation": {"debiasing": debiasing}}})
    assert (off["output_error_mitigation_debiasing"], off["_problems"], off["_drift"]) == (False, [], None)
    assert on["settings_error_mitigation_debiasing"] is True
    assert on["output_error_mitigation_debiasing_aggregation_method"] == "average"
    assert json.loads(on["output_error_mitigation_debiasing_variants"]) == variants


def test_what_nobody_knows_is_kept_as_drift_and_never_its_text() -> None:
    record = {"id": "a", "status": "paused", "settings": {"compilation": {"seed": 7}}, "secret": "s", "none": None}
    found = values("jobs", record)
    assert found["_drift"] == [
        {"kind": "unknown_field", "path": "secret", "type": "string"},
        {"kind": "unknown_value", "path": "status", "type": "string"},
        {"kind": "unknown_field", "path": "settings.compilation.seed", "type": "number"},
    ]
    groups = [{"group_id": "p", "region": "eu", "amounts": [{"amount": 1, "unit": "USD", "tax": {}}]}] * 2
    day = {"from": "2026-08-01", "group_usages": groups}
    assert values("usage", day, group_by="project", modality="daily")["_drift"] == [
        {"kind": "unknown_field", "path": "group_usages[].region", "type": "string"},
        {"kind": "unknown_field", "path": "group_usages[].amounts[].tax", "type": "object"},
    ]


def test_a_quota_may_be_a_number_or_a_text() -> None:
    found = values("projects", {"id": "p", "name": "P", "quotaUsage": "12.5", "quotaLimit": 100, "unit": "usd"})
    assert [str(found[name].normalize()) for name in ("quotaUsage", "quotaLimit")] == ["12.5", "1E+2"]
    assert values("projects", {"id": "p", "quotaLimit": "much"})["_problems"]
