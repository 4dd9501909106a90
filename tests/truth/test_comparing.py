"""The comparison of marts can fail: it looks at every column that it claims to look at, closely enough."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.truth.comparing import About, differences, is_same
from tests.truth.reference import REFERENCES, Reference
from tests.truth.worlds import World

pytestmark = pytest.mark.slow

CENT = Decimal("0.01")


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as a mart would have it."""
    return {name: value.value if isinstance(value, About) else value for name, value in row.items()}


def wrong(value: Any) -> Any:
    """Return a value that is only just not the one wanted."""
    match value:
        case None:
            return "something"
        case bool():
            return not value
        case About():
            return value.value + value.by * 1.01
        case Decimal():
            return value + CENT
        case int():
            return value + 1
        case float():
            return value * (1 + 1e-8) + 1e-14
        case datetime():
            return value + timedelta(seconds=2)
        case date():
            return value + timedelta(days=1)
        case _:
            return f"{value}?"


def is_noticed(expected: list[dict[str, Any]], found: list[dict[str, Any]], reference: Reference) -> bool:
    """A wrong value in the key can also make two rows one."""
    try:
        return bool(differences(expected, found, reference.key, within=reference.within))
    except AssertionError as error:
        return "two rows" in str(error)


@pytest.mark.parametrize("mart", sorted(REFERENCES))
def test_a_wrong_value_in_any_column_is_noticed(seen: World, mart: str) -> None:
    reference = REFERENCES[mart]
    expected = reference.rows(seen.known)[:20]
    assert not differences(expected, map(plain, expected), reference.key, within=reference.within)
    for number, row in enumerate(expected):
        for column, value in row.items():
            found = [plain(one) for one in expected]
            found[number][column] = wrong(value)
            assert is_noticed(expected, found, reference), (column, value)


def test_a_missing_row_and_one_too_many_are_noticed() -> None:
    rows = [{"id": 1, "cost": Decimal(1)}, {"id": 2, "cost": Decimal(2)}]
    assert differences(rows, rows[:1], ("id",)) == ["missing: {'id': 2}"]
    assert differences(rows[:1], rows, ("id",)) == ["too much: {'id': 2}"]
    with pytest.raises(AssertionError, match="two rows"):
        differences(rows, [*rows, rows[0]], ("id",))


def test_a_millisecond_is_the_limit() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert is_same(noon, noon + timedelta(milliseconds=1))
    assert not is_same(noon, noon + timedelta(milliseconds=2))
