"""Answers that accounts have met and no contract describes, switched on as faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ionq_data.emulator.faults import Faults


def with_oddities(faults: Faults, path: str, content: Any) -> Any:
    """Return an answer as the faults that are on for its path leave it."""
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


def _unknown_fields(content: dict[str, Any]) -> None:
    for record in _records(content):
        record["added_upstream"] = {"since": "2026-11-01"}


ODDITIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "null_lists": _null_lists, "empty_cursor": _empty_cursor, "failure_error": _error_for_message,
    "job_warnings": _warnings, "null_qubits": _null_qubits, "unknown_fields": _unknown_fields,
}  # fmt: skip
"""What each kind of fault does to an answer: empty lists are null, every cursor is an empty text, and so on."""
