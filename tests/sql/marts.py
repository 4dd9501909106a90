"""Build marts with dbt from a lake of a few hand-made rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ionq_data.lake import Lake
from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA
from ionq_data.resources import RESOURCES
from ionq_data.warehouse.dbt_process import run_dbt

SQL = Path(__file__).parents[2] / "sql"
ACCOUNT = "default"
EXTRACTED_AT = datetime(2026, 4, 1, tzinfo=UTC)

Rows = Iterable[Mapping[str, Any]]


def write_lake(lake: Path, tables: Mapping[str, Rows], *, as_of: Mapping[str, datetime] | None = None) -> Path:
    """Write rows of resources as Parquet files, an empty file for the others; what a row leaves out is null.

    Args:
        tables: rows by name of the resource; a row's ``account`` says whose folder it goes to.
        as_of: when the last complete sync of jobs of each account began.
    """
    accounts = {ACCOUNT} | set(as_of or {}) | {row.get("account", ACCOUNT) for rows in tables.values() for row in rows}
    Lake(lake).ensure(sorted(accounts))
    for name, rows in tables.items():
        resource = RESOURCES[name]
        partition = f"{resource.partition}=2026-01" if resource.partition else ""
        _write(lake / name, rows, resource.schema, partition)
    syncs = [
        {"account": account, "resource": "jobs", "run_id": "r", "started_at": at, "finished_at": at, "complete": True}
        for account, at in (as_of or {}).items()
    ]
    _write(lake / LEDGER, syncs, LEDGER_SCHEMA, "")
    return lake


def _write(folder: Path, rows: Rows, schema: pa.Schema, partition: str) -> None:
    by_account: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        record = {"_extracted_at": EXTRACTED_AT, "_run_id": "r", "_hash": "h", "_problems": []} | dict(row)
        by_account[record.get("account", ACCOUNT)].append(record)
    for account, records in by_account.items():
        place = folder / f"account={account}" / partition
        place.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(records, schema=schema), place / "rows.parquet")


def build(folder: Path, lake: Path, *select: str, with_unit_tests: bool = False) -> duckdb.DuckDBPyConnection:
    """Build the selected models, run their tests, and return a connection to the result."""
    file = folder / "build.duckdb"
    environment = {
        "IONQ_DATA_LAKE": str(lake),
        "IONQ_DATA_BUILD": str(file),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    options = ["--indirect-selection", "cautious"]
    options += [] if with_unit_tests else ["--exclude-resource-type", "unit_test"]
    outcome = run_dbt(["build", *options, "--select", *select], project=SQL, environment=environment)
    assert outcome.exit_code == 0, outcome.summary
    return duckdb.connect(str(file), read_only=True)
