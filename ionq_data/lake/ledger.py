"""The ledger's rows: what each finished sync of a resource did, and how far it got.

The ledger is history, and grows with the years; the bookmarks (``bookmarks``) say where the next sync continues.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

import msgspec
import pyarrow as pa

from ionq_data.resources.kinds import TIMESTAMP

LEDGER = "_syncs"
REJECTED = "_rejected"

NOT_AVAILABLE = "not available to this key"
"""The phrase used everywhere for a resource that the API refuses to a valid key."""

Availability = Literal["available", "refused"]

LEDGER_SCHEMA = pa.schema(
    [
        ("resource", pa.string()),
        ("run_id", pa.string()),
        ("started_at", TIMESTAMP),
        ("finished_at", TIMESTAMP),
        ("_ordered_at", TIMESTAMP),
        ("complete", pa.bool_()),
        ("watermark", TIMESTAMP),
        ("requests", pa.int64()),
        ("rows_seen", pa.int64()),
        ("rows_written", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("rows_with_problems", pa.int64()),
        ("mode", pa.string()),
        ("organization", pa.string()),
        ("missing", pa.list_(pa.string())),
        ("notes", pa.list_(pa.string())),
        ("marks", pa.string()),
        ("availability", pa.string()),
        ("unavailable_reason", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class SyncRecord:
    """One finished sync of a resource for an account.

    Attributes:
        complete: the lake's current state of the resource equals what the API showed.
        watermark: newest instant (of submission, measurement, report date or creation) up to which nothing is missing.
        requests: HTTP requests sent, retries included.
        mode: ``incremental``, ``full`` or ``since``.
        organization: id of the account's organization, where it is known.
        missing: what an incomplete sync could not get, one sentence each.
        notes: facts that a reader of the ledger should know, such as a listing that was not newest first.
        availability: whether the key may see the resource; None in older rows, and if that was not asked.
        unavailable_reason: why the key may not see it, in a sentence.
        parts: how far each part (a submitter's listing, a backend, a range of dates) got, by name; JSON in the file,
            in the column ``marks``.
        ordered_at: the order of syncs: ``finished_at``, or later if an earlier clock ran ahead.
    """

    resource: str
    run_id: str
    started_at: datetime
    finished_at: datetime
    complete: bool
    watermark: datetime | None = None
    requests: int = 0
    rows_seen: int = 0
    rows_written: int = 0
    rows_rejected: int = 0
    rows_with_problems: int = 0
    mode: str = "incremental"
    organization: str | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: dict[str, Any] = field(default_factory=dict)
    ordered_at: datetime | None = None
    availability: Availability | None = None
    unavailable_reason: str | None = None

    def to_row(self) -> dict[str, Any]:
        """Return the record as a row of ``LEDGER_SCHEMA``."""
        row = asdict(self)
        row |= {"marks": _encode(row.pop("parts")), "_ordered_at": row.pop("ordered_at")}
        return row | {"missing": list(self.missing), "notes": list(self.notes)}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> SyncRecord:
        """Read a record back from a row of ``LEDGER_SCHEMA``."""
        values = {f.name: row[f.name] for f in fields(cls) if row.get(f.name) is not None}
        values |= {"missing": tuple(row.get("missing") or ()), "notes": tuple(row.get("notes") or ())}
        values["ordered_at"] = row.get("_ordered_at")
        values["parts"] = msgspec.json.decode(row.get("marks") or "{}")
        return cls(**values)


def _encode(parts: dict[str, Any]) -> str:
    return msgspec.json.encode(parts).decode()
