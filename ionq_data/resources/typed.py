"""Read a record that is shaped as its resource describes it in one step, not field by field.

A type made of the fields checks the whole record in compiled code. A record that it does not take (a value of another
type, a member that no column knows) is read field by field instead, where each misfit costs one value and is named.
Both readings give the same columns and the same hash: the type takes only what every field would take.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from msgspec import UNSET

from ionq_data.resources.fields import Field, Path, Switched, find
from ionq_data.resources.kinds import (
    BOOLEAN,
    INT64,
    INTEGER,
    JSON,
    KEY,
    LONGEST_KEY,
    MISFITS,
    PAIRS,
    TEXT,
    TEXTS,
    Convert,
)

_INTEGER = Annotated[int, msgspec.Meta(ge=-INT64, le=INT64 - 1)]
_TYPES: Mapping[Convert, Any] = {
    TEXT.convert: str,
    TEXTS.convert: list[str],
    KEY.convert: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY)],
    BOOLEAN.convert: bool,
    INTEGER.convert: _INTEGER,
    PAIRS.convert: list[list[_INTEGER]],
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

    The way is a function that is written and compiled once, with one expression for each column: a loop over the
    description of 60 columns takes four times as long. A column is read straight from the type where the type goes down
    to its place. Others lie in an object that is taken whole.
    """

    def __init__(self, fields: Collection[Field]) -> None:
        whole = _taken_whole(fields)
        tree: dict[str, Any] = {}
        for path, convert in (place for f in fields for place in f.places):
            node = _node(path, whole)
            _plant(tree, node, _TYPES.get(convert, Any) if node == path else Any)
        inner = {_attribute(name): _object(name, below) for name, below in tree.items() if isinstance(below, dict)}
        empty = {name: of() for name, of in inner.items()}
        self._decode = msgspec.json.Decoder(_record(tree, empty), float_hook=Decimal).decode
        self._columns = _compiled(fields, whole, tree, empty)

    def read(self, raw: bytes) -> Typed | None:
        """Return what the bytes of a record say, None if they are not of its shape."""
        try:
            record = self._decode(raw)
            values, may_drift = self._columns(record)
        except MISFITS:
            return None
        return Typed(values, record, may_drift)


def _compiled(
    fields: Collection[Field], whole: set[Path], tree: Mapping[str, Any], empty: Mapping[str, msgspec.Struct]
) -> Callable[[msgspec.Struct], tuple[dict[str, Any], bool]]:
    """Return the function that makes the columns of a record, and says whether it may hold drift."""
    names: dict[str, Any] = {"UNSET": UNSET, "find": find}

    def named(value: Any) -> str:
        return next((name for name, known in names.items() if known is value), None) or _add(names, value)

    def column(f: Field) -> str:
        expression = "None"
        for path, convert in reversed(f.places):
            node = _node(path, whole)
            at = _place(node)
            if node == path and _leaf(tree, path) is not Any:
                expression = at if expression == "None" else f"(v if (v := {at}) is not None else {expression})"
                continue
            found = _is_there(at)
            if rest := path[len(node) :]:
                found += f" and (v := find(v, {named(rest)})) is not None"
            expression = f"({named(convert)}(v) if {found} else {expression})"
        return expression

    objects = whole | {path for f in fields if f.kind.members for path, _ in f.places}
    objects -= {path for f in fields if f.kind is JSON for path, _ in f.places}  # a column holds all of them
    nodes = {_node(path, whole) for f in fields for path, _ in f.places}
    drift = [f"({_is_there(_place(node))})" for node in sorted(objects & nodes)]
    drift += [f"values[{f.name!r}] not in {named(f.known | {None})}" for f in fields if f.known]
    lines = [f"    if r.{name} is None: r.{name} = {named(nothing)}" for name, nothing in empty.items()]
    lines += ["    values = {", *(f"        {f.name!r}: {column(f)}," for f in fields), "    }"]
    source = "\n".join(["def columns(r):", *lines, f"    return values, {' or '.join(drift) or 'False'}"])
    exec(source, names)  # noqa: S102  as dataclasses does; the fields are the registry's
    return cast("Callable[[msgspec.Struct], tuple[dict[str, Any], bool]]", names["columns"])


def _add(names: dict[str, Any], value: Any) -> str:
    name = f"_{len(names)}"
    names[name] = value
    return name


def _place(node: Path) -> str:
    return ".".join(("r", *map(_attribute, node)))


def _is_there(place: str) -> str:
    return f"(v := {place}) is not None and v is not UNSET"


def _leaf(tree: Mapping[str, Any], path: Path) -> Any:
    *above, last = path
    for step in above:
        tree = tree[step]
    return tree[last]


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
    """Return the type of a record. A member of it that is null says no more than one that is absent.

    Members are in the order of their names, here and below, so that encoding one need not sort them.
    """
    members: list[tuple[str, Any, Any]] = []
    for member, below in sorted(tree.items()):
        name = _attribute(member)
        nothing = empty.get(name)
        members.append((name, (below if nothing is None else type(nothing)) | None, nothing))
    return _define("Record", tree, members, frozen=False)


def _object(name: str, tree: Mapping[str, Any]) -> type[msgspec.Struct]:
    """Return the type of an object in a record. A member of it that is null is not the same as one that is absent."""
    members: list[tuple[str, Any, Any]] = []
    for member, below in sorted(tree.items()):
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
