"""The macros of ``sql/macros/dialect``: models leave these matters to them, and Spark answers as DuckDB does."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

SQL = Path(__file__).parents[2] / "sql"
DIALECT = "\n".join(path.read_text() for path in sorted((SQL / "macros" / "dialect").glob("*.sql")))
OF_ONE_ENGINE = re.compile(
    r"\b(?:make_timestamp|epoch_us|isodow|try_strptime|generate_series|unnest|len|list_\w+|array_to_string|arg_max|arg_min"
    r"|quantile_cont|mad|struct_pack|row|hash|read_csv|parquet_metadata|json_\w+|product|mode|error|try|starts_with"
    r"|explode|sequence|array_size|transform|unix_micros|xxhash64|percentile|named_struct|from_json)\("
    r"|\bunion all by name\b|\basof\b|\bexclude\b|\blambda\b|::varchar\b|,\s*\bfrom\b|//|(?<![\w'])\["
)
"""What one engine has and the others do not, or not by that name: a macro says it for every engine."""
MACRO_CALL = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*", re.S)
INCREMENTAL = re.compile(r"\{% if is_incremental\(\) %\}.*?\{% (?:else|endif) %\}", re.S)
"""No other engine than DuckDB ever reads what stands there."""

CASES = {
    "utc": lambda call: f"select cast({call('utc', 'early')} as string) from rows",
    "seconds_between": lambda call: (
        f"select {call('seconds_between', call('utc', 'early'), call('utc', 'late'))} from rows"
    ),
    "latest_by": lambda call: f"select {call('latest_by', 'val', ['rank', 'name'])} from rows group by part",
    "latest_by_one": lambda call: f"select {call('latest_by', 'val', ['rank'])} from distinct_ranks group by part",
    "median_of_list": lambda call: f"select {call('median_of_list', 'vals')} from lists",
    "median_absolute_deviation": lambda call: f"select {call('median_absolute_deviation', 'vals', '0.3')} from lists",
    "all_but": lambda call: f"select {call('all_but', ['part', 'rank', 'name', 'early', 'late'], 'rows')} from rows",
    "row_of": lambda call: f"select count(distinct {call('row_of', ['rank', 'name'])}) from rows",
    "theil_sen_slope": lambda call: f"select {call('theil_sen_slope', 'points')} from lists",
}


def caller(engine: str) -> Callable[..., str]:
    """Return what renders a macro as dbt does for an engine."""
    adapter = SimpleNamespace()
    module: Any = Environment(autoescape=False).from_string(DIALECT).make_module({"adapter": adapter})
    adapter.dispatch = lambda name: getattr(module, f"{engine}__{name}", None) or getattr(module, f"default__{name}")
    return lambda name, *arguments: str(getattr(module, name)(*arguments))


def tables(seed: int, text: str, named: tuple[str, str]) -> dict[str, str]:
    """Return the SQL of the tables that the cases read, with an engine's type of text and its list and struct."""
    rng = random.Random(seed)
    a_list, a_struct = named

    def some(value: object) -> str:
        return "null" if rng.random() < 0.2 else str(value)

    def time() -> str:
        return some(f"timestamptz '2026-{rng.randint(1, 12):02}-08 07:30:00.{rng.randint(0, 999999):06}Z'")

    rows = [
        f"({rng.randint(1, 40)}, {some(rng.randint(1, 3))}, {some(repr('abc'[rng.randint(0, 2)]))}, {number}, "
        f"{time()}, {time()})"
        for number in range(300)
    ]
    # rows that tie in their order are nobody's latest: the value follows from the order
    lists = []
    for length in [*range(12), 40]:
        vals = ", ".join(f"cast({some(round(rng.random(), 6))} as double)" for _ in range(length))
        points = ", ".join(a_struct.format(x=rng.randint(0, 9), y=round(rng.random(), 6)) for _ in range(length))
        lists.append(f"({length}, {a_list.format(vals)}, {a_list.format(points)})" if length else "")
    base = "(values " + ", ".join(rows) + ") as raw(part, rank, name, number, early, late)"
    named = f"concat(coalesce(cast(rank as {text}), '-'), coalesce(name, '-'))"
    value = f"case when rank = 2 and name = 'b' then null else {named} end"
    return {
        "rows": f"select part, rank, name, {value} as val, early, late from {base}",
        "distinct_ranks": f"select part, rank, min(concat('v', cast(rank as {text}))) as val from {base} group by 1, 2",
        "lists": "select * from (values " + ", ".join(filter(None, lists)) + ") as raw(size, vals, points)",
    }


def ordered(answers: list[Any]) -> list[Any]:
    """Return a column's values in an order that no engine decides."""
    return sorted(answers, key=lambda value: (value is None, str(value) if isinstance(value, str) else value or 0))


def alike(found: Any, expected: Any) -> bool:
    """Tell whether two values are one: texts and nulls exactly, numbers to 1e-9."""
    if isinstance(found, float) and isinstance(expected, float):
        return abs(found - expected) <= 1e-9
    return bool(found == expected)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark's local mode, in a zone that is not UTC."""
    sessions = pytest.importorskip("pyspark.sql", reason="needs pyspark and a Java runtime")
    os.environ["TZ"] = "UTC"
    builder = sessions.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", "2g").config("spark.sql.shuffle.partitions", "1")
    session = builder.config("spark.sql.session.timeZone", "America/New_York").getOrCreate()
    yield session
    session.stop()


def test_models_leave_to_the_macros_what_one_engine_alone_has() -> None:
    written = {}
    for path in sorted([*(SQL / "models").rglob("*.sql"), *(SQL / "tests").rglob("*.sql")]):
        plain = MACRO_CALL.sub(" macro ", INCREMENTAL.sub("", path.read_text()))
        if found := sorted({match[0] for match in OF_ONE_ENGINE.finditer(plain)}):
            written[path.name] = found
    assert written == {}


def test_every_dispatched_macro_has_both_versions() -> None:
    everything = DIALECT + (SQL / "macros" / "incremental_changes.sql").read_text()
    names = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", everything))
    for engine in ("default", "spark"):
        assert set(re.findall(rf"macro {engine}__(\w+)\(", everything)) == names
    assert {case.removesuffix("_one") for case in CASES} <= set(re.findall(r"macro (\w+)\(", DIALECT))


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(4))
def test_spark_answers_as_duckdb(spark: Any, seed: int) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, sql in tables(seed, "varchar", ("[{}]", "{{'x': {x}, 'y': {y}}}")).items():
            connection.execute(f"create table {name} as {sql}")
        for name, sql in tables(
            seed, "string", ("array({})", "named_struct('x', {x}, 'y', cast({y} as double))")
        ).items():
            spark.sql(sql.replace("timestamptz", "timestamp")).createOrReplaceTempView(name)
        for case, write in CASES.items():
            expected = ordered([row[0] for row in connection.execute(write(caller("duckdb"))).fetchall()])
            found = ordered([row[0] for row in spark.sql(write(caller("spark"))).collect()])
            assert any(value is not None for value in expected), case
            assert len(found) == len(expected), case
            assert all(map(alike, found, expected)), case
