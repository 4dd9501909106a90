"""What Dagster shows of a resource and of a sync: columns, counts, and the newest rows."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from dagster import MetadataValue, TableColumn, TableRecord, TableSchema

from ionq_data.lake import Lake
from ionq_data.lake.lake import EMPTY
from ionq_data.resources import Resource
from ionq_data.sync.ledger import SyncRecord

_PREVIEW_ROWS = 5
_PREVIEW_COLUMNS = 8
_PREVIEW_CHARACTERS = 60


def column_schema(resource: Resource) -> TableSchema:
    """Return the columns of a resource's files with their types and what they mean."""
    said = {field.name: field.description for field in resource.fields}
    return TableSchema(
        columns=[TableColumn(column.name, str(column.type), said.get(column.name)) for column in resource.schema]
    )


def describe_sync(records: list[SyncRecord]) -> dict[str, Any]:
    """Return what a sync of one resource did, all accounts together: rows, requests, seconds and how far it got."""
    watermarks = [record.watermark for record in records if record.watermark]
    seconds = sum((record.finished_at - record.started_at).total_seconds() for record in records)
    return {
        "accounts": len(records),
        "rows_seen": sum(record.rows_seen for record in records),
        "rows_written": sum(record.rows_written for record in records),
        "rows_rejected": sum(record.rows_rejected for record in records),
        "rows_with_problems": sum(record.rows_with_problems for record in records),
        "requests": sum(record.requests for record in records),
        "duration_seconds": round(seconds, 3),
        "complete": all(record.complete for record in records),
        "notes": [note for record in records for note in record.notes],
    } | ({"watermark": MetadataValue.timestamp(min(watermarks))} if watermarks else {})


def preview(lake: Lake, resource: Resource) -> dict[str, Any]:
    """Return rows of the newest file of a resource, as plain text cells; nothing where there is none."""
    named = (name for account in lake.accounts() for name in lake.files(resource.name, account))
    files = [name for name in named if not name.endswith(f"/{EMPTY}")]
    if not files:
        return {}
    newest = max(files, key=lambda name: name.rpartition("/")[2])
    columns = [field.name for field in resource.fields][:_PREVIEW_COLUMNS]
    with pq.ParquetFile(lake.local([newest])[0]) as file:
        batch: pa.RecordBatch | None = next(file.iter_batches(_PREVIEW_ROWS, columns=columns), None)
    rows = batch.to_pylist() if batch is not None else []
    if not rows:
        return {}
    records = [TableRecord({name: _cell(row[name]) for name in columns}) for row in rows]
    schema = TableSchema(columns=[TableColumn(name, "string") for name in columns])
    return {"preview": MetadataValue.table(records=records, schema=schema)}


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    text = "" if value is None else str(value)
    return text if len(text) <= _PREVIEW_CHARACTERS else text[: _PREVIEW_CHARACTERS - 1] + "…"
