"""The database file that a build writes: how DuckDB is set up for it, and who can read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

STORAGE_VERSION = "v1.2.0"
"""The oldest DuckDB that reads the published file: tools that read DuckDB carry 1.x for years."""

_MEMORY = "IONQ_DATA_MEMORY"


@contextmanager
def open_build(file: Path, *, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a build's file for writing, with the settings of ``sql/profiles.yml``.

    Args:
        spill: the folder of what does not fit into memory; it is removed afterwards by whoever made it.
    """
    connection = duckdb.connect(
        str(file),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "memory_limit": os.environ.get(_MEMORY, "2GB"),
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        },
    )
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
