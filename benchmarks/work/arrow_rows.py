"""Write rows of the API as Parquet with PyArrow, for clients that hand out rows.

As in PyArrow's guide, a ``ParquetWriter`` gets a batch of rows at a time; the schema is the first batch's, nested
objects stay as JSON text. Nothing of ionq-data is needed.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 5_000
NUMBERS = frozenset({"shots", "predicted_wait_time_ms", "predicted_execution_duration_ms", "execution_duration_ms"})
TIMES = frozenset({"submitted_at", "started_at", "completed_at"})


def write(rows: Iterator[Mapping[str, Any]], file: Path) -> int:
    """Write all rows to a file, and return their number."""
    writer: pq.ParquetWriter | None = None
    count = 0
    while batch := list(itertools.islice(rows, BATCH)):
        schema = writer.schema if writer else pa.schema([(name, _type(name)) for name in batch[0]])
        writer = writer or pq.ParquetWriter(file, schema, compression="zstd")
        arrays = [pa.array([_cell(row.get(field.name), field) for row in batch], field.type) for field in schema]
        writer.write_table(pa.table(arrays, schema=schema))
        count += len(batch)
    if writer:
        writer.close()
    return count


def _type(name: str) -> pa.DataType:
    if name in NUMBERS:
        return pa.int64()
    if name in TIMES:
        return pa.timestamp("us", tz="UTC")
    return pa.bool_() if name == "dry_run" else pa.string()


def _cell(value: Any, field: pa.Field) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return datetime.fromisoformat(value) if field.name in TIMES and value is not None else value
