"""Read the listing of jobs with the official client's own pagination and write it as Parquet with PyArrow.

Run by an interpreter that has ``ionq-core`` and ``pyarrow`` and nothing of ionq-data. As in PyArrow's guide, a
``ParquetWriter`` gets a batch of rows at a time; the schema is the first batch's, nested objects stay as JSON text.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ionq_core import AuthenticatedClient, IonQClient, iter_jobs

BATCH = 5_000
NUMBERS = frozenset({"shots", "predicted_wait_time_ms", "predicted_execution_duration_ms", "execution_duration_ms"})
TIMES = frozenset({"submitted_at", "started_at", "completed_at"})


def column_type(name: str) -> pa.DataType:
    if name in NUMBERS:
        return pa.int64()
    if name in TIMES:
        return pa.timestamp("us", tz="UTC")
    return pa.bool_() if name == "dry_run" else pa.string()


def write(client: AuthenticatedClient, file: Path) -> int:
    rows = (job.to_dict() for job in iter_jobs(client, limit=100))
    writer: pq.ParquetWriter | None = None
    count = 0
    while batch := list(itertools.islice(rows, BATCH)):
        schema = writer.schema if writer else pa.schema([(name, column_type(name)) for name in batch[0]])
        writer = writer or pq.ParquetWriter(file, schema, compression="zstd")
        arrays = [pa.array([cell(row.get(field.name), field) for row in batch], field.type) for field in schema]
        writer.write_table(pa.table(arrays, schema=schema))
        count += len(batch)
    if writer:
        writer.close()
    return count


def cell(value: Any, field: pa.Field) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if field.name in TIMES and value is not None:
        from datetime import datetime

        return datetime.fromisoformat(value)
    return value


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    client = IonQClient(base_url=asked.base_url, api_key=os.environ["IONQ_API_KEY"])
    begun = time.perf_counter()
    rows = write(client, asked.file)
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": rows}))


if __name__ == "__main__":
    main()
