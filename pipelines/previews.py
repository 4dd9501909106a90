"""A few rows of a table, in the form that Dagster shows beside an asset."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dagster import MetadataValue, TableColumn, TableRecord, TableSchema

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8
_LONGEST_CELL = 60


def preview_of(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> dict[str, Any]:
    """Return rows as metadata, in plain text cells; empty if there are none."""
    records = [TableRecord(dict(zip(columns, map(_cell, row), strict=True))) for row in rows]
    if not records:
        return {}
    schema = TableSchema(columns=[TableColumn(name, "string") for name in columns])
    return {"preview": MetadataValue.table(records=records, schema=schema)}


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        value = moment.isoformat(sep=" ", timespec="seconds")
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
