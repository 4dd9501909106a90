"""Counts the lake's records without reading the unchanged months again.

The counts of each month are kept beside the lake's other notes, together with a fingerprint of the files they were made
from. Lost or damaged notes cost one count of everything and nothing else. The month of a record does not change,
unless it could not be read at first. While there are such records, everything is counted at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import duckdb
import msgspec

from ionq_data.lake.current import NEWEST
from ionq_data.lake.lake import Lake
from ionq_data.lake.ledger import REJECTED
from ionq_data.lake.query import add_view, open_query
from ionq_data.lake.storage import LakeError, fingerprint
from ionq_data.resources import Resource
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES
from ionq_data.resources.resource import UNKNOWN_PARTITION

NOTES = "_counts"


class Counts(msgspec.Struct, frozen=True):
    """Facts about the current version of each record.

    Attributes:
        rows: the number of records; each counts once, however many versions there are.
        newest: the newest instant of a record; for snapshots, when they were taken (UTC).
        open: records that are not deleted and have no terminal status; it has a meaning for jobs only.
        problems: records with a value that did not fit its column.
    """

    rows: int = 0
    newest: datetime | None = None
    open: int = 0
    problems: int = 0


class _Note(msgspec.Struct, frozen=True):
    files: str
    counts: Counts


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, _Note])


def count_records(lake: Lake, account: str, resource: Resource) -> Counts:
    """Count an account's records of a resource. Raises ``LakeError`` if a file cannot be read."""
    folders: dict[str, list[str]] = defaultdict(list)
    for name in lake.files(resource.name, account):
        folders[name.rpartition("/")[0]].append(name)
    fingerprints = {folder: fingerprint(files) for folder, files in folders.items()}
    name = f"{NOTES}/account={account}/{resource.name}.json"
    known = _read(lake, name)
    counts = {
        folder: known[folder].counts
        for folder, now in fingerprints.items()
        if folder in known and known[folder].files == now
    }
    if len(counts) < len(folders):
        with open_query() as query:
            for folder in folders.keys() - counts.keys():
                counts[folder] = _count(query, lake, resource, folders[folder])
        _write(lake, name, {folder: _Note(fingerprints[folder], found) for folder, found in counts.items()})
    if any(found.rows for folder, found in counts.items() if folder.endswith(UNKNOWN_PARTITION)):
        # a record without a readable time may have one by now, and then its month holds it as well
        with open_query() as query:
            return _count(query, lake, resource, [name for files in folders.values() for name in files])
    return Counts(
        rows=sum(found.rows for found in counts.values()),
        newest=max((found.newest for found in counts.values() if found.newest), default=None),
        open=sum(found.open for found in counts.values()),
        problems=sum(found.problems for found in counts.values()),
    )


def count_rejected(lake: Lake, account: str) -> dict[str, int]:
    """Return the number of an account's records that could not be stored as rows, by resource."""
    files = lake.files(REJECTED, account)
    if not files:
        return {}
    with open_query() as query:
        found = query.execute(
            "select resource, count(distinct _hash) from read_parquet($files) group by resource",
            {"files": lake.local(files)},
        )
        return dict(found.fetchall())


def _count(query: duckdb.DuckDBPyConnection, lake: Lake, resource: Resource, files: list[str]) -> Counts:
    newest = f'max("{resource.moment}"::timestamptz)'
    status = "status" if resource is JOBS else "null::varchar"
    is_deleted = "_deleted" if resource.deletable else "false"
    key = ", ".join(f'"{name}"' for name in resource.key)
    statement = f"""
        with current_versions as (
            select
                arg_max_null({status}, {NEWEST}) as status,
                arg_max({is_deleted}, {NEWEST}) as is_deleted,
                arg_max(len(_problems), {NEWEST}) as problems,
                {newest} as newest,
            from versions group by {key}
        )
        select
            count(*), max(newest),
            count(*) filter (not is_deleted and (status is null or status not in $terminal)),
            count(*) filter (problems > 0),
        from current_versions
    """  # noqa: S608 - the names are the registry's, not the API's
    add_view(query, "versions", lake.local(files), resource.schema)
    # read to the end: DuckDB runs nothing else while a result is unread
    (row,) = query.execute(statement, {"terminal": sorted(TERMINAL_STATUSES)}).fetchall()
    return Counts(*row)


def _read(lake: Lake, name: str) -> dict[str, _Note]:
    try:
        return _DECODER.decode(lake.storage.read(name))
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _write(lake: Lake, name: str, notes: Mapping[str, _Note]) -> None:
    try:
        lake.storage.write(name, _ENCODER.encode(notes))
    except LakeError:
        return  # a reader without write access counts anew each time
