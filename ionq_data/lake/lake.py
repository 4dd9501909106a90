"""The lake: append rows, list files, keep the ledger.

Every write adds whole files and changes none, so any number of syncs and readers can be at it at once.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED, SyncRecord
from ionq_data.lake.query import add_view, open_query
from ionq_data.lake.storage import LakeError, LocalStorage, Storage, fingerprint
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES, Rejection, Resource, Row
from ionq_data.resources.resource import UNKNOWN_PARTITION

EMPTY = "empty"
_ROW_GROUP = 50_000
_STAMP_FORMAT = "%Y%m%dT%H%M%S%f"
_ORDER = "coalesce(_ordered_at, finished_at), run_id"
_SYNCS = f"""
    with newest as (
        select resource, unnest(arg_max(run_id, ({_ORDER}), $at_most)) as run_id
        from syncs
        where
            ($resource is null or resource = $resource)
            and ($complete is null or complete = $complete)
            and not list_contains($modes::varchar[], coalesce(mode, ''))
        group by resource
    )
    select distinct on (resource, run_id) * from syncs
    where
        ($resource is null or resource = $resource)
        and ($complete is null or complete = $complete)
        and not list_contains($modes::varchar[], coalesce(mode, ''))
        and ($newest is null or (resource, run_id) in (select (resource, run_id) from newest))
    order by {_ORDER}
"""  # noqa: S608  constants
_RECENT_SYNCS = f"""
    with complete as (
        select
            resource,
            -- from the last one that the key was let see, if there is any: what has been lost since is told
            coalesce(max(({_ORDER})) filter (availability is distinct from 'refused'), max(({_ORDER}))) as place
        from syncs where complete group by resource
    )
    select distinct on (resource, run_id) syncs.* from syncs left join complete using (resource)
    where place is null or ({_ORDER}) >= place or ({_ORDER}) = (select min(({_ORDER})) from syncs)
    order by {_ORDER}
"""  # noqa: S608  constants
_STAMP = re.compile(r"\d{8}T\d{12}")


class Lake:
    """The Parquet files of every resource below one root."""

    def __init__(self, root: Path | str, storage: Storage | None = None) -> None:
        self.root = Path(root)
        self.storage: Storage = storage or LocalStorage(self.root)
        self._numbers = itertools.count()
        self._writer = uuid.uuid4().hex[:6]

    def ensure(self, accounts: Iterable[str]) -> None:
        """Give every resource of every account a readable file with every column, even without rows."""
        for account in accounts:
            for resource in RESOURCES.values():
                partition = f"/{resource.partition}={UNKNOWN_PARTITION}" if resource.partition else ""
                self._ensure_file(f"{resource.name}/account={account}{partition}", resource.schema)
            self._ensure_file(f"{LEDGER}/account={account}", LEDGER_SCHEMA)
            self._ensure_file(f"{REJECTED}/account={account}", REJECTED_SCHEMA)

    def _ensure_file(self, folder: str, schema: pa.Schema) -> None:
        """Keep an empty file of today's schema: SQL may name a column that an older release's files lack."""
        name = f"{folder}/{EMPTY}-{fingerprint(map(str, schema))[:8]}.parquet"
        if not self.storage.exists(name):
            self.storage.write(name, to_parquet(schema.empty_table()))

    def append(self, resource: Resource, account: str, rows: Sequence[Row]) -> None:
        """Write rows, one new file for each partition they belong to.

        Raises:
            LakeError: a file could not be written; the files written before it stay, whole.
        """
        by_partition: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            by_partition[row.partition].append(row.values)
        for partition, values in sorted(by_partition.items()):
            folder = f"{resource.name}/account={account}"
            folder += f"/{resource.partition}={partition}" if resource.partition else ""
            self._write_rows(folder, values, resource.schema)

    def reject(self, resource: Resource, account: str, rejections: Sequence[Rejection]) -> None:
        """Keep records that have no usable key, whole, with the reason; the same bytes are kept once a resource."""
        values = [
            {
                "resource": resource.name,
                "reason": rejection.reason,
                "_raw": rejection.raw,
                "_hash": rejection.hash,
                "_extracted_at": rejection.extracted_at,
                "_run_id": rejection.run_id,
            }
            for rejection in rejections
        ]
        if values:
            self._write_rows(f"{REJECTED}/account={account}", values, REJECTED_SCHEMA)

    def rejected_hashes(self, resource: Resource, account: str) -> set[str]:
        """Return the hashes of the records of a resource that are kept as rejected."""
        files = self.files(REJECTED, account)
        if not files:
            return set()
        with open_query() as query:
            found = query.execute(
                "select distinct _hash from read_parquet($files) where resource = $resource",
                {"files": self.local(files), "resource": resource.name},
            )
            return {row[0] for row in found.fetchall()}

    def record(self, account: str, sync: SyncRecord) -> None:
        """Add a finished sync to the ledger. It is written last: what the ledger says is in the lake."""
        self._write_rows(f"{LEDGER}/account={account}", [sync.to_row()], LEDGER_SCHEMA)

    def ledger(
        self,
        account: str,
        resource: str | None = None,
        *,
        newest: int | None = None,
        complete: bool | None = None,
        except_modes: Iterable[str] = (),
    ) -> list[SyncRecord]:
        """Return finished syncs of an account, oldest first: all, or the ``newest`` of each resource.

        Args:
            complete: only those that are (True) or are not (False).
            except_modes: leave out those of these modes.
        """
        asked = {"resource": resource, "complete": complete, "modes": list(except_modes)}
        return self._syncs(account, _SYNCS, asked | {"newest": newest, "at_most": newest or 1})

    def recent_syncs(self, account: str) -> list[SyncRecord]:
        """Return the syncs of each resource from its last available one on, and the account's first; oldest first."""
        return self._syncs(account, _RECENT_SYNCS, {})

    def _syncs(self, account: str, statement: str, parameters: Mapping[str, Any]) -> list[SyncRecord]:
        files = self.files(LEDGER, account)
        if not files:
            return []
        with open_query() as query:
            add_view(query, "syncs", self.local(files), LEDGER_SCHEMA)
            found = query.execute(statement, dict(parameters))
            names = [column[0] for column in found.description]
            return [SyncRecord.from_row(dict(zip(names, row, strict=True))) for row in found.fetchall()]

    def newest_order(self) -> datetime | None:
        """Return an instant that no ``_ordered_at`` in the lake is later than, whoever wrote it."""
        stamps = (_stamp(name) for top in (*RESOURCES, LEDGER) for name in self._names(top))
        return _moment(max(filter(_STAMP.fullmatch, stamps), default=""))

    def accounts(self) -> list[str]:
        """Return the names of the accounts that have anything in the lake."""
        names = (name.split("/")[1].removeprefix("account=") for name in self.storage.list(LEDGER))
        return sorted(set(names))

    def files(self, resource: str, account: str, partitions: Iterable[str] | None = None) -> list[str]:
        """Return the names of a resource's files, of all partitions or of some."""
        folder = f"{resource}/account={account}"
        if partitions is None:
            return self._names(folder)
        level = RESOURCES[resource].partition
        return [name for partition in sorted(set(partitions)) for name in self._names(f"{folder}/{level}={partition}")]

    def _names(self, folder: str) -> list[str]:
        return [name for name in self.storage.list(folder) if name.endswith(".parquet")]

    def local(self, names: Iterable[str]) -> list[str]:
        """Return paths under which DuckDB and Arrow can read the files."""
        return [str(path) for path in self.storage.fetch(names)]

    def mirror(self) -> AbstractContextManager[Path]:
        """Yield a folder of this machine whose layout is the lake's; its files stay for as long as the block runs.

        It is the lake's own folder, or for a lake in an object store one of copies, brought up to date first. A lake of
        an older release gets the columns that it lacks.
        """
        with contextlib.suppress(LakeError):  # whoever may only read sees what there is
            self.ensure(self.accounts())
        return self.storage.mirror([*RESOURCES, LEDGER, REJECTED])

    def _write_rows(self, folder: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
        self.storage.write(f"{folder}/{self.new_name(_newest(rows))}", to_parquet(to_table(rows, schema)))

    def new_name(self, moment: datetime | None = None) -> str:
        """Return a file name that no other writer uses and that sorts by time."""
        stamp = (moment or datetime.now(UTC)).strftime(_STAMP_FORMAT)
        return f"{stamp}-{self._writer}-{uuid.uuid4().hex[:8]}-{next(self._numbers):05d}.parquet"


def ordered_by_name(name: str) -> datetime | None:
    """Return what orders the last row of a file: it is named for that. None of an empty file."""
    return _moment(_stamp(name))


def _stamp(name: str) -> str:
    """Return the part of a file's name that says when; stamps sort by time."""
    return name.rpartition("/")[2].partition("-")[0]


def _moment(stamp: str) -> datetime | None:
    return datetime.strptime(f"{stamp}+0000", f"{_STAMP_FORMAT}%z") if _STAMP.fullmatch(stamp) else None


def _newest(rows: Sequence[Mapping[str, Any]]) -> datetime | None:
    """Return what orders the last of some rows."""
    column = "_ordered_at" if "_ordered_at" in rows[0] else "_extracted_at"
    return max((row[column] for row in rows if row[column] is not None), default=None)


def to_table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows, each of which has every column, as a table."""
    columns = zip(*map(itemgetter(*schema.names), rows), strict=True)  # twice as fast as a lookup for each cell
    return pa.table([pa.array(column, f.type) for column, f in zip(columns, schema, strict=True)], schema=schema)


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=_ROW_GROUP)
    return buffer.getvalue()


__all__ = ["Lake", "LakeError", "to_parquet", "to_table"]
