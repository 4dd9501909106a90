"""Answers that accounts have seen and that no contract describes; faults switch them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ionq_data.emulator.faults import Faults


def with_oddities(faults: Faults, path: str, content: Any) -> Any:
    """Return an answer after the faults that are on for its path."""
    if isinstance(content, dict) and faults.any_on:
        for kind, change in ODDITIES.items():
            if faults.take(path, {kind}):
                change(content)
    return content


def _records(content: dict[str, Any]) -> list[dict[str, Any]]:
    listed = [value for value in content.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    return listed[0] if listed else [content]


def _null_lists(content: dict[str, Any]) -> None:
    for name, value in content.items():
        if value == []:
            content[name] = None


def _empty_cursor(content: dict[str, Any]) -> None:
    if "next" in content:
        content["next"] = ""


def _error_for_message(content: dict[str, Any]) -> None:
    for record in _records(content):
        if failure := record.get("failure"):
            failure["error"] = failure.pop("message")


def _warnings(content: dict[str, Any]) -> None:
    for record in _records(content):
        if "submitter_id" in record:
            record["warning"] = {"messages": ["The backend was degraded while the job ran."]}


def _null_qubits(content: dict[str, Any]) -> None:
    for record in _records(content):
        if "fidelity" in record:
            record["qubits"] = None


def _dates_with_times(content: dict[str, Any]) -> None:
    for record in _records(content):
        if "group_usages" in record:
            record["from"] += "T00:00:00Z"


def _expiry_at_the_top(content: dict[str, Any]) -> None:
    for record in _records(content):
        if expires_at := record.get("settings", {}).pop("expires_at", None):
            record["expires_at"] = expires_at


def _settings_in_output(content: dict[str, Any]) -> None:
    """Describe the compilation as older jobs do: in `output`, not in `settings`."""
    for record in _records(content):
        compilation = record.get("settings", {}).pop("compilation", None)
        if compilation and "compilation" in record["output"]:
            record["output"]["compilation"] |= compilation


def _no_timing(content: dict[str, Any]) -> None:
    for record in _records(content):
        if "fidelity" in record:
            record["timing"] = {}


def _rate_in_between(content: dict[str, Any]) -> None:
    """Write a rate by compute time as the API did between the two contracts: in cents, with null gate prices."""
    rates = content.get("rate_card", {}).get("rates", [])
    if not rates or rates[0]["unit"] != "compute_second":
        return
    context = content.pop("estimate_context")
    del content["rate_card"], context["project"]
    content["input_values"] = context
    content["cost_unit"] = content.pop("estimated_unit")
    content["estimated_cost"] = content.pop("estimated_total_cost")
    content["rate_information"] = {
        "qct_cost_cents": rates[0]["unit_cost"] * 100, "rate_type": "qct", "job_cost_minimum": None,
        "cost_2q_gate": None, "cost_1q_gate": None, "organization": context.pop("organization"),
    }  # fmt: skip
    for name in ("estimated_execution_time", "current_predicted_queue_time"):
        content[name] //= 1000


def _unknown_fields(content: dict[str, Any]) -> None:
    for record in _records(content):
        record["added_upstream"] = {"since": "2026-11-01"}


ODDITIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "null_lists": _null_lists, "empty_cursor": _empty_cursor, "failure_error": _error_for_message,
    "job_warnings": _warnings, "null_qubits": _null_qubits, "unknown_fields": _unknown_fields,
    "usage_date_times": _dates_with_times, "expiry_at_the_top": _expiry_at_the_top,
    "settings_in_output": _settings_in_output, "no_timing": _no_timing, "rate_in_between": _rate_in_between,
}  # fmt: skip
"""The effect of each kind of fault on an answer: empty lists are null, every cursor is an empty text, and so on."""
