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
from ionq_data.warehouse.cost_centers import write_rules
from ionq_data.warehouse.fingerprints import files_of, read_made, write_made
from ionq_data.warehouse.graph import Graph
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.project import compile_project, places
from ionq_data.warehouse.running import Run
from ionq_data.warehouse.storage import open_build

ACCOUNT = "default"
QUEUE_MARTS = ("queue_backlog_hourly", "queue_predictions", "queue_time_by_hour", "queue_time_daily")
EXTRACTED_AT = datetime(2026, 4, 1, tzinfo=UTC)

Rows = Iterable[Mapping[str, Any]]


def write_lake(
    lake: Path, tables: Mapping[str, Rows], *, as_of: Mapping[str, datetime] | None = None, syncs: Rows = ()
) -> Path:
    """Write rows of resources as Parquet files, an empty file for the others; what a row leaves out is null.

    Args:
        tables: rows by name of the resource; a row's ``account`` says whose folder it goes to.
        as_of: when the last complete sync of jobs of each account began.
        syncs: further rows of the ledger.
    """
    accounts = {ACCOUNT} | set(as_of or {}) | {row.get("account", ACCOUNT) for rows in tables.values() for row in rows}
    Lake(lake).ensure(sorted(accounts))
    for name, rows in tables.items():
        resource = RESOURCES[name]
        partition = f"{resource.partition}=2026-01" if resource.partition else ""
        _write(lake / name, rows, resource.schema, partition)
    listed = [
        {"account": account, "resource": "jobs", "run_id": "r", "started_at": at, "finished_at": at, "complete": True}
        for account, at in (as_of or {}).items()
    ]
    _write(lake / LEDGER, [*listed, *syncs], LEDGER_SCHEMA, "")
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


def build(folder: Path, lake: Path, *marts: str) -> duckdb.DuckDBPyConnection:
    """Build some models and all that they are made from (or everything), test them, and return a connection.

    A second build in the same folder goes on from the first.
    """
    Layout(folder).builds.mkdir(parents=True, exist_ok=True)
    write_rules(None, Layout(folder).cost_centers)
    paths = places(folder, lake_dir=lake, budgets=None)
    graph = compile_project(folder, paths).graph(paths)
    chosen = _with_ancestors(graph, marts) if marts else graph
    sources = {p: files_of(lake, p.rpartition(".")[2]) for node in graph.nodes for p in node.parents if "source." in p}
    file = folder / WAREHOUSE_FILE
    with open_build(file, spill=folder / "spill") as connection:
        made = read_made(connection)
        results = Run(connection, sources, {}, made).everything(chosen)
        broken = {result.name: result.message for result in results if result.is_broken}
        assert not broken, broken
        write_made(connection, made)
    return duckdb.connect(str(file), read_only=True)


def _with_ancestors(graph: Graph, names: Iterable[str]) -> Graph:
    by_id = {node.unique_id: node for node in graph.nodes}
    waiting = [node.unique_id for node in graph.nodes if node.name in names]
    assert len(waiting) == len(set(names)), f"one of {names} is no model"
    found: set[str] = set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id in by_id and unique_id not in found:
            found.add(unique_id)
            waiting += by_id[unique_id].parents
    return graph.select(by_id[unique_id].name for unique_id in found)
