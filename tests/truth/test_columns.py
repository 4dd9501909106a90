"""Every mart is there with its columns and types, whatever the lake holds: a year, one job, or nothing at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.sql.marts import build
from tests.truth.columns import MONEY, PROMISED
from tests.truth.comparing import read_rows
from tests.truth.reference import REFERENCES, compare
from tests.truth.worlds import World, connected, read_first


def shape(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the type of each column of each mart."""
    columns: dict[str, dict[str, str]] = {}
    for mart, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and not internal and database_name = current_database()"
    ).fetchall():
        columns.setdefault(mart, {})[column] = kind
    return columns


def test_every_mart_has_its_columns(seen: World) -> None:
    with seen.connect() as connection:
        there = shape(connection)
    assert there.keys() == PROMISED.keys()
    missing = {mart: columns - there[mart].keys() for mart, columns in PROMISED.items()}
    assert {mart: columns for mart, columns in missing.items() if columns} == {}


def test_money_is_decimal_and_times_are_without_zone(seen: World) -> None:
    with seen.connect() as connection:
        there = shape(connection)
    money = [(mart, column, there[mart][column]) for mart, columns in MONEY.items() for column in columns]
    assert [one for one in money if not one[2].startswith("DECIMAL")] == []
    kinds = [(mart, column, kind) for mart, columns in there.items() for column, kind in columns.items()]
    times = [one for one in kinds if "TIME" in one[2]]
    assert len(times) > 20
    assert [one for one in times if one[2] != "TIMESTAMP"] == []


@pytest.mark.prove
def test_nothing_at_all_builds_to_empty_marts(tmp_path: Path, seen: World) -> None:
    """The marts of an empty lake have the same columns, of the same types."""
    Lake(tmp_path / "lake").ensure(["default"])
    with build(tmp_path, tmp_path / "lake") as connection, seen.connect() as full:
        assert shape(connection) == shape(full)
        assert [mart for mart in PROMISED if read_rows(connection, mart)] == []


@pytest.mark.prove
def test_one_job_builds_to_the_right_marts(tmp_path: Path) -> None:
    scenario = Scenario(seed=3, days=2, jobs=1, anchor=datetime(2026, 3, 24, 18, tzinfo=UTC), contract="2026-05")
    settings = Settings(data_dir=tmp_path, accounts=(Account(),))
    with Emulator(scenario).serve() as server:
        clock = server.emulator.clock.now
        records = sync(settings, Lake(settings.lake_dir), connect=connected(server), clock=clock)
        assert all(record.complete for record in records)
        known = read_first(server)
    assert len(known.jobs) == 1
    with build(tmp_path, settings.lake_dir) as connection:
        differing = {mart: compare(connection, mart, known)[1] for mart in REFERENCES}
    assert {mart: words for mart, words in differing.items() if words} == {}
