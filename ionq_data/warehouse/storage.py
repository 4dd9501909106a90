"""The database file that a build writes: DuckDB's settings for it, and the versions that can read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

STORAGE_VERSION = "v1.2.0"
"""The oldest DuckDB that reads the published file: tools keep an old DuckDB 1.x for years."""

_MEMORY = "IONQ_DATA_MEMORY"


def memory_limit() -> str:
    """Return how much memory a build, and writing its marts as files, may use: DuckDB alone would take most of it."""
    return os.environ.get(_MEMORY, "1900MB")


@contextmanager
def open_build(file: Path, *, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a build's file for writing, with the settings of ``sql/profiles.yml``.

    Args:
        spill: the folder for what does not fit into memory; whoever made it removes it afterwards.
    """
    connection = duckdb.connect(
        str(file),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "memory_limit": memory_limit(),
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        },
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        # several models read each resource: without this, each would open every file to learn its columns
        connection.execute("set parquet_metadata_cache = true")
        yield connection
    finally:
        connection.close()
