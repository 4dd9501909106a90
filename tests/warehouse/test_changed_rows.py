"""A model that reads others by the key of its rows gets only the rows anew whose keys have changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_data.warehouse import running
from ionq_data.warehouse.fingerprints import Made
from ionq_data.warehouse.graph import ONLY_SOME_ROWS, Graph, Model, placeholder, read_graph
from ionq_data.warehouse.running import Run

SOME = placeholder(ONLY_SOME_ROWS)
MARK = "left alone"

Jobs = dict[int, tuple[int | None, int]]
"""The parent and the price of each job."""


def manifest(**models: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what dbt would write about some models, by their SQL and settings; a model reads those that it names."""
    nodes = {}
    for name, (sql, meta) in models.items():
        nodes[f"model.{name}"] = {
            "unique_id": f"model.{name}",
            "name": name,
            "resource_type": "model",
            "config": {"materialized": "table", "meta": meta},
            "depends_on": {"nodes": [f"model.{other}" for other in models if f"main.{other}" in sql]},
            "compiled_code": sql,
            "relation_name": f"main.{name}",
            "description": "",
            "columns": {},
        }
    return {"nodes": nodes}


KEYED = {"row_key": "id"}
PROJECT = manifest(
    jobs=("select id, parent, price from raw.jobs", KEYED),
    rates=("select rate from raw.rates", {}),
    trees=(
        "with recursive roots as (select id, id as root from main.jobs where parent is null "
        "union all select jobs.id, roots.root from main.jobs as jobs join roots on jobs.parent = roots.id) from roots",
        KEYED | {"rows_together": "root"},
    ),
    bills=(
        f"select jobs.id, jobs.price * rates.rate as cost, '' as note from (select * from main.jobs {SOME}) as jobs, "
        "main.rates as rates",
        KEYED,
    ),
    costs=(
        f"select trees.root as id, sum(bills.cost) as cost, '' as note from (select * from main.trees {SOME}) as trees "
        f"join (select * from main.bills {SOME}) as bills using (id) group by trees.root",
        KEYED,
    ),
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("create schema raw")
        yield made


def put(connection: duckdb.DuckDBPyConnection, jobs: Jobs, rate: int = 1) -> None:
    connection.execute("create or replace table raw.jobs (id bigint, parent bigint, price bigint)")
    for job, (parent, price) in jobs.items():
        connection.execute("insert into raw.jobs values (?, ?, ?)", [job, parent, price])
    connection.execute(f"create or replace table raw.rates as select {rate} as rate")


def run(connection: duckdb.DuckDBPyConnection, made: dict[str, Made]) -> None:
    """Run the project; ``jobs`` and ``rates`` are always built, as models that read the lake are."""
    graph = read_graph(PROJECT, {}, {})
    for name in ("jobs", "rates"):
        if before := made.get(f"model.{name}"):
            made[f"model.{name}"] = Made("another lake", before.content, before.status, None, None)
    results = Run(connection, {}, {}, made).everything(graph)
    assert [result.message for result in results if result.is_broken] == []


def mark(connection: duckdb.DuckDBPyConnection, *models: str) -> None:
    for model in models:
        connection.execute(f"update {model} set note = '{MARK}'")


def marked(connection: duckdb.DuckDBPyConnection, model: str) -> set[int]:
    return {row for (row,) in connection.execute(f"select id from {model} where note = '{MARK}'").fetchall()}


def rows(connection: duckdb.DuckDBPyConnection, model: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"select id, cost from {model} order by all").fetchall()


FAMILIES: Jobs = {1: (None, 10), 2: (1, 20), 3: (1, 30), 4: (None, 40), 5: (4, 50), 6: (None, 60)}


def test_only_the_rows_that_changed_are_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    made: dict[str, Made] = {}
    put(connection, FAMILIES)
    run(connection, made)
    mark(connection, "bills", "costs")
    put(connection, {**FAMILIES, 2: (1, 21)})
    run(connection, made)
    assert marked(connection, "bills") == {1, 3, 4, 5, 6}
    assert marked(connection, "costs") == {4, 6}
    assert rows(connection, "costs") == [(1, 61), (4, 90), (6, 60)]


def test_a_job_that_moves_changes_the_family_that_it_left(connection: duckdb.DuckDBPyConnection) -> None:
    made: dict[str, Made] = {}
    put(connection, FAMILIES)
    run(connection, made)
    mark(connection, "costs")
    put(connection, {**FAMILIES, 3: (4, 30)})
    run(connection, made)
    assert rows(connection, "costs") == [(1, 30), (4, 120), (6, 60)]
    assert marked(connection, "costs") == {6}


def test_a_row_that_is_gone_leaves_all_of_them(connection: duckdb.DuckDBPyConnection) -> None:
    made: dict[str, Made] = {}
    put(connection, FAMILIES)
    run(connection, made)
    put(connection, {job: facts for job, facts in FAMILIES.items() if job != 6})
    run(connection, made)
    assert rows(connection, "costs") == [(1, 60), (4, 90)]
    assert len(rows(connection, "bills")) == 5


def test_what_every_row_reads_builds_every_row_anew(connection: duckdb.DuckDBPyConnection) -> None:
    made: dict[str, Made] = {}
    put(connection, FAMILIES)
    run(connection, made)
    mark(connection, "bills")
    put(connection, {**FAMILIES, 2: (1, 21)}, rate=2)
    run(connection, made)
    assert marked(connection, "bills") == set()
    assert rows(connection, "costs") == [(1, 122), (4, 180), (6, 120)]


def test_a_model_that_missed_a_change_is_built_anew(connection: duckdb.DuckDBPyConnection) -> None:
    """A build of a part leaves the others as they were: what changed then is not among the changes of the next."""
    made: dict[str, Made] = {}
    put(connection, FAMILIES)
    run(connection, made)
    left_out = {name: made[name] for name in ("model.bills", "model.costs", "model.trees")}
    put(connection, {**FAMILIES, 2: (1, 21)})
    jobs = Graph(tuple(node for node in read_graph(PROJECT, {}, {}).nodes if node.name == "jobs"))
    made["model.jobs"] = Made("", made["model.jobs"].content, "success", None, None)
    Run(connection, {}, {}, made).everything(jobs)
    assert {name: made[name] for name in left_out} == left_out
    put(connection, {**FAMILIES, 2: (1, 21), 6: (None, 61)})
    run(connection, made)
    assert rows(connection, "costs") == [(1, 61), (4, 90), (6, 61)]


parents_first = st.dictionaries(st.integers(1, 9), st.tuples(st.none() | st.integers(1, 9), st.integers(0, 99))).map(
    lambda jobs: {
        job: (parent if parent in jobs and parent < job else None, price)
        for job, (parent, price) in sorted(jobs.items())
    }
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(parents_first, st.sampled_from([1, 1, 1, 2])), min_size=2, max_size=4), st.integers(0, 9))
def test_any_history_ends_as_a_build_from_nothing(history: list[tuple[Jobs, int]], few_rows: int) -> None:
    """Whether few rows change or so many that every row is built anew."""
    with duckdb.connect() as kept, duckdb.connect() as fresh, patch.object(running, "_FEW_ROWS", few_rows):
        made: dict[str, Made] = {}
        kept.execute("create schema raw")
        fresh.execute("create schema raw")
        for jobs, rate in history:
            put(kept, jobs, rate)
            run(kept, made)
        put(fresh, *history[-1])
        anew: dict[str, Made] = {}
        run(fresh, anew)
        for model in ("jobs", "trees", "bills", "costs"):
            every = f"select * from {model} order by all"
            assert kept.execute(every).fetchall() == fresh.execute(every).fetchall()
            assert made[f"model.{model}"].content == anew[f"model.{model}"].content


@pytest.mark.parametrize(
    ("sql", "meta"),
    [
        (f"select id from (select * from main.jobs {SOME}) where id in (select id from main.jobs)", KEYED),
        (f"select id as other from (select * from main.jobs {SOME})", {"row_key": "other"}),
        (f"select id from (select * from main.jobs {SOME})", {}),
        ("select id from main.jobs", KEYED),
    ],
    ids=["named twice, once without a filter", "another key", "no key", "no filter"],
)
def test_rows_are_not_enough_for_what_reads_more(sql: str, meta: dict[str, Any]) -> None:
    graph = read_graph(manifest(jobs=("select 1 as id", KEYED), reader=(sql, meta)), {}, {})
    reader = next(node for node in graph.nodes if node.name == "reader")
    assert isinstance(reader, Model)
    assert (reader.row_parents, reader.rows_sql) == ((), "")
    assert SOME not in reader.sql
