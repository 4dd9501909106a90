"""Compare the rows of a mart with the rows that it should have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

Row = Mapping[str, Any]
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse's instants are UTC and have no zone
SHOWN = 8


@dataclass(frozen=True)
class About:
    """A number that may be off by so much: a sum of floats that depends on their order, or a rounded one."""

    value: float
    by: float


def read_rows(connection: duckdb.DuckDBPyConnection, mart: str) -> list[dict[str, Any]]:
    """Return a mart's rows as dictionaries."""
    cursor = connection.execute(f"select * from {mart}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def differences(
    expected: Iterable[Row], found: Iterable[Row], key: tuple[str, ...], *, within: timedelta = MILLISECOND
) -> list[str]:
    """Return in words how a mart's rows differ from those expected, in the columns that these have.

    Money and counts are equal or differ; floats agree to 1e-9 of their size, instants to ``within``.
    """
    wanted, there = _by_key(expected, key, within), _by_key(found, key, within)
    words = [f"missing: {dict(zip(key, one, strict=True))}" for one in wanted.keys() - there.keys()]
    words += [f"too much: {dict(zip(key, one, strict=True))}" for one in there.keys() - wanted.keys()]
    for one in wanted.keys() & there.keys():
        for column, value in wanted[one].items():
            assert column in there[one], f"the mart has no column {column}"
            if not is_same(value, there[one][column], within):
                where = dict(zip(key, one, strict=True))
                words.append(f"{where}: {column} should be {value!r}, is {there[one][column]!r}")
    return words


def report(words: list[str], mart: str) -> str:
    """Return a few of the differences for a failed test to show."""
    return "\n".join([f"{mart}: {len(words)} differences", *sorted(words)[:SHOWN]])


def is_same(wanted: Any, found: Any, within: timedelta = MILLISECOND) -> bool:
    """Return whether a mart's value is the one wanted."""
    if wanted is None or found is None:
        return wanted is found
    if isinstance(wanted, About):
        return abs(wanted.value - float(found)) <= wanted.by
    if isinstance(wanted, datetime) and isinstance(found, datetime):
        return abs(wanted - found) <= within
    if isinstance(wanted, float):
        return math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-15)
    if isinstance(wanted, Decimal):
        return isinstance(found, Decimal | int) and wanted == found
    return bool(wanted == found)


def _by_key(rows: Iterable[Row], key: tuple[str, ...], within: timedelta) -> dict[tuple[Any, ...], Row]:
    keyed: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        one = tuple(_rounded(row[column], within) for column in key)
        assert one not in keyed, f"two rows of {dict(zip(key, one, strict=True))}"
        keyed[one] = row
    return keyed


def _rounded(value: Any, within: timedelta) -> Any:
    """Instants as whole multiples of the tolerance, so that they can be looked up."""
    if isinstance(value, datetime):
        return EPOCH + round((value - EPOCH) / within) * within
    return value
