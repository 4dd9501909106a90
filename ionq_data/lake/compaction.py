"""Merge small files without losing or hiding a version, even if the process is killed or somebody reads meanwhile.

A merge first notes what it is about to replace (a plan), then writes the merged file, and leaves the old files where
they are: a reader that has just listed them can still open them. They are removed an hour later at the earliest.
Until then, their versions exist twice, which changes no current state. A plan whose merged file never came is void.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ionq_data.lake.lake import Lake, ordered_by_name, to_parquet
from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED
from ionq_data.lake.storage import LocalStorage
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES

PLANS = "_compactions"
GRACE = timedelta(hours=1)
TARGET_BYTES = 16 * 2**20
FEWEST_FILES = 4

# Rows with the same values here are copies of one version, and are merged into one.
_VERSION_KEYS: dict[str, tuple[str, ...]] = {
    **{name: tuple({*resource.key, "_extracted_at", "_run_id"}) for name, resource in RESOURCES.items()},
    LEDGER: ("resource", "run_id"),
    REJECTED: ("resource", "_hash", "_extracted_at", "_run_id"),
}


@dataclass(frozen=True, slots=True)
class Compaction:
    """The result of a compaction: files merged, files written in their place, and files of earlier ones removed."""

    merged: int
    written: int
    removed: int


class Plan(msgspec.Struct, frozen=True):
    """Which file replaces which, and since when."""

    output: str
    replaces: list[str]
    at: datetime


def compact(
    lake: Lake,
    *,
    now: datetime | None = None,
    grace: timedelta = GRACE,
    target_bytes: int = TARGET_BYTES,
    fewest_files: int = FEWEST_FILES,
) -> Compaction:
    """Merge the small files of every folder of the lake, and remove files that were merged more than ``grace`` ago.

    Args:
        target_bytes: size up to which files are merged; a file of at least half of it is left alone.
        fewest_files: leave a folder with fewer small files alone.
    """
    now = now or datetime.now(UTC)
    with _alone(lake):
        removed = _remove_replaced(lake, now, grace)
        replaced = {name for plan in _plans(lake).values() for name in plan.replaces}
        merged = written = 0
        for folder in _folders(lake):
            names = [name for name in lake.storage.list(folder) if ordered_by_name(name) and name not in replaced]
            for batch in _batches(lake, names, target_bytes, fewest_files):
                with suppress(FileNotFoundError):  # another machine has merged these meanwhile
                    _merge(lake, folder, batch, now)
                    merged += len(batch)
                    written += 1
        if isinstance(lake.storage, LocalStorage):
            lake.storage.sweep(older_than_seconds=86_400, now=now.timestamp())
    return Compaction(merged, written, removed)


def _folders(lake: Lake) -> list[str]:
    """Return every folder that holds rows, down to the partitions."""
    tops = [*RESOURCES, LEDGER, REJECTED]
    return sorted({name.rpartition("/")[0] for top in tops for name in lake.storage.list(top)})


def _batches(lake: Lake, names: list[str], target_bytes: int, fewest_files: int) -> Iterator[list[str]]:
    """Group neighbouring small files (their names sort by time) into batches of about the target size."""
    sizes = {name: size for name in names if (size := _size(lake, name)) is not None}
    small = [name for name, size in sizes.items() if size < target_bytes // 2]
    if len(small) < fewest_files:
        return
    batch: list[str] = []
    for name in small:
        if batch and sum(sizes[n] for n in batch) + sizes[name] > target_bytes:
            yield batch
            batch = []
        batch.append(name)
    if len(batch) > 1:
        yield batch


def _size(lake: Lake, name: str) -> int | None:
    try:
        return lake.storage.size(name)
    except FileNotFoundError:  # another machine has merged it meanwhile
        return None


def _merge(lake: Lake, folder: str, names: list[str], now: datetime) -> None:
    """Write one file with every version of several, each once. The plan comes first: only it tells the duplicates."""
    resource = folder.split("/")[0]
    schema = schema_of(resource)
    tables = [in_schema(pq.ParquetFile(lake.storage.local(name)).read(), schema) for name in names]
    merged = _without_copies(pa.concat_tables(tables), _VERSION_KEYS[resource])
    output = f"{folder}/{lake.new_name(_newest(merged))}"
    plan_name = f"{PLANS}/{lake.new_name(now).removesuffix('.parquet')}.json"
    lake.storage.write(plan_name, msgspec.json.encode(Plan(output, names, now)))
    lake.storage.write(output, to_parquet(merged))


def schema_of(resource: str) -> pa.Schema:
    """Return the schema of the files of a resource, of the ledger or of the rejected records."""
    return {LEDGER: LEDGER_SCHEMA, REJECTED: REJECTED_SCHEMA}.get(resource) or RESOURCES[resource].schema


def in_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table in today's schema: a column that did not exist when it was written is null.

    Raises ``pyarrow.ArrowException`` where a column cannot be what it is today.
    """
    columns = [
        table[field.name].cast(field.type) if field.name in table.schema.names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _without_copies(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    """Return the rows in their order, without those whose key has occurred before."""
    keys = pl.from_arrow(table.select(list(key)))
    assert isinstance(keys, pl.DataFrame)
    is_first = keys.with_row_index("_position").unique(list(key), keep="first")["_position"].sort()
    return table if len(is_first) == len(table) else table.take(is_first.to_arrow())


def _newest(table: pa.Table) -> datetime | None:
    """Return the order value of the last row."""
    names = [name for name in ("_ordered_at", "_extracted_at", "finished_at") if name in table.schema.names]
    newest: datetime | None = pc.max(pc.coalesce(*(table[name] for name in names))).as_py()
    return newest


def _plans(lake: Lake) -> dict[str, Plan]:
    """Return the valid plans; forget those whose merged file was never written."""
    plans: dict[str, Plan] = {}
    for name in lake.storage.list(PLANS):
        if name.endswith(".json"):
            with suppress(FileNotFoundError):  # another machine has carried it out meanwhile
                plan = msgspec.json.decode(lake.storage.read(name), type=Plan)
                if lake.storage.exists(plan.output):
                    plans[name] = plan
                else:
                    lake.storage.delete(name)
    return plans


def _remove_replaced(lake: Lake, now: datetime, grace: timedelta) -> int:
    due = {name: plan for name, plan in _plans(lake).items() if now - plan.at >= grace}
    if not due:
        return 0
    removed = 0
    with lake.storage.removing() if isinstance(lake.storage, LocalStorage) else nullcontext():
        for name, plan in due.items():
            for old in plan.replaces:
                removed += lake.storage.exists(old)
                lake.storage.delete(old)
            lake.storage.delete(name)
    return removed


@contextmanager
def _alone(lake: Lake) -> Iterator[None]:
    """Admit one compaction at a time to a lake on this machine; a second one waits for the first."""
    if not isinstance(lake.storage, LocalStorage):
        yield
        return
    path = lake.storage.root / PLANS / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
