"""A DuckDB of its own for each question to the lake: small, in memory, and gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from ionq_data.lake.storage import LakeError

_MEMORY = "192MB"


@contextmanager
def open_query() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB whose memory is bounded; what does not fit is spilled to a temporary folder.

    Raises:
        LakeError: a file of the lake cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="ionq-data-") as spill:
        connection = duckdb.connect(
            config={
                "memory_limit": _MEMORY,
                "threads": 2,
                "preserve_insertion_order": False,
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        connection.execute("set TimeZone = 'UTC'")
        try:
            yield connection
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException) as error:
            raise LakeError(f"the lake cannot be read: {error}. See `ionq-data lake verify`") from error
        finally:
            connection.close()


def add_view(query: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], schema: pa.Schema) -> None:
    """Show files as a view of today's schema: a column that did not exist when they were written is null."""
    query.register(f"{name}_nothing", schema.empty_table())
    if not files:
        query.execute(f"create or replace view {name} as from {name}_nothing")
        return
    files_of_all_releases = query.read_parquet(list(files), union_by_name=True, hive_partitioning=False)
    files_of_all_releases.create_view(f"{name}_files", replace=True)
    query.execute(f"create or replace view {name} as from {name}_files union all by name from {name}_nothing")
