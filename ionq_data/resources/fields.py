"""Describe a field of an API record and read one value of it, leniently.

A value that does not fit its column is no reason to lose the record: it becomes null and a sentence in the row's
``_problems`` says what stood there (`"submitted_at: not a timestamp: 'soon'"`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import pyarrow as pa

Json = Any  # whatever a JSON document can hold
Path = tuple[str, ...]

MONEY = pa.decimal128(18, 6)
RATE = pa.decimal128(18, 10)
TIMESTAMP = pa.timestamp("us", tz="UTC")

_encode = msgspec.json.Encoder(decimal_format="number").encode
_INT64 = 2**63
_LONGEST_KEY = 255
_SHOWN = 60  # characters of a bad value that a problem repeats
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True)
class Kind:
    """A column's Arrow type, the word for it in a problem, and how a JSON value becomes one of it.

    ``convert`` raises ``ValueError`` (or ``TypeError``, ``OverflowError``) when the value does not fit.
    """

    arrow: pa.DataType
    noun: str
    convert: Callable[[Json], Any]


@dataclass(frozen=True)
class Field:
    """A column and the places of the record it is read from, the first that is present and not null.

    Several paths let both shapes of the API (the reference's and the live one's) fill the same column.
    ``required`` marks what a record cannot be stored without: it is part of the key.
    """

    name: str
    kind: Kind
    paths: tuple[Path, ...]
    required: bool = False
    description: str = ""


def field(name: str, kind: Kind, *paths: str | Path, required: bool = False, description: str = "") -> Field:
    """Describe a column; a path is written with dots, and is the column's name where none is given.

    An empty path ``()`` says that the record never carries the value: its request does.
    """
    resolved = tuple(tuple(p.split(".")) if isinstance(p, str) else p for p in (paths or (name,)) if p)
    return Field(name, kind, resolved, required, description)


def shown(value: Json) -> str:
    """Return a short, printable form of a value for a problem."""
    try:
        text = ascii(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or lists in lists in lists
        text = f"a {type(value).__name__} too large to show"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: Json) -> str:
    if type(value) is not str:
        raise ValueError
    if not value.isascii():
        value.encode()  # a lone surrogate is legal in JSON and cannot be stored
    return value


def _key(value: Json) -> str:
    """Read an id or a name that requests are made with: it must not be empty, and must fit into a URL."""
    text = _text(value)
    if not 0 < len(text) <= _LONGEST_KEY:
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
    elif type(value) in (Decimal, float) and abs(value) < _INT64 and value == int(value):
        result = int(value)
    else:
        raise ValueError
    if not -_INT64 <= result < _INT64:
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
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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
KEY = Kind(pa.string(), f"a text of 1 to {_LONGEST_KEY} characters", _key)
BOOLEAN = Kind(pa.bool_(), "true or false", _boolean)
SWITCH = Kind(pa.bool_(), "true, false or an object", _presence)
INTEGER = Kind(pa.int64(), "an integer", _integer)
NUMBER = Kind(pa.float64(), "a number", _number)
AMOUNT = Kind(MONEY, "an amount of money", _decimal(6))
UNIT_PRICE = Kind(RATE, "a price", _decimal(10))
INSTANT = Kind(TIMESTAMP, "a timestamp", _timestamp)
DAY = Kind(pa.date32(), "a date", _date)
JSON = Kind(pa.string(), "JSON", _json)
TEXTS = Kind(pa.list_(pa.string()), "a list of texts", _texts)
PAIRS = Kind(pa.list_(pa.list_(pa.int64())), "a list of pairs of qubits", _pairs)
