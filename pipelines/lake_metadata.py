"""The metadata that Dagster shows about a resource and a sync: columns, counts, and the newest rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from dagster import MetadataValue, TableColumn, TableSchema

from ionq_data.lake import Lake
from ionq_data.lake.lake import EMPTY
from ionq_data.lake.ledger import NOT_AVAILABLE, SyncRecord
from ionq_data.resources import Resource
from pipelines.previews import PREVIEW_COLUMNS, PREVIEW_ROWS, preview_of


def resource_columns(resource: Resource) -> TableSchema:
    """Return the columns of a resource's files with their types and meaning."""
    return column_schema(resource.schema, {field.name: field.description for field in resource.fields})


def column_schema(schema: pa.Schema, meanings: Mapping[str, str | None] | None = None) -> TableSchema:
    """Return the columns of a schema."""
    return TableSchema(columns=[TableColumn(c.name, str(c.type), (meanings or {}).get(c.name)) for c in schema])


def describe_sync(records: Sequence[SyncRecord]) -> dict[str, Any]:
    """Return what a sync of one resource did for all accounts: rows, requests, seconds and how far it got."""
    watermarks = [record.watermark for record in records if record.watermark]
    refused = [record.unavailable_reason or "" for record in records if record.availability == "refused"]
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
        "availability": NOT_AVAILABLE if refused else "available",
        "unavailable_reasons": refused,
        "notes": [note for record in records for note in record.notes],
    } | ({"watermark": MetadataValue.timestamp(min(watermarks))} if watermarks else {})


def count_rows(lake: Lake, folder: str) -> int:
    """Return the number of rows in a resource's files, of all accounts and versions, from the files' footers."""
    names = [name for name in lake.storage.list(folder) if name.endswith(".parquet")]
    return sum(pq.read_metadata(path).num_rows for path in lake.local(names))


def preview(lake: Lake, resource: Resource) -> dict[str, Any]:
    """Return rows of the newest file of a resource; None if there is none."""
    named = (name for account in lake.accounts() for name in lake.files(resource.name, account))
    files = [name for name in named if not name.rpartition("/")[2].startswith(EMPTY)]
    if not files:
        return {}
    newest = max(files, key=lambda name: name.rpartition("/")[2])
    columns = [field.name for field in resource.fields][:PREVIEW_COLUMNS]
    with pq.ParquetFile(lake.local([newest])[0]) as file:
        batch: pa.RecordBatch | None = next(file.iter_batches(PREVIEW_ROWS, columns=columns), None)
    return preview_of(columns, [row.values() for row in batch.to_pylist()] if batch is not None else [])
