"""The warehouse and the marts open in the tools that people have: DuckDB 1.2 and later, pyarrow, Polars and pandas."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from tests.conftest import Simulated
from tests.environments import find_uv

READ = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set TimeZone = 'UTC'")
tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
facts = {}
for schema, table in tables:
    every_value = f'select count(*), sum(strlen(t::varchar)) from "{schema}"."{table}" as t'
    facts[f"{schema}.{table}"] = connection.execute(every_value).fetchone()[0]
said = connection.execute("select comment from duckdb_columns() where column_name = 'queue_seconds'").fetchone()
print(json.dumps({"version": duckdb.__version__, "rows": facts, "comment": said[0]}))
"""


def test_the_file_says_the_oldest_version_that_reads_it(simulated: Simulated) -> None:
    with simulated.connect() as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchone()
    assert tags == ({"storage_version": "v1.2.0+"},)


@pytest.mark.prove
@pytest.mark.parametrize("release", ["1.2.2", "1.4.4", "1.5.0", duckdb.__version__])
def test_each_duckdb_reads_every_table(simulated: Simulated, tmp_path: Path, release: str) -> None:
    """In an environment of its own, with nothing of this project."""
    uv = find_uv()
    subprocess.run([uv, "venv", "--quiet", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, f"duckdb=={release}"], check=True)
    file = str(simulated.data_dir / "warehouse.duckdb")
    read = json.loads(subprocess.run([python, "-c", READ, file], check=True, capture_output=True, text=True).stdout)

    assert read["version"] == release
    with simulated.connect() as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        ).fetchall()
        counts = {name: connection.execute(f"select count(*) from {name}").fetchall()[0][0] for (name,) in tables}
    assert read["rows"] == counts
    assert counts["main.fct_jobs"] > 1000
    assert "started_at" in read["comment"]


def test_arrow_polars_and_pandas_read_every_mart(simulated: Simulated) -> None:
    """Each finds the rows and the columns of the warehouse, and the words about them in the file."""
    with simulated.connect() as connection:
        for file in sorted((simulated.data_dir / "marts").glob("*.parquet")):
            rows = connection.execute(f"select count(*) from {file.stem}").fetchall()[0][0]
            names = [name for name, *_ in connection.execute(f"describe {file.stem}").fetchall()]
            table = pq.read_table(file)
            assert (table.num_rows, table.column_names) == (rows, names)
            frame = pl.read_parquet(file)
            assert (frame.height, frame.columns) == (rows, names)
            data = table.to_pandas()
            assert (len(data), list(data.columns)) == (rows, names)
            assert connection.table(file.stem).df().shape == data.shape
            said = pq.read_metadata(file).metadata
            assert said[b"description"], file.stem
            assert set(json.loads(said[b"columns"])) == set(names), f"a column of {file.stem} is not described"
