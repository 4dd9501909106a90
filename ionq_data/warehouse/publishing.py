"""Replace the published warehouse by a build that passed its tests."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec

from ionq_data.lake.storage import flush
from ionq_data.warehouse.connection import connect
from ionq_data.warehouse.errors import NothingToPublish, WarehouseError
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold
from ionq_data.warehouse.marts import Mart, read_marts
from ionq_data.warehouse.storage import memory_limit

_WAIT_SECONDS = 600
_PRIVATE = ".tmp"


@dataclass(frozen=True)
class Publication:
    """The published files after a publication.

    Attributes:
        is_new: whether this call published it; another may have published the same or a newer build first.
        marts: the Parquet file of each mart, by the mart's name.
    """

    warehouse: Path
    is_new: bool
    marts: dict[str, Path]


def publish(data_dir: Path) -> Publication:
    """Publish the newest build that passed, and its marts as Parquet files.

    Raises:
        NothingToPublish: no build has ever passed here.
        WarehouseError: the disk is full or not writable; what was published stays.
    """
    is_new = publish_warehouse(data_dir)
    return Publication(Layout(data_dir).warehouse, is_new, publish_marts(data_dir))


def publish_warehouse(data_dir: Path) -> bool:
    """Publish the newest build that passed, by one rename; tell whether there was one.

    There is none when another run has published it already.

    Raises:
        NothingToPublish: nothing waits and nothing is published.
        WarehouseError: the disk is full or not writable.
    """
    layout = Layout(data_dir)
    built = layout.ready / WAREHOUSE_FILE
    try:
        with _publishing(layout):
            if not built.is_file():
                if layout.warehouse.is_file():
                    return False
                raise NothingToPublish(f"No build in {data_dir} has passed its tests yet. Run 'ionq-data build'.")
            flush(built)
            # A log that lies here belongs to the old file: somebody may have opened that for writing.
            layout.warehouse.with_name(f"{WAREHOUSE_FILE}.wal").unlink(missing_ok=True)
            built.replace(layout.warehouse)
            flush(layout.data_dir)
            shutil.rmtree(layout.ready, ignore_errors=True)
            return True
    except OSError as error:
        raise WarehouseError(f"Cannot publish to {layout.warehouse}: {error.strerror or error}.") from error


def publish_marts(data_dir: Path) -> dict[str, Path]:
    """Write each mart of the published warehouse as a Parquet file, and return the files by the mart's name.

    A file stays if its mart has not changed since it was written. All others are written before the first is renamed
    into place. The file of a mart that no longer exists is removed. A file's metadata describes the mart and its
    columns, as ``description`` and ``columns`` (JSON).

    Raises:
        NoWarehouse: nothing is published yet.
        WarehouseError: the disk is full or not writable; existing files stay whole.
    """
    layout = Layout(data_dir)
    try:
        with _publishing(layout), connect(data_dir) as connection:
            connection.execute(f"set memory_limit = {_literal(memory_limit())}; set preserve_insertion_order = false")
            layout.marts.mkdir(parents=True, exist_ok=True)
            marts = read_marts(connection)
            files = {mart.name: layout.marts / f"{mart.name}.parquet" for mart in marts}
            stale = [mart for mart in marts if not _is_written(connection, mart, files[mart.name])]
            for mart in stale:
                _write(connection, mart, _private(files[mart.name]))
            for mart in stale:
                _private(files[mart.name]).replace(files[mart.name])
            for stray in set(layout.marts.iterdir()) - set(files.values()):
                if stray.name.endswith((".parquet", _PRIVATE)):
                    stray.unlink()
            flush(layout.marts)
            return files
    except (OSError, duckdb.Error) as error:
        raise WarehouseError(f"Cannot write the marts to {layout.marts}: {error}") from error


def _private(file: Path) -> Path:
    return file.with_name(file.name + _PRIVATE)


def _is_written(connection: duckdb.DuckDBPyConnection, mart: Mart, file: Path) -> bool:
    """Tell whether a file holds the mart's present rows, by the hash in its metadata."""
    if not mart.content or not file.is_file():
        return False
    try:
        found = connection.execute("select key, value from parquet_kv_metadata(?)", [str(file)]).fetchall()
    except duckdb.Error:
        return False  # it is no Parquet file: replace it, whatever it is
    return {key.decode(): value.decode() for key, value in found} == _metadata(mart)


def _metadata(mart: Mart) -> dict[str, str]:
    columns = msgspec.json.encode(mart.columns).decode()
    return {"content": mart.content, "description": mart.description, "columns": columns}


def _write(connection: duckdb.DuckDBPyConnection, mart: Mart, file: Path) -> None:
    metadata = ", ".join(f"{key}: {_literal(value)}" for key, value in _metadata(mart).items())
    # the lowest level makes the file a tenth larger, and writes it in two thirds of the time; a dictionary of more
    # values makes no file smaller, and takes a fifth of the time
    options = (
        f"format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000, kv_metadata {{{metadata}}}"
    )
    connection.execute(f'copy main."{mart.name}" to {_literal(str(file))} ({options})')
    flush(file)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _publishing(layout: Layout) -> AbstractContextManager[int]:
    return hold(layout.builds / "publish.lock", purpose="publishing the warehouse", wait_seconds=_WAIT_SECONDS)
