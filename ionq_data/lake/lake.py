"""The lake: append rows, read the current state, keep the ledger.

Every write adds whole files and changes none, so any number of syncs and readers can be at it at once.
"""

from __future__ import annotations

import io
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ionq_data.lake.pending import pending_jobs
from ionq_data.lake.query import open_query
from ionq_data.lake.storage import LakeError, LocalStorage, Storage
from ionq_data.lake.versions import Versions
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES, Rejection, Resource, Row
from ionq_data.resources.jobs import JOBS
from ionq_data.resources.resource import UNKNOWN_PARTITION
from ionq_data.sync.ledger import LEDGER, LEDGER_SCHEMA, REJECTED, SyncRecord
from ionq_data.sync.store import PendingJob

EMPTY = "empty.parquet"
_PROGRESS = "_progress"
_ROW_GROUP = 50_000


class Lake:
    """The Parquet files of every resource below one root."""

    def __init__(self, root: Path | str, storage: Storage | None = None) -> None:
        self.root = Path(root)
        self.storage: Storage = storage or LocalStorage(self.root)
        self._numbers = itertools.count()
        self._writer = uuid.uuid4().hex[:6]

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
        tables = [pq.read_table(path, partitioning=None) for path in self.local(self.files(LEDGER, account))]
        rows = (row for table in tables for row in table.to_pylist())
        unique = {(row["run_id"], row["resource"]): SyncRecord.from_row(row) for row in rows}
        kept = [record for record in unique.values() if resource in (None, record.resource)]
        return sorted(kept, key=lambda record: (record.finished_at, record.run_id))

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
        return [str(self.storage.local(name)) for name in names]

    def versions(self) -> Versions:
        """Return an empty index of versions."""
        return Versions()

    def pending_jobs(self, account: str) -> Iterator[PendingJob]:
        """Return the jobs that are not terminal or whose cost is not settled, oldest month first."""
        return pending_jobs(self, account)

    def current_jobs(self, account: str) -> Iterator[dict[str, Any]]:
        """Return the current version of every job of an account, a month in memory at a time, without ``_raw``."""
        for month in self._months(JOBS.name, account):
            with open_query() as query:
                query.execute(
                    """
                    select * exclude (_raw) from read_parquet($files, hive_partitioning = false)
                    qualify row_number() over (partition by id order by _extracted_at desc, _run_id desc) = 1
                    """,
                    {"files": self.local(self.files(JOBS.name, account, [month]))},
                )
                names = [column[0] for column in query.description]
                while rows := query.fetchmany(1_000):
                    yield from (dict(zip(names, row, strict=True)) for row in rows)

    def _months(self, resource: str, account: str) -> list[str]:
        names = self.files(resource, account)
        return sorted({name.split("/")[2].partition("=")[2] for name in names})

    def known_values(
        self, resource: Resource, account: str, column: str, where: tuple[str, str] | None = None
    ) -> set[str]:
        """Return the distinct texts that a column has ever had; ``a.b`` is the member ``b`` of a list of objects."""
        files = self.files(resource.name, account)
        outer, _, member = column.partition(".")
        values = f'unnest("{outer}").{member}' if member else f'"{outer}"'
        if not files:
            return set()
        with open_query() as query:
            condition = f'where "{where[0]}" = $value' if where else "where $value is null"
            found = query.execute(
                f"select distinct {values} from read_parquet($files, hive_partitioning = false) {condition}",  # noqa: S608
                {"files": self.local(files), "value": where[1] if where else None},
            )
            return {row[0] for row in found.fetchall() if row[0] is not None}

    def load_versions(
        self, versions: Versions, resource: Resource, account: str, partitions: Iterable[str] | None = None
    ) -> None:
        """Add the current version of each key in some partitions to an index."""
        files = self.files(resource.name, account, partitions)
        if not files:
            return
        key = " || chr(31) || ".join(f'"{name}"::varchar' for name in resource.key)
        deleted = "_deleted" if resource.deletable else "false"
        with open_query() as query:
            found = query.execute(
                f"""
                select
                    md5_number_lower({key}) as key,
                    arg_max(('0x' || left(_hash, 16))::ubigint, (_extracted_at, _run_id)) as hash,
                    arg_max({deleted}, (_extracted_at, _run_id)) as deleted,
                from read_parquet($files)
                group by all
                """,  # noqa: S608  the names are the registry's, not the API's
                {"files": self.local(files)},
            ).fetchnumpy()
        versions.load(
            np.asarray(found["key"], np.uint64),
            np.asarray(found["hash"], np.uint64),
            np.asarray(found["deleted"], np.bool_),
        )

    def current(
        self, resource: Resource, account: str, keys: Iterable[int], partitions: Iterable[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return the current version of some keys (given by their digests) as rows of the resource's schema."""
        files = self.files(resource.name, account, partitions)
        wanted = pa.table({"digest": pa.array(sorted(keys), pa.uint64())})
        if not files or not wanted.num_rows:
            return []
        key = " || chr(31) || ".join(f'"{name}"::varchar' for name in resource.key)
        with open_query() as query:
            query.register("wanted", wanted)
            query.execute(
                f"""
                select * from read_parquet($files, hive_partitioning = false)
                where md5_number_lower({key}) in (select digest from wanted)
                qualify row_number() over (
                    partition by {", ".join(f'"{name}"' for name in resource.key)}
                    order by _extracted_at desc, _run_id desc
                ) = 1
                """,  # noqa: S608  the names are the registry's, not the API's
                {"files": self.local(files)},
            )
            names = [column[0] for column in query.description]
            return [dict(zip(names, row, strict=True)) for row in query.fetchall()]

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
        table = pa.table([pa.array([row[f.name] for row in rows], f.type) for f in schema], schema=schema)
        self.storage.write(f"{folder}/{self.new_name(rows[0].get('_extracted_at'))}", to_parquet(table))

    def new_name(self, moment: datetime | None = None) -> str:
        """Return a file name that no other writer uses and that sorts by time."""
        stamp = f"{moment or datetime.now(UTC):%Y%m%dT%H%M%S}"
        return f"{stamp}-{self._writer}-{uuid.uuid4().hex[:8]}-{next(self._numbers):05d}.parquet"


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=_ROW_GROUP)
    return buffer.getvalue()


def _progress_name(account: str, resource: str) -> str:
    return f"{_PROGRESS}/account={account}/{resource}.json"


__all__ = ["Lake", "LakeError", "to_parquet"]
