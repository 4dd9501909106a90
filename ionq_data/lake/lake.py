"""The lake: append rows, list files, keep the ledger.

Every write adds whole files and changes none, so any number of syncs and readers can be at it at once.
"""

from __future__ import annotations

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

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED, SyncRecord
from ionq_data.lake.query import open_query
from ionq_data.lake.storage import LakeError, LocalStorage, Storage
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES, Rejection, Resource, Row
from ionq_data.resources.resource import UNKNOWN_PARTITION

EMPTY = "empty.parquet"
_PROGRESS = "_progress"
_ROW_GROUP = 50_000
_STAMP_FORMAT = "%Y%m%dT%H%M%S%f"
_STAMP = re.compile(r"\d{8}T\d{12}")


class Lake:
    """The Parquet files of every resource below one root."""

    def __init__(self, root: Path | str, storage: Storage | None = None) -> None:
        self.root = Path(root)
        self.storage: Storage = storage or LocalStorage(self.root)
        self._numbers = itertools.count()
        self._writer = uuid.uuid4().hex[:6]
        self._ledger_files: dict[str, list[dict[str, Any]]] = {}  # a sync asks many times, and no file ever changes

    def ensure(self, accounts: Iterable[str]) -> None:
        """Give every resource of every account a readable file, if need be one with zero rows."""
        for account in accounts:
            for resource in RESOURCES.values():
                partition = f"/{resource.partition}={UNKNOWN_PARTITION}" if resource.partition else ""
                self._ensure_file(f"{resource.name}/account={account}{partition}/{EMPTY}", resource.schema)
            self._ensure_file(f"{LEDGER}/account={account}/{EMPTY}", LEDGER_SCHEMA)
            self._ensure_file(f"{REJECTED}/account={account}/{EMPTY}", REJECTED_SCHEMA)

    def _ensure_file(self, name: str, schema: pa.Schema) -> None:
        if not self.storage.list(name.rpartition("/")[0]):
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

    def ledger(self, account: str, resource: str | None = None) -> list[SyncRecord]:
        """Return the finished syncs of an account, oldest first."""
        paths = self.local(self.files(LEDGER, account))
        for path in paths:
            if path not in self._ledger_files:
                self._ledger_files[path] = _read_rows(path)
        rows = (row for path in paths for row in self._ledger_files[path])
        unique = {(row["run_id"], row["resource"]): SyncRecord.from_row(row) for row in rows}
        kept = [record for record in unique.values() if resource in (None, record.resource)]
        return sorted(kept, key=lambda record: (record.finished_at, record.run_id))

    def newest_stamp(self, account: str) -> datetime | None:
        """Return an instant that no ``_extracted_at`` and no ledger row of an account is later than."""
        finished = [record.finished_at for record in self.ledger(account)]
        # of a sync that was killed the names alone tell: a file is named for its last row
        names = (name.rpartition("/")[2].partition("-")[0] for r in RESOURCES for name in self.files(r, account))
        if written := max(filter(_STAMP.fullmatch, names), default=None):
            finished.append(datetime.strptime(f"{written}+0000", f"{_STAMP_FORMAT}%z"))
        return max(finished, default=None)

    def accounts(self) -> list[str]:
        """Return the names of the accounts that the lake holds something of."""
        names = (name.split("/")[1].removeprefix("account=") for name in self.storage.list(LEDGER))
        return sorted(set(names))

    def files(self, resource: str, account: str, partitions: Iterable[str] | None = None) -> list[str]:
        """Return the names of a resource's files, of all partitions or of some."""
        folder = f"{resource}/account={account}"
        if partitions is None:
            return [name for name in self.storage.list(folder) if name.endswith(".parquet")]
        level = RESOURCES[resource].partition
        return [
            name
            for partition in sorted(set(partitions))
            for name in self.storage.list(f"{folder}/{level}={partition}")
            if name.endswith(".parquet")
        ]

    def local(self, names: Iterable[str]) -> list[str]:
        """Return paths under which DuckDB and Arrow can read the files."""
        return [str(path) for path in self.storage.fetch(names)]

    def mirror(self) -> AbstractContextManager[Path]:
        """Yield a folder of this machine whose layout is the lake's; its files stay for as long as the block runs.

        It is the lake's own folder, or for a lake in an object store one of copies, brought up to date first.
        """
        return self.storage.mirror([*RESOURCES, LEDGER, REJECTED])

    def progress(self, account: str, resource: str) -> dict[str, Any]:
        """Return how far an unfinished sync of a resource got; empty where there is none."""
        try:
            found: dict[str, Any] = msgspec.json.decode(self.storage.read(_progress_name(account, resource)))
        except (FileNotFoundError, msgspec.DecodeError):
            return {}
        return found

    def save_progress(self, account: str, resource: str, progress: Mapping[str, Any]) -> None:
        """Note how far an unfinished sync got, once what it says is in the lake; forget it where it is empty."""
        name = _progress_name(account, resource)
        if progress:
            self.storage.write(name, msgspec.json.encode(progress))
        else:
            self.storage.delete(name)

    def _write_rows(self, folder: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
        columns = zip(*map(itemgetter(*schema.names), rows), strict=True)  # twice as fast as a lookup for each cell
        table = pa.table([pa.array(column, f.type) for column, f in zip(columns, schema, strict=True)], schema=schema)
        self.storage.write(f"{folder}/{self.new_name(rows[-1].get('_extracted_at'))}", to_parquet(table))

    def new_name(self, moment: datetime | None = None) -> str:
        """Return a file name that no other writer uses and that sorts by time."""
        stamp = (moment or datetime.now(UTC)).strftime(_STAMP_FORMAT)
        return f"{stamp}-{self._writer}-{uuid.uuid4().hex[:8]}-{next(self._numbers):05d}.parquet"


def _read_rows(path: str) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = pq.ParquetFile(path).read(use_threads=False).to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        raise LakeError(f"{path} cannot be read: {error}. See `ionq-data lake verify`") from error
    return rows


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=_ROW_GROUP)
    return buffer.getvalue()


def _progress_name(account: str, resource: str) -> str:
    return f"{_PROGRESS}/account={account}/{resource}.json"


__all__ = ["Lake", "LakeError", "to_parquet"]
