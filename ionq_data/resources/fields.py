"""Describe a column of an API record: its kind, and the places of the record that it is read from."""

from __future__ import annotations

from dataclasses import dataclass

from ionq_data.resources.kinds import Convert, Json, Kind

_SHOWN = 60  # characters of a bad value that a problem repeats


class Switched(str):
    """A step of a path below which there may be ``false`` instead of an object: what it holds is switched off."""

    __slots__ = ()


Path = tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """A column and the places of the record it is read from: the first that holds something counts.

    Several places let every shape of the API fill the same column. Each has its own reading, where what stands there is
    not of the column's kind. ``required`` marks what a record cannot be stored without: it is part of the key.
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
    """Describe a column; a place is a path written with dots, with its own reading where it needs one.

    Without a place it is the column's name. An empty place ``()`` says that the record never carries the value: its
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
