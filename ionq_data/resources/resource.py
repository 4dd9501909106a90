"""Describe an API resource and turn one of its records into a row of the lake."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa

from ionq_data.resources.drift import DRIFT, Shape, find_drift, shape_of
from ionq_data.resources.fields import Field, Path, Switched, shown
from ionq_data.resources.kinds import TIMESTAMP, Json

UNKNOWN_PARTITION = "__HIVE_DEFAULT_PARTITION__"
ACCOUNT = "account"

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode_sorted = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


class Every(StrEnum):
    """How often the shipped schedules copy a resource; once a week they copy all but those on request."""

    TEN_MINUTES = "10 minutes"
    HOUR = "hour"
    SIX_HOURS = "6 hours"
    DAY = "day"
    ON_REQUEST = "request"


Content = Callable[[dict[str, Json], dict[str, str]], tuple[dict[str, Json], dict[str, str]]]


def _all_of_it(said: dict[str, Json], beside: dict[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
    return said, beside


@dataclass(frozen=True)
class Resource:
    """What the API calls a record, where it comes from, and how it lies in the lake.

    ``key`` are the columns whose values make a record one record; ``partition`` names the folder level below the
    account and ``partition_by`` the column (a date or an instant) whose month fills it. ``every`` says how often the
    shipped schedules copy it. An ``observation`` is a
    snapshot: each answer is a record of its own. ``deletable`` resources carry ``_deleted``. ``older_key`` says which
    columns, joined by a slash, are a column of the key in files that were written before there was one. ``content``
    picks what of a record, and of what its request says beside it, makes one version of it differ from another.
    """

    name: str
    endpoint: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    every: Every
    partition: str | None = None
    partition_by: str | None = None
    observation: bool = False
    deletable: bool = False
    authenticated: bool = True
    description: str = ""
    older_key: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    content: Content = _all_of_it

    @cached_property
    def shape(self) -> Shape:
        """The members and values of a record that have a column or a meaning."""
        return shape_of(self.fields)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the resource's files: the record's columns, then those about the record."""
        columns = [pa.field(f.name, f.kind.arrow) for f in self.fields]
        columns += [pa.field("_deleted", pa.bool_())] if self.deletable else []
        return pa.schema([*columns, *LINEAGE])

    @property
    def moment(self) -> str:
        """The column that says how new a record is: that of its partition, else the time its answer arrived."""
        by = self.partition_by
        return by if by is not None and by in self.schema.names else "_extracted_at"

    def partition_of(self, values: Mapping[str, Any]) -> str:
        """Return the month (``2026-03``) a row belongs to, or Hive's word for none."""
        moment = values.get(self.partition_by) if self.partition_by else None
        if not isinstance(moment, date) or moment.year < 1000:
            return UNKNOWN_PARTITION
        return f"{moment.year}-{moment.month:02}"


LINEAGE = (
    pa.field("_raw", pa.string()),
    pa.field("_hash", pa.string()),
    pa.field("_extracted_at", TIMESTAMP),
    pa.field("_ordered_at", TIMESTAMP),
    pa.field("_run_id", pa.string()),
    pa.field("_problems", pa.list_(pa.string())),
    pa.field("_drift", DRIFT),
)

REJECTED_SCHEMA = pa.schema(
    [
        pa.field("resource", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("_raw", pa.binary()),
        pa.field("_hash", pa.string()),
        pa.field("_extracted_at", TIMESTAMP),
        pa.field("_run_id", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Row:
    """A record that can be stored: its columns by name, its key, its partition and its content's hash."""

    key: tuple[Any, ...]
    partition: str
    hash: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that cannot be stored as a row, with its bytes and the reason."""

    reason: str
    raw: bytes
    extracted_at: datetime
    run_id: str

    @property
    def hash(self) -> str:
        """Hash of the bytes as they came (32 hex digits)."""
        return hashlib.blake2b(self.raw, digest_size=16).hexdigest()


def content_hash(content: Json) -> str:
    """Return a hash of JSON content that white space and the order of keys do not change (32 hex digits)."""
    try:
        canonical = _encode_sorted(content)
    except (TypeError, ValueError, RecursionError):
        canonical = json.dumps(content, sort_keys=True, default=str).encode("ascii", "backslashreplace")
    return hashlib.blake2b(canonical, digest_size=16).hexdigest()


def parse(raw: bytes) -> Json:
    """Decode one JSON record; money keeps its digits as ``Decimal``.

    Raises:
        ValueError: the bytes are not JSON, by the strict reader and by the lenient one of the standard library
            (which takes what strict readers refuse, such as half a surrogate pair or a number beyond a double).
    """
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError, ArithmeticError):
        try:
            return json.loads(raw, parse_float=_number_or_nan(Decimal), parse_int=_number_or_nan(int))
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _number_or_nan(read: Callable[[str], Json]) -> Callable[[str], Json]:
    """Return a reader to which a number that Python cannot hold is none, so that it spoils its own field alone."""

    def number(text: str) -> Json:
        try:
            return read(text)
        except (ValueError, ArithmeticError):
            return math.nan

    return number


def read_record(
    resource: Resource,
    raw: bytes,
    *,
    extracted_at: datetime,
    run_id: str,
    context: Mapping[str, Any] | None = None,
    deleted: bool = False,
) -> Row | Rejection:
    """Turn the exact bytes of one record into a row, or say why that cannot be.

    Args:
        context: values that the record does not carry itself but its request does (the backend asked for, the
            grouping of a usage report). They fill a column only where the record leaves it open, and count in the
            hash: they are part of what was said.
        deleted: the API no longer knows the record.
    """
    try:
        text = raw.decode()
        record = parse(raw)
    except ValueError as error:
        return Rejection(f"not readable as JSON: {error}"[:200], raw, extracted_at, run_id)
    if not isinstance(record, dict):
        return Rejection(f"not an object: {shown(record)}", raw, extracted_at, run_id)
    values, problems = read_values(resource.fields, record, context or {})
    missing = [f.name for f in resource.fields if f.required and values[f.name] is None]
    if missing:
        why = next((p for p in problems if p.partition(":")[0] in missing), f"no {' and no '.join(missing)}")
        return Rejection(f"no usable key: {why}", raw, extracted_at, run_id)
    said_beside = {k: str(v) for k, v in (context or {}).items()} | ({"_deleted": "true"} if deleted else {})
    said = {name: value for name, value in record.items() if value is not None}  # null says no more than absence
    said, said_beside = resource.content(said, said_beside)
    digest = content_hash([said, said_beside] if said_beside else said)
    if resource.deletable:
        values["_deleted"] = deleted
    values |= {"_raw": text, "_hash": digest, "_extracted_at": extracted_at, "_ordered_at": extracted_at}
    values |= {"_run_id": run_id, "_problems": problems}
    values["_drift"] = find_drift(record, resource.shape)
    key = tuple(values[name] for name in resource.key)
    return Row(key, resource.partition_of(values), digest, values)


def read_values(
    fields: tuple[Field, ...], record: Mapping[str, Json], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Read each field of a record; a value that does not fit is null and named in the problems."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for f in fields:
        value = None
        for path, convert in f.places:
            try:
                if (found := _find(record, path)) is not None and (value := convert(found)) is not None:
                    break
            except _NotAnObjectError as broken:
                if (problem := str(broken)) not in problems:
                    problems.append(problem)
            except (ValueError, TypeError, OverflowError, ArithmeticError, RecursionError):
                problems.append(f"{f.name}: not {f.kind.noun}: {shown(found)}")
                break
        values[f.name] = context.get(f.name) if value is None else value
    return values, problems


def _find(record: Mapping[str, Json], path: Path) -> Json:
    """Return what stands at a path, None where it ends before; a branch that is no object is a problem."""
    value: Json = record
    depth = 0
    try:
        for step in path:
            if (value := value.get(step)) is None:
                return None
            depth += 1
    except AttributeError:  # of all that JSON can hold, an object alone has members to get
        if value is False and isinstance(path[depth - 1], Switched):
            return None
        raise _NotAnObjectError(f"{'.'.join(path[:depth])}: not an object: {shown(value)}") from None
    return value


class _NotAnObjectError(Exception):
    """A branch that a column's path goes through holds something else than an object."""
