"""Check every file, schema, key and ledger row of a lake, and say what is found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ionq_data.lake.compaction import PLANS, schema_of
from ionq_data.lake.lake import Lake
from ionq_data.lake.ledger import LEDGER, REJECTED, SyncRecord
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.resource import parse


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a file or a sync; an ``error`` means that data is lost or wrong."""

    level: str
    where: str
    what: str


@dataclass
class Verification:
    """What was looked at and what was found."""

    files: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether no error was found; a note is no error."""
        return not any(finding.level == "error" for finding in self.findings)

    def add(self, level: str, where: str, what: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(level, where, what))


def verify(lake: Lake) -> Verification:
    """Read the whole lake once and check it."""
    report = Verification()
    written: Counter[tuple[str, str, str]] = Counter()
    seen: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for top in [*RESOURCES, LEDGER, REJECTED]:
        for name in lake.storage.list(top):
            table = _read(lake, report, top, name)
            if table is not None and (resource := RESOURCES.get(top)) is not None:
                account = name.split("/")[1].removeprefix("account=")
                _check_rows(report, resource, name, table)
                _count_versions(resource, account, table, seen[f"{top}/{account}"], written)
        seen.clear()
    for account in lake.accounts():
        _check_ledger(report, account, lake.ledger(account), written)
    for name in lake.storage.list(PLANS):
        if name.endswith(".json"):
            report.add("note", name, "files that were merged wait to be removed; their versions are there twice")
    return report


def _read(lake: Lake, report: Verification, top: str, name: str) -> pa.Table | None:
    if not name.endswith(".parquet"):
        report.add("note", name, "not a Parquet file; nothing reads it")
        return None
    try:
        table = pq.ParquetFile(lake.storage.local(name)).read()
    except (pa.ArrowException, OSError) as error:
        report.add("error", name, f"cannot be read: {error}")
        return None
    report.files += 1
    report.rows += len(table)
    for column in schema_of(top):
        if column.name not in table.schema.names:
            report.add("error", name, f"has no column {column.name}")
        elif table.schema.field(column.name).type != column.type:
            report.add("error", name, f"{column.name} is {table.schema.field(column.name).type}, not {column.type}")
    return table if set(schema_of(top).names) <= set(table.schema.names) else None


def _check_rows(report: Verification, resource: Resource, name: str, table: pa.Table) -> None:
    for column in (*resource.key, "_raw", "_hash", "_extracted_at", "_run_id"):
        if nulls := table[column].null_count:
            report.add("error", name, f"{column} is null in {nulls} of {len(table)} rows")
    if resource.partition and len(table):
        folder = name.split("/")[2].partition("=")[2]
        moments = table[resource.partition_by].to_pylist()
        months = {resource.partition_of({str(resource.partition_by): moment}) for moment in moments}
        if months - {folder}:
            report.add("error", name, f"holds rows of {', '.join(sorted(months - {folder}))}")
    broken = sum(not _is_json(raw) for raw in table["_raw"].to_pylist())
    if broken:
        report.add("error", name, f"_raw is not JSON in {broken} of {len(table)} rows")
    if problems := _count_problems(table):
        report.add("note", name, f"{problems} of {len(table)} rows have a value that did not fit its column")


def _count_problems(table: pa.Table) -> int:
    lengths = pc.list_value_length(table["_problems"])
    return int(pc.sum(pc.greater(pc.fill_null(lengths, 0), 0)).as_py() or 0)


def _is_json(raw: str | None) -> bool:
    try:
        parse((raw or "").encode())
    except ValueError:
        return False
    return True


def _count_versions(
    resource: Resource,
    account: str,
    table: pa.Table,
    seen: set[tuple[Any, ...]],
    written: Counter[tuple[str, str, str]],
) -> None:
    """Count each run's versions; a version that is there twice (while files wait to be removed) counts once."""
    names = dict.fromkeys((*resource.key, "_extracted_at", "_run_id"))
    for row in _tuples(table, names):
        digest = hash(row)
        if (digest,) not in seen:
            seen.add((digest,))
            written[account, resource.name, row[-1]] += 1


def _tuples(table: pa.Table, names: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def _check_ledger(
    report: Verification, account: str, ledger: list[SyncRecord], written: Counter[tuple[str, str, str]]
) -> None:
    """Hold each sync's count of rows against the lake; rows of runs without a ledger row are of a sync cut short."""
    recorded: set[tuple[str, str, str]] = set()
    for sync in ledger:
        key = (account, sync.resource, sync.run_id)
        recorded.add(key)
        where = f"{LEDGER}: run {sync.run_id} of {account}/{sync.resource}"
        if written[key] != sync.rows_written:
            report.add("error", where, f"says {sync.rows_written} rows were written; the lake holds {written[key]}")
        if sync.finished_at < sync.started_at:
            report.add("error", where, "finished before it started")
    for key in sorted(set(written) - recorded):
        if key[0] == account:
            report.add("note", f"{account}/{key[1]}", f"{written[key]} rows of run {key[2]}, which was cut short")


__all__ = ["Finding", "Verification", "verify"]
