"""Every mart equals what plain Python, NumPy, SciPy and lifelines make of the API's own answers."""

from __future__ import annotations

import pytest

from tests.truth.comparing import read_rows, report
from tests.truth.conftest import LATER, Lives
from tests.truth.reference import PROVED_ELSEWHERE, REFERENCES, compare
from tests.truth.worlds import SWITCHES, World

MARTS = sorted(REFERENCES)


def test_no_mart_is_left_out(seen: World) -> None:
    with seen.connect() as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
    assert {name for (name,) in tables} == {*MARTS, *PROVED_ELSEWHERE}


@pytest.mark.parametrize("mart", MARTS)
def test_mart_equals_the_reference(world: World, mart: str) -> None:
    """Also while life goes on: costs settle, jobs go on and disappear, dates are restated."""
    with world.connect() as connection:
        rows, words = compare(connection, mart, world.known)
    assert rows, "there is nothing to compare"
    assert not words, report(words, mart)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=LATER) for seed in SWITCHES])
@pytest.mark.parametrize("mart", MARTS)
def test_a_build_upon_another_gives_the_rows_of_one_from_nothing(lives: Lives, seed: int, mart: str) -> None:
    worlds = lives(seed)
    with worlds["third"].connect() as upon, worlds["from nothing"].connect() as nothing:
        assert sorted(map(repr, read_rows(upon, mart))) == sorted(map(repr, read_rows(nothing, mart)))
