"""Describe a column of an API record (its kind and the places of its value), and read it leniently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ionq_data.resources.kinds import MISFITS, Convert, Json, Kind

_SHOWN = 60  # the number of characters of a bad value that a problem quotes


class Switched(str):
    """A step of a path that may hold ``false`` instead of an object, which means that it is switched off."""

    __slots__ = ()


Path = tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A column and the places of its value in a record: the first place that holds something counts.

    Several places let every shape of the API fill the same column. A place whose value is not of the column's kind has
    its own reading. ``required`` marks a part of the key: a record cannot be stored without it.
    ``known`` are all values that have a meaning here; another one is kept, and counted as drift.
    """

    name: str
    kind: Kind
    places: tuple[tuple[Path, Convert], ...]
    required: bool = False
    known: frozenset[str] = frozenset()
    description: str = ""


def field(
    name: str,
    kind: Kind,
    *places: str | tuple[str, Convert] | tuple[()],
    required: bool = False,
    known: frozenset[str] = frozenset(),
    description: str = "",
) -> Field:
    """Describe a column; a place is a path written with dots, with its own reading if it needs one.

    By default, the place is the column's name. An empty place ``()`` says that the record never carries the value: its
    request does. A step that ends in ``?`` may hold ``false`` instead of an object.
    """
    named = [place if isinstance(place, tuple) else (place, kind.convert) for place in places or (name,) if place]
    resolved = tuple((_path(path), convert) for path, convert in named)
    return Field(name, kind, resolved, required, known, description)


def _path(text: str) -> Path:
    return tuple(Switched(step[:-1]) if step.endswith("?") else step for step in text.split("."))


def shown(value: Json) -> str:
    """Return a short, printable form of a value for a problem."""
    try:
        text = ascii(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or lists in lists in lists
        text = f"a {type(value).__name__} too large to show"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def read_values(fields: Iterable[Field], record: Mapping[str, Json]) -> tuple[dict[str, Any], list[str]]:
    """Read each field of a record; a value that does not fit is null and named in the problems."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for f in fields:
        value = None
        for path, convert in f.places:
            try:
                if (found := find(record, path)) is not None and (value := convert(found)) is not None:
                    break
            except NotAnObjectError as broken:
                if (problem := str(broken)) not in problems:
                    problems.append(problem)
            except MISFITS:
                problems.append(f"{f.name}: not {f.kind.noun}: {shown(found)}")
                break
        values[f.name] = value
    return values, problems


def find(record: Mapping[str, Json], path: Path) -> Json:
    """Return the value at a path, None if the path ends before; a branch that is no object is a problem."""
    value: Json = record
    depth = 0
    try:
        for step in path:
            if (value := value.get(step)) is None:
                return None
            depth += 1
    except AttributeError:  # in JSON, only an object has members to get
        if value is False and depth and isinstance(path[depth - 1], Switched):
            return None
        raise NotAnObjectError(f"{'.'.join(path[:depth])}: not an object: {shown(value)}") from None
    return value


class NotAnObjectError(ValueError):
    """A branch on a column's path holds something other than an object."""
