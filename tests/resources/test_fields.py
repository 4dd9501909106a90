"""What each kind of column takes, and what it leaves null with a sentence about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.resources import kinds as fields
from ionq_data.resources.fields import field, read_values, shown
from ionq_data.resources.kinds import Kind
from ionq_data.resources.usage import USAGE

GROUPS = next(f.kind for f in USAGE.fields if f.name == "group_usages")
AMOUNTS = GROUPS.members["amounts"]
GROUP = {"group_id": "p", "group_name": "P", "amount": Decimal("1.5"), "job_count": 2, "time_us": Decimal("0.5")}

GOOD: list[tuple[Kind, Any, Any]] = [
    (fields.TEXT, "", ""),
    (fields.TEXT, "naïve 🦆 \x00 <b>", "naïve 🦆 \x00 <b>"),
    (fields.KEY, "a" * 255, "a" * 255),
    (fields.BOOLEAN, False, False),
    (fields.SWITCH, True, True),
    (fields.SWITCH, {"p2q": 0.5}, True),
    (fields.INTEGER, -(2**63), -(2**63)),
    (fields.INTEGER, Decimal("3.0"), 3),
    (fields.INTEGER, 2.0, 2),
    (fields.NUMBER, 3, 3.0),
    (fields.NUMBER, Decimal("0.000135"), 0.000135),
    (fields.AMOUNT, Decimal("25.79"), Decimal("25.790000")),
    (fields.AMOUNT, 168, Decimal("168.000000")),
    (fields.AMOUNT, Decimal("0.1234565"), Decimal("0.123456")),
    (fields.AMOUNT, -1, Decimal("-1.000000")),
    (fields.UNIT_PRICE, Decimal("0.0001645"), Decimal("0.0001645000")),
    (fields.INSTANT, "2026-03-01T12:00:00.123Z", datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)),
    (fields.INSTANT, "2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    (fields.INSTANT, "2026-03-01T12:00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    (fields.DAY, "2026-03-01", date(2026, 3, 1)),
    (fields.DAY, "2026-03-01T00:00:00.000Z", date(2026, 3, 1)),
    (fields.DAY, "2026-03-01T23:00:00-05:00", date(2026, 3, 2)),
    (fields.JSON, {"b": [1, None], "a": Decimal("1.10")}, '{"b":[1,null],"a":1.10}'),
    (fields.TEXTS, ["x", "y"], ["x", "y"]),
    (fields.PAIRS, [[0, 1], [2, 3]], [[0, 1], [2, 3]]),
    (GROUPS, [GROUP], [GROUP | {"amount": Decimal("1.500000"), "amount_unit": None, "time_us": 0.5, "amounts": None}]),
    (AMOUNTS, [{"amount": 3, "unit": "USD"}], [{"amount": Decimal("3.000000"), "unit": "USD"}]),
]
BAD: list[tuple[Kind, Any]] = [
    (fields.TEXT, 1),
    (fields.TEXT, "\ud800"),
    (fields.KEY, ""),
    (fields.KEY, "a" * 256),
    (fields.BOOLEAN, 1),
    (fields.BOOLEAN, "true"),
    (fields.SWITCH, "on"),
    (fields.INTEGER, True),
    (fields.INTEGER, "3"),
    (fields.INTEGER, Decimal("3.5")),
    (fields.INTEGER, 2**63),
    (fields.INTEGER, Decimal("1e400")),
    (fields.INTEGER, float("nan")),
    (fields.NUMBER, True),
    (fields.NUMBER, Decimal("1e400")),
    (fields.NUMBER, 10**400),
    (fields.NUMBER, float("inf")),
    (fields.AMOUNT, "25.79"),
    (fields.AMOUNT, True),
    (fields.AMOUNT, 10**12),
    (fields.AMOUNT, Decimal("999999999999.9999999")),
    (fields.AMOUNT, Decimal("NaN")),
    (fields.AMOUNT, 10**5000),
    (fields.INSTANT, "soon"),
    (fields.INSTANT, 1_767_000_000),
    (fields.INSTANT, "2026-13-01T00:00:00Z"),
    (fields.INSTANT, "0001-01-01T00:00:00+14:00"),
    (fields.INSTANT, "20260301"),
    (fields.DAY, "2026-02-30"),
    (fields.DAY, ""),
    (fields.JSON, {"a": "\ud800"}),
    (fields.TEXTS, "x"),
    (fields.TEXTS, ["x", 1]),
    (fields.PAIRS, [["a", "b"]]),
    (GROUPS, [1]),
    (GROUPS, {"group_id": "p"}),
    (GROUPS, [GROUP | {"amount": "much"}]),
    (AMOUNTS, [{"amount": 10**30}]),
]


def read(kind: Kind, value: Any) -> tuple[Any, list[str]]:
    values, problems = read_values((field("x", kind),), {"x": value})
    return values["x"], problems


@pytest.mark.parametrize(("kind", "value", "expected"), GOOD)
def test_a_value_that_fits_fills_its_column(kind: Kind, value: Any, expected: Any) -> None:
    assert read(kind, value) == (expected, [])
    assert pa.array([expected], kind.arrow).to_pylist() == [expected]


@pytest.mark.parametrize(("kind", "value"), BAD, ids=shown)
def test_a_value_that_does_not_fit_is_null_and_named(kind: Kind, value: Any) -> None:
    found, problems = read(kind, value)
    assert found is None
    assert len(problems) == 1
    assert problems[0].startswith(f"x: not {kind.noun}: ")
    assert problems[0].isprintable()
    assert len(problems[0]) < 200


@pytest.mark.parametrize("kind", {kind for kind, *_ in GOOD}, ids=lambda kind: kind.noun)
def test_null_is_no_problem(kind: Kind) -> None:
    assert read(kind, None) == (None, [])


@given(st.integers(0, 250_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_the_same_in_every_time_zone(seconds: int, minutes: int) -> None:
    aware = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    assert read(fields.INSTANT, aware.isoformat()) == (aware.astimezone(UTC), [])


@given(st.decimals(-(10**11), 10**11, places=6))
def test_money_keeps_every_digit(amount: Decimal) -> None:
    assert read(fields.AMOUNT, amount) == (amount, [])


@given(st.recursive(st.none() | st.text() | st.floats() | st.integers(), st.lists, max_leaves=40))
def test_what_a_problem_shows_is_short_and_printable(value: Any) -> None:
    text = shown(value)
    assert len(text) <= 60
    assert text.isprintable() or "\\" in text
