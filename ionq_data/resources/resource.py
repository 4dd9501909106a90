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
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from ionq_data.resources.drift import DRIFT, Drift, Shape, find_drift, shape_of
from ionq_data.resources.fields import Field, read_values, shown
from ionq_data.resources.kinds import TIMESTAMP, Json
from ionq_data.resources.typed import TypedReader

UNKNOWN_PARTITION = "__HIVE_DEFAULT_PARTITION__"
ACCOUNT = "account"

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
# sorts the keys of objects; those of a typed record are in order as they are
_encode_sorted = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


class Every(StrEnum):
    """How often the shipped schedules copy a resource; once a week they copy all but those on request."""

    TEN_MINUTES = "10 minutes"
    HOUR = "hour"
    SIX_HOURS = "6 hours"
    DAY = "day"
    ON_REQUEST = "request"


Content = Callable[[dict[str, Json], dict[str, str]], tuple[dict[str, Json], dict[str, str]]]


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
    content: Content | None = None

    @cached_property
    def shape(self) -> Shape:
        """The members and values of a record that have a column or a meaning."""
        return shape_of(self.fields)

    @cached_property
    def typed(self) -> TypedReader | None:
        """The reading of a record that is shaped as the fields say; None if its members have no names of their own,
        or where ``content`` looks at them.
        """
        return TypedReader(self.fields) if self.shape.names and not self.content else None

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns without which a record cannot be stored."""
        return tuple(f.name for f in self.fields if f.required)

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
        read = _read_typed(resource, raw) or _read_leniently(resource, parse(raw))
    except ValueError as error:
        return Rejection(f"not readable as JSON: {error}"[:200], raw, extracted_at, run_id)
    except TypeError as error:
        return Rejection(str(error), raw, extracted_at, run_id)
    values, problems, said, drift = read
    for name, value in (context or {}).items():
        if name in values and values[name] is None:
            values[name] = value
    missing = [name for name in resource.required if values[name] is None]
    if missing:
        why = next((p for p in problems if p.partition(":")[0] in missing), f"no {' and no '.join(missing)}")
        return Rejection(f"no usable key: {why}", raw, extracted_at, run_id)
    said_beside = {k: str(v) for k, v in (context or {}).items()} | ({"_deleted": "true"} if deleted else {})
    if resource.content:
        said, said_beside = resource.content(said, said_beside)
    digest = content_hash([said, said_beside] if said_beside else said)
    if resource.deletable:
        values["_deleted"] = deleted
    values |= {"_raw": text, "_hash": digest, "_extracted_at": extracted_at, "_ordered_at": extracted_at}
    values |= {"_run_id": run_id, "_problems": problems, "_drift": drift}
    key = tuple(values[name] for name in resource.key)
    return Row(key, resource.partition_of(values), digest, values)


class _Read(NamedTuple):
    """What a record says: its columns, its problems, its content without null members, and its drift."""

    values: dict[str, Any]
    problems: list[str]
    said: Any
    drift: list[Drift] | None


def _read_typed(resource: Resource, raw: bytes) -> _Read | None:
    """Read a well-shaped record in one step; None if it is not one."""
    if resource.typed is None or not (read := resource.typed.read(raw)):
        return None
    return _Read(read.values, [], read.said, find_drift(parse(raw), resource.shape) if read.may_drift else None)


def _read_leniently(resource: Resource, record: Json) -> _Read:
    """Read a record field by field; raises ``TypeError`` where it is no object."""
    if not isinstance(record, dict):
        raise TypeError(f"not an object: {shown(record)}")
    said = {name: value for name, value in record.items() if value is not None}  # null says no more than absence
    return _Read(*read_values(resource.fields, said), said, find_drift(said, resource.shape))
