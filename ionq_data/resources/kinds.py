"""The kinds of columns: which Arrow type each has, and how a JSON value becomes one of it, leniently.

What does not fit raises one of ``MISFITS``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import pyarrow as pa

Json = Any  # whatever a JSON document can hold
Convert = Callable[[Json], Any]

MISFITS = (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError)
"""What a reading raises where a value does not fit."""

MONEY = pa.decimal128(18, 6)
RATE = pa.decimal128(18, 10)
TIMESTAMP = pa.timestamp("us", tz="UTC")

_encode = msgspec.json.Encoder(decimal_format="number").encode
INT64 = 2**63
LONGEST_KEY = 255
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_UNIX_SECONDS = (10**9, 10**10)  # 2001 to 2286


@dataclass(frozen=True)
class Kind:
    """A column's Arrow type, the word for it in a problem, and how a JSON value becomes one of it.

    ``convert`` raises where the value does not fit. ``members`` are the known members of a list's objects.
    """

    arrow: pa.DataType
    noun: str
    convert: Convert
    members: Mapping[str, Kind] = field(default_factory=dict, compare=False)


def _text(value: Json) -> str:
    if type(value) is not str:
        raise ValueError
    if not value.isascii():
        value.encode()  # a lone surrogate is legal in JSON and cannot be stored
    return value


def _key(value: Json) -> str:
    """Read an id or a name that requests are made with: it must not be empty, and must fit into a URL."""
    text = _text(value)
    if not 0 < len(text) <= LONGEST_KEY:
        raise ValueError
    return text


def _boolean(value: Json) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _presence(value: Json) -> bool:
    """Read a switch that is a boolean or an object of settings, whose presence means on."""
    if isinstance(value, dict):
        return True
    return _boolean(value)


def _integer(value: Json) -> int:
    if type(value) is int:
        result = value
    elif type(value) in (Decimal, float) and abs(value) < INT64 and value == int(value):
        result = int(value)
    else:
        raise ValueError
    if not -INT64 <= result < INT64:
        raise ValueError
    return result


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError
    result = float(value)
    if not math.isfinite(result):
        raise ValueError
    return result


def _decimal(scale: int) -> Callable[[Json], Decimal]:
    quantum = Decimal(1).scaleb(-scale)
    limit = Decimal(10) ** (18 - scale)

    def convert(value: Json) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise ValueError
        try:
            exact = value if isinstance(value, Decimal) else Decimal(repr(value))
            result = exact.quantize(quantum) if exact.is_finite() and abs(exact) < limit else None
        except InvalidOperation:
            result = None
        if result is None or abs(result) >= limit:
            raise ValueError
        return result

    return convert


def _timestamp(value: Json) -> datetime:
    """Read an ISO 8601 instant; one without an offset is UTC, as the API's prose says of all its times."""
    if type(value) is not str or len(value) < len("2026-01-01"):
        raise ValueError
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _decimal_or_text(scale: int) -> Convert:
    """Return a reading of a number, or of a text that is one: undocumented answers write amounts either way."""
    read = _decimal(scale)
    return lambda value: read(Decimal(value) if isinstance(value, str) else value)


def unix_seconds(value: Json) -> datetime:
    """Read seconds since 1970, as records of before 2022 say their times."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError
    if not _UNIX_SECONDS[0] <= value < _UNIX_SECONDS[1]:
        raise ValueError
    return datetime.fromtimestamp(float(value), UTC)


def _date(value: Json) -> date:
    """Read a calendar date, also where the API says a date-time (of which the UTC date counts)."""
    if type(value) is str and _DATE_ONLY.match(value):
        return date.fromisoformat(value)
    return _timestamp(value).date()


def _json(value: Json) -> str:
    return _encode(value).decode()


def _texts(value: Json) -> list[str]:
    if not isinstance(value, list):
        raise ValueError
    return [_text(item) for item in value]


def _pairs(value: Json) -> list[list[int]]:
    if not isinstance(value, list):
        raise ValueError
    return [[_integer(qubit) for qubit in pair] for pair in value if isinstance(pair, list)]


TEXT = Kind(pa.string(), "a text", _text)
KEY = Kind(pa.string(), f"a text of 1 to {LONGEST_KEY} characters", _key)
BOOLEAN = Kind(pa.bool_(), "true or false", _boolean)
SWITCH = Kind(pa.bool_(), "true, false or an object", _presence)
INTEGER = Kind(pa.int64(), "an integer", _integer)
NUMBER = Kind(pa.float64(), "a number", _number)
AMOUNT = Kind(MONEY, "an amount of money", _decimal(6))
LENIENT_AMOUNT = Kind(MONEY, "an amount of money", _decimal_or_text(6))
UNIT_PRICE = Kind(RATE, "a price", _decimal(10))
INSTANT = Kind(TIMESTAMP, "a timestamp", _timestamp)
DAY = Kind(pa.date32(), "a date", _date)
JSON = Kind(pa.string(), "JSON", _json)
TEXTS = Kind(pa.list_(pa.string()), "a list of texts", _texts)
PAIRS = Kind(pa.list_(pa.list_(pa.int64())), "a list of pairs of qubits", _pairs)


def objects(noun: str, members: Mapping[str, Kind]) -> Kind:
    """Return the kind of a list of objects, each of some named members, any of which may be absent."""

    def convert(value: Json) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ValueError
        return [
            {name: None if item.get(name) is None else kind.convert(item[name]) for name, kind in members.items()}
            for item in value
        ]

    arrow = pa.list_(pa.struct([(name, kind.arrow) for name, kind in members.items()]))
    return Kind(arrow, noun, convert, members)
