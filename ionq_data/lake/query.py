"""Questions to the lake, each over a connection of its own to one small DuckDB in memory."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import duckdb
import pyarrow as pa

from ionq_data.lake.storage import LakeError

_MEMORY = "192MB"


@contextmanager
def open_query() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection whose memory is bounded; what does not fit is spilled to a temporary folder.

    A question creates its views and tables as temporary ones, so no other question sees them.

    Raises:
        LakeError: a file of the lake cannot be read.
    """
    connection = _database().cursor()
    try:
        yield connection
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException) as error:
        raise LakeError(f"the lake cannot be read: {error}. Run `ionq-data lake verify`") from error
    finally:
        connection.close()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Start the DuckDB that all questions of this process share: most questions take less time than its start."""
    database = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": 1,
            "preserve_insertion_order": False,
            "temp_directory": f"{tempfile.gettempdir()}/ionq-data-{uuid.uuid4().hex}",  # created when first needed
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_file_cache": False,  # files are read once, and cached pages would fill the memory
        }
    )
    database.execute("set global TimeZone = 'UTC'")
    return database


def add_view(query: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], schema: pa.Schema) -> None:
    """Create a view of files in today's schema; a column that a file lacks is null."""
    query.register(f"{name}_nothing", schema.empty_table())
    if not files:
        query.execute(f"create or replace temp view {name} as from {name}_nothing")
        return
    listed = ", ".join("'{}'".format(file.replace("'", "''")) for file in files)
    read = f"from read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    query.execute(f"create or replace temp view {name} as {read} union all by name from {name}_nothing")
