"""Check every file, schema, key and ledger row of a lake, and report what is wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ionq_data.lake.compaction import PLANS, in_schema, schema_of
from ionq_data.lake.current import key_columns
from ionq_data.lake.lake import Lake
from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED
from ionq_data.lake.query import add_view, open_query
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.resource import parse


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark about a file or a sync; an ``error`` means that data is lost or wrong."""

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
    """Read the whole lake once and check it. Only one file is in memory at a time, and no record after its file."""
    report = Verification()
    sound: dict[tuple[str, str], list[str]] = defaultdict(list)
    for top in [*RESOURCES, LEDGER, REJECTED]:
        for name in lake.storage.list(top):
            table = _read(lake, report, top, name)
            if table is None:
                continue
            sound[name.split("/")[1].removeprefix("account="), top].append(name)
            if (resource := RESOURCES.get(top)) is not None:
                _check_rows(report, resource, name, table)
    for account in lake.accounts():
        _check_ledger(report, lake, account, {top: sound[account, top] for top in (*RESOURCES, LEDGER)})
    for name in lake.storage.list(PLANS):
        if name.endswith(".json"):
            report.add("note", name, "merged files are waiting to be removed; until then their versions exist twice")
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
    needed = _NEEDED if top in RESOURCES else ()
    if missing := [column for column in needed if column not in table.schema.names]:
        report.add("error", name, f"has no column {', '.join(missing)}")
        return None
    try:
        return in_schema(table, schema_of(top))
    except pa.ArrowException as error:
        report.add("error", name, f"does not fit the current columns: {error}")
        return None


def _check_rows(report: Verification, resource: Resource, name: str, table: pa.Table) -> None:
    key = [column for column in resource.key if column not in resource.older_key]
    for column in (*key, "_raw", "_hash", "_extracted_at", "_run_id"):
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


def _check_ledger(report: Verification, lake: Lake, account: str, files: dict[str, list[str]]) -> None:
    """Compare each sync's count of rows with the lake. Rows of a run without a ledger row are from an interrupted sync.

    A version that exists twice, while files wait for their removal, counts once.
    """
    with open_query() as query:
        add_view(query, "all_syncs", lake.local(files[LEDGER]), LEDGER_SCHEMA)
        query.execute(
            "create temp table syncs as select distinct on (resource, run_id) * exclude (marks) from all_syncs"
        )
        query.execute("create temp table written (resource varchar, run_id varchar, versions bigint)")
        for name, resource in RESOURCES.items():
            add_view(query, "versions", lake.local(files[name]), resource.schema)
            version = f"hash({', '.join(key_columns(resource))}, _extracted_at, _run_id)"
            found = f"select distinct _run_id, {version} from versions"  # noqa: S608  the names are the registry's
            query.execute(f"insert into written select '{name}', _run_id, count(*) from ({found}) group by _run_id")  # noqa: S608
        for resource_name, run_id, said, found, is_backwards in query.execute(_WRONG_SYNCS).fetchall():
            where = f"{LEDGER}: run {run_id} of {account}/{resource_name}"
            if said != found:
                report.add("error", where, f"says that {said} rows were written, but the lake has {found}")
            if is_backwards:
                report.add("error", where, "finished before it started")
        for resource_name, run_id, found in query.execute(_CUT_SHORT).fetchall():
            report.add("note", f"{account}/{resource_name}", f"{found} rows of run {run_id}, which was cut short")


_NEEDED = ("_raw", "_hash", "_extracted_at", "_run_id")
"""The columns that every release has written; a later column is null in older files."""
_WRONG_SYNCS = """
    select resource, run_id, rows_written, coalesce(versions, 0), finished_at < started_at
    from syncs left join written using (resource, run_id)
    where rows_written <> coalesce(versions, 0) or finished_at < started_at
    order by started_at, run_id
"""
_CUT_SHORT = """
    select resource, run_id, versions from written anti join syncs using (resource, run_id)
    order by resource, run_id
"""

__all__ = ["Finding", "Verification", "verify"]
