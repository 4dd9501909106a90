"""The drift of a record: members without a column, and values without a meaning.

It is found when the record is read, and stored beside it as ``_drift``, which is null if there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa

from ionq_data.resources.fields import Field
from ionq_data.resources.kinds import JSON, Json

UNKNOWN_FIELD = "unknown_field"
UNKNOWN_VALUE = "unknown_value"

DRIFT = pa.list_(pa.struct([("kind", pa.string()), ("path", pa.string()), ("type", pa.string())]))

_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    Decimal: "number",
    dict: "object",
    list: "array",
}
_MOST = 50  # per record; with more, it is no drift but another kind of record
_LONGEST_NAME = 100

Drift = dict[str, str]


class Shape(NamedTuple):
    """The members of an object that have columns, the objects among them, and the values that have a meaning."""

    names: frozenset[str]
    objects: tuple[tuple[str, Shape], ...]
    values: tuple[tuple[str, frozenset[str]], ...]


def shape_of(fields: Collection[Field]) -> Shape:
    """Return the shape of a record that is read into some fields."""
    tree: dict[str, Any] = {}
    for field in fields:
        for path, _ in field.places:
            below = tree
            for step in path:
                last, below = below, below.setdefault(step, {})
            _add_members(below, field.kind.members)
            if field.known:
                last[path[-1]] = field.known
    for path in (path for field in fields if field.kind is JSON for path, _ in field.places):
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = {}  # the column keeps it as it is, so everything in it has a column
    return _shape(tree)


def _add_members(tree: dict[str, Any], members: Mapping[str, Any]) -> None:
    for name, kind in members.items():
        _add_members(tree.setdefault(name, {}), kind.members)


def _shape(tree: dict[str, Any]) -> Shape:
    objects = tuple((name, _shape(below)) for name, below in tree.items() if below and isinstance(below, dict))
    values = tuple((name, known) for name, known in tree.items() if isinstance(known, frozenset))
    return Shape(frozenset(tree), objects, values)


def find_drift(record: dict[str, Json], shape: Shape) -> list[Drift] | None:
    """Return everything in a record that is not in its shape, each kind and path once; None if there is nothing.

    A null member says nothing, so it is no drift. A record whose members have no fixed names has no drift.
    """
    if not shape.names:
        return None
    found: dict[tuple[str, str], str] = {}
    _collect(record, shape, "", found)
    return [{"kind": kind, "path": path, "type": of} for (kind, path), of in list(found.items())[:_MOST]] or None


def _collect(record: dict[str, Json], shape: Shape, prefix: str, found: dict[tuple[str, str], str]) -> None:
    names, objects, values = shape
    if not record.keys() <= names:
        for name in sorted(record.keys() - names):
            if (value := record[name]) is not None:
                found[UNKNOWN_FIELD, prefix + _storable(name)] = _TYPES[type(value)]
    for name, known in values:
        value = record.get(name)
        if type(value) is str and value not in known:
            found[UNKNOWN_VALUE, prefix + name] = "string"
    for name, below in objects:
        value = record.get(name)
        if type(value) is dict:
            _collect(value, below, f"{prefix}{name}.", found)
        elif type(value) is list:
            for item in value:
                if type(item) is dict:
                    _collect(item, below, f"{prefix}{name}[].", found)


def _storable(name: str) -> str:
    """Turn a member's name into text that can be stored, even if it holds half a character."""
    return name[:_LONGEST_NAME].encode("utf-8", "replace").decode()
