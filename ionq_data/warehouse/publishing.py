"""Put a build that passed its tests in the place of the published warehouse."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ionq_data.lake.storage import flush
from ionq_data.warehouse.connection import connect
from ionq_data.warehouse.errors import NothingToPublish, WarehouseError
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold

_WAIT_SECONDS = 600
_PRIVATE = ".tmp"


@dataclass(frozen=True)
class Publication:
    """What is published after a publication.

    Attributes:
        is_new: this call put it there; another may have been quicker with the same or a newer build.
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
    """Put the newest build that passed in place, by one rename; tell whether there was one.

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
            # Somebody who opened the published file for writing may have left a log of that file, not of this one.
            layout.warehouse.with_name(f"{WAREHOUSE_FILE}.wal").unlink(missing_ok=True)
            built.replace(layout.warehouse)
            flush(layout.data_dir)
            shutil.rmtree(layout.ready, ignore_errors=True)
            return True
    except OSError as error:
        raise WarehouseError(f"Cannot publish to {layout.warehouse}: {error.strerror or error}.") from error


def publish_marts(data_dir: Path) -> dict[str, Path]:
    """Write each mart of the published warehouse as a Parquet file, and return the files by the mart's name.

    All are written before the first is renamed into place; the file of a mart that is no more is removed.

    Raises:
        NoWarehouse: nothing is published yet.
        WarehouseError: the disk is full or not writable; a file that is there stays whole.
    """
    layout = Layout(data_dir)
    try:
        with _publishing(layout), connect(data_dir) as connection:
            layout.marts.mkdir(parents=True, exist_ok=True)
            names = mart_names(connection)
            files = {name: layout.marts / f"{name}.parquet" for name in names}
            for name, file in files.items():
                _write(connection, name, file.with_name(file.name + _PRIVATE))
            for file in files.values():
                file.with_name(file.name + _PRIVATE).replace(file)
            for stray in set(layout.marts.iterdir()) - set(files.values()):
                if stray.name.endswith((".parquet", _PRIVATE)):
                    stray.unlink()
            flush(layout.marts)
            return files
    except (OSError, duckdb.Error) as error:
        raise WarehouseError(f"Cannot write the marts to {layout.marts}: {error}") from error


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the marts' names: the tables and views of the schema ``main``."""
    rows = connection.sql("select table_name from information_schema.tables where table_schema = 'main' order by 1")
    return [name for (name,) in rows.fetchall()]


def _write(connection: duckdb.DuckDBPyConnection, mart: str, file: Path) -> None:
    connection.table(f'main."{mart}"').write_parquet(str(file), compression="zstd")
    flush(file)


def _publishing(layout: Layout) -> AbstractContextManager[int]:
    return hold(layout.builds / "publish.lock", purpose="publishing the warehouse", wait_seconds=_WAIT_SECONDS)
