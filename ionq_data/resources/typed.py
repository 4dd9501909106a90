"""Read a record that is shaped as its resource describes it in one step, not field by field.

A type made of the fields checks the whole record in compiled code. A record that it does not take (a value of another
type, a member that no column knows) is read field by field instead, where each misfit costs one value and is named.
Both readings give the same columns and the same hash: the type takes only what every field would take.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET

from ionq_data.resources.fields import Field, Path, Switched, find
from ionq_data.resources.kinds import BOOLEAN, INT64, INTEGER, JSON, KEY, LONGEST_KEY, MISFITS, TEXT, Convert

_TYPES: Mapping[Convert, Any] = {
    TEXT.convert: str,
    KEY.convert: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY)],
    BOOLEAN.convert: bool,
    INTEGER.convert: Annotated[int, msgspec.Meta(ge=-INT64, le=INT64 - 1)],
}
"""The readings that a type does as well. What another one reads is taken as it is, and converted afterwards."""

_attribute = "m_{}".format  # a member's name, such as `1q` or `from`, need not be an attribute's


class Typed(NamedTuple):
    """A well-shaped record: its columns, what it says without null members, and whether it may hold drift."""

    values: dict[str, Any]
    said: msgspec.Struct
    may_drift: bool


class TypedReader:
    """The type of a resource's well-shaped records, and the way from one of them to the columns.

    A column is direct where the type goes down to the first of its places. Others lie in an object that is taken whole.
    """

    def __init__(self, fields: Collection[Field]) -> None:
        whole = _taken_whole(fields)
        direct = [f for f in fields if f.places and _node(f.places[0][0], whole) == f.places[0][0]]
        nodes = [f.places[0][0] for f in direct]
        nodes += sorted({_node(path, whole) for f in fields for path, _ in f.places} - {*nodes})
        tree: dict[str, Any] = {}
        for path, convert in (place for f in fields for place in f.places):
            node = _node(path, whole)
            _plant(tree, node, _TYPES.get(convert, Any) if node == path else Any)
        self._names = [f.name for f in direct]
        self._blank = {f.name: None for f in fields if f not in direct}
        self._converted = [(f.name, f.places[0][1]) for f in direct if f.places[0][1] not in _TYPES]
        self._searched: list[tuple[str, list[tuple[int, Path, Convert]]]] = []
        for f in fields:
            if places := f.places[1:] if f in direct else f.places:
                ways = [(_node(path, whole), path, convert) for path, convert in places]
                self._searched.append((f.name, [(nodes.index(node), path[len(node) :], to) for node, path, to in ways]))
        objects = whole | {path for f in fields if f.kind.members for path, _ in f.places}
        objects -= {path for f in fields if f.kind is JSON for path, _ in f.places}  # a column holds all of them
        self._unchecked = [nodes.index(node) for node in objects & {*nodes}]
        self._known = [(f.name, f.known | {None}) for f in fields if f.known]
        inner = {_attribute(name): _object(name, below) for name, below in tree.items() if isinstance(below, dict)}
        self._empty = {name: of() for name, of in inner.items()}
        self._decode = msgspec.json.Decoder(_record(tree, self._empty), float_hook=Decimal).decode
        self._nodes = attrgetter(*(".".join(map(_attribute, node)) for node in nodes))

    def read(self, raw: bytes) -> Typed | None:
        """Return what the bytes of a record say, None where they are not of its shape."""
        try:
            record = self._decode(raw)
            for name, empty in self._empty.items():
                if getattr(record, name) is None:
                    setattr(record, name, empty)
            nodes = self._nodes(record)
            values = dict(zip(self._names, nodes, strict=False))
            values.update(self._blank)
            for name, convert in self._converted:
                if (value := values[name]) is not None:
                    values[name] = None if value is UNSET else convert(value)
            for name, places in self._searched:
                if values[name] is None:
                    for node, path, convert in places:
                        if (value := nodes[node]) is UNSET or value is None:
                            continue
                        if not path or (value := find(value, path)) is not None:
                            values[name] = convert(value)
                            break
        except MISFITS:
            return None
        may_drift = any((value := nodes[node]) is not None and value is not UNSET for node in self._unchecked)
        for name, known in self._known:
            may_drift |= values[name] not in known
        return Typed(values, record, may_drift)


def _taken_whole(fields: Collection[Field]) -> set[Path]:
    """Return the objects that no type describes: one that is a column itself, or has a switch for a member."""
    paths = {path for f in fields for path, _ in f.places}
    inner = {path[:depth] for path in paths for depth in range(1, len(path))}
    switches = {path[:depth] for path in paths for depth, step in enumerate(path) if isinstance(step, Switched)}
    return (inner & paths) | switches


def _node(path: Path, whole: Collection[Path]) -> Path:
    """Return how far a type goes down a path: to an object that is taken whole, or to its end."""
    return next((path[:depth] for depth in range(1, len(path)) if path[:depth] in whole), path)


def _plant(tree: dict[str, Any], path: Path, leaf: Any) -> None:
    *above, last = path
    for step in above:
        tree = tree.setdefault(step, {})
    tree[last] = leaf if tree.get(last, leaf) is leaf else Any


def _record(tree: Mapping[str, Any], empty: Mapping[str, msgspec.Struct]) -> type[msgspec.Struct]:
    """Return the type of a record. A member of it that is null says no more than one that is absent."""
    members: list[tuple[str, Any, Any]] = []
    for member, below in tree.items():
        name = _attribute(member)
        nothing = empty.get(name)
        members.append((name, (below if nothing is None else type(nothing)) | None, nothing))
    return _define("Record", tree, members, frozen=False)


def _object(name: str, tree: Mapping[str, Any]) -> type[msgspec.Struct]:
    """Return the type of an object in a record. A member of it that is null is not the same as one that is absent."""
    members: list[tuple[str, Any, Any]] = []
    for member, below in tree.items():
        if isinstance(below, dict):
            inner = _object(member, below)
            members.append((_attribute(member), inner, inner()))
        else:
            members.append((_attribute(member), below, UNSET if below is Any else None))
    return _define(name, tree, members, frozen=True)


def _define(
    name: str, tree: Mapping[str, Any], members: list[tuple[str, Any, Any]], *, frozen: bool
) -> type[msgspec.Struct]:
    rename = {_attribute(member): member for member in tree}
    return msgspec.defstruct(
        name, members, rename=rename, forbid_unknown_fields=True, omit_defaults=True, frozen=frozen, gc=False
    )
