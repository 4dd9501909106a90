"""Read the published warehouse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ionq_data.warehouse.errors import NoWarehouse
from ionq_data.warehouse.layout import Layout


def connect(data_dir: Path) -> duckdb.DuckDBPyConnection:
    """Open the published warehouse for reading; times are shown in UTC.

    The pipeline never writes to a published file; it replaces the file. So a connection blocks nothing, and shows
    the state at the moment it was opened for as long as it stays open.

    Raises:
        NoWarehouse: nothing is published yet.
    """
    file = Layout(data_dir).warehouse
    if not file.is_file():
        raise NoWarehouse(f"There is no warehouse in {data_dir} yet. Run 'ionq-data sync' or 'ionq-data build'.")
    return _open(file)


def published_at(data_dir: Path) -> datetime | None:
    """Return when the published build began to read the lake (UTC), or None if nothing is published."""
    made = _read_record(Layout(data_dir).warehouse)
    return made[0] if made else None


def built_with(file: Path) -> str | None:
    """Return the hash of the dbt project that made a warehouse file; None if this package did not make it."""
    made = _read_record(file)
    return made[1] if made else None


def _read_record(file: Path) -> tuple[datetime, str] | None:
    """Read a build's own note in its file: when it began, and the hash of the project that made it."""
    if not file.is_file():
        return None
    try:
        with _open(file) as connection:
            row = connection.execute("select started_at, project_hash from meta.build").fetchone()
    except (duckdb.CatalogException, duckdb.IOException):
        return None
    return (row[0].astimezone(UTC), row[1]) if row else None


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(file), read_only=True)
    connection.execute("set TimeZone = 'UTC'")  # a statement loads the extension that it needs
    return connection
