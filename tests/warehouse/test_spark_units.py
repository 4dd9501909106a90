"""dbt's unit tests on Spark: what each model makes of the same few rows, against what its test expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ionq_data.warehouse.graph import Graph, Model, read_manifest
from ionq_data.warehouse.layout import WAREHOUSE_FILE
from ionq_data.warehouse.project import compile_project, places
from ionq_data.warehouse.spark import SparkRun, _view, open_session
from tests.sql import marts
from tests.warehouse.test_spark import needs_spark

Rows = str | Sequence[Mapping[str, Any]]


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_every_unit_test_holds(tmp_path: Path) -> None:
    needs_spark()
    lake = marts.write_lake(tmp_path / "lake", {})
    marts.build(tmp_path, lake).close()
    paths = places(tmp_path, lake_dir=lake, budgets=None)
    compiled = compile_project(tmp_path, paths, "spark")
    tests = read_manifest(compiled.manifest)["unit_tests"].values()
    graph = compiled.graph(paths)
    models = {node.name: node for node in graph.nodes if isinstance(node, Model)}
    wrong: dict[str, Any] = {}
    with duckdb.connect() as connection, open_session(tmp_path / "spark") as session:
        connection.execute(f"attach '{tmp_path / WAREHOUSE_FILE}' as built (read_only)")
        run = spark_run(connection, session, graph, lake)
        for test in tests:
            for given in test["given"]:
                model = models[given["input"].removeprefix("ref('").removesuffix("')")]
                file = tmp_path / f"{test['name']}-{model.name}.parquet"
                fill(connection, model, given["rows"])
                connection.execute(f"copy rows to '{file}' (format parquet)")
                session.read.parquet(str(file)).createOrReplaceTempView(_view(model.relation))
            model, place = models[test["model"]], tmp_path / "made" / test["name"]
            session.sql(run._with_views(model.sql)).write.parquet(str(place))
            if difference := compare(connection, model, place, test["expect"]["rows"]):
                wrong[test["name"]] = difference
    assert len(tests) > 50
    assert not wrong


def spark_run(connection: duckdb.DuckDBPyConnection, session: Any, graph: Graph, lake: Path) -> SparkRun:
    run = SparkRun(connection, {}, {}, {}, session=session, lake=str(lake))
    run.prepare(graph)
    return run


def fill(connection: duckdb.DuckDBPyConnection, model: Model, rows: Rows) -> list[str]:
    """Put the rows of a unit test into a table ``rows`` with the model's types; return the columns that they name."""
    connection.execute(f"create or replace table rows as select * from built.{model.relation} limit 0")
    if isinstance(rows, str):
        named = [column for column, *_ in connection.execute(f"describe {rows}").fetchall()]
        connection.execute(f"insert into rows by name {rows}")
        return named
    for row in rows:
        columns = ", ".join(f'"{name}"' for name in row)
        values = ", ".join("?" for _ in row)
        connection.execute(f"insert into rows ({columns}) values ({values})", list(row.values()))
    return list(dict.fromkeys(name for row in rows for name in row))


def compare(connection: duckdb.DuckDBPyConnection, model: Model, made: Path, rows: Rows) -> dict[str, Any]:
    """Return the rows that are missing and those that are too many, in the columns that the test names."""
    named = fill(connection, model, rows)
    kinds = {name: kind for name, kind, *_ in connection.execute("describe rows").fetchall()}
    columns = [f'round("{name}", 9) as "{name}"' if kinds[name] == "DOUBLE" else f'"{name}"' for name in named]
    columns = columns or list(kinds)
    connection.execute("create or replace table expected as from rows")
    connection.execute("delete from rows")
    connection.execute(f"insert into rows by name from read_parquet('{made}/*.parquet')")
    listed = ", ".join(columns)
    one, other = f"select {listed} from expected", f"select {listed} from rows"
    missing = connection.execute(f"{one} except all {other}").fetchall()
    too_many = connection.execute(f"{other} except all {one}").fetchall()
    return {"missing": missing, "too many": too_many} if missing or too_many else {}
