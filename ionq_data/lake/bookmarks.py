"""The point where the next sync of a resource continues: how far each part got, and the last complete sync.

A bookmark is a small file of its own, so reading it takes the same time however long the ledger is. It is written after
the rows that it refers to, and claims nothing that is not in the lake. A lost or damaged one is rebuilt from the
ledger's last complete row; the only cost is that something is read again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ionq_data.lake.lake import Lake

BOOKMARKS = "_bookmarks"
OLD_PROGRESS = "_progress"
"""Where release 0.1.0 noted how far an unfinished sync got."""

PARTIAL_MODES = ("range", "refused", "skipped")
"""Modes of a sync that does not cover the resource as a whole."""


class Completed(msgspec.Struct, frozen=True):
    """The last complete sync of a resource."""

    started_at: datetime
    watermark: datetime | None = None


class Bookmark(msgspec.Struct):
    """The point where the next sync continues.

    Attributes:
        parts: how far each part (a submitter's listing, a backend, a range of dates) got, as JSON values.
        complete: the last complete sync; None before the first.
    """

    parts: dict[str, Any] = {}
    complete: Completed | None = None


def read_bookmark(lake: Lake, account: str, resource: str) -> Bookmark:
    """Return the bookmark of a resource; an empty one before the first sync."""
    try:
        return msgspec.json.decode(lake.storage.read(_name(BOOKMARKS, account, resource)), type=Bookmark)
    except (FileNotFoundError, msgspec.DecodeError):
        return _from_ledger(lake, account, resource)


def save_bookmark(lake: Lake, account: str, resource: str, bookmark: Bookmark) -> None:
    """Keep a bookmark. What it claims must be in the lake already."""
    lake.storage.write(_name(BOOKMARKS, account, resource), msgspec.json.encode(bookmark))


def _from_ledger(lake: Lake, account: str, resource: str) -> Bookmark:
    found = lake.ledger(account, resource, newest=1, complete=True, except_modes=PARTIAL_MODES)
    bookmark = Bookmark()
    if found:
        bookmark = Bookmark(found[0].parts, Completed(found[0].started_at, found[0].watermark))
    progress = _name(OLD_PROGRESS, account, resource)
    try:
        unfinished = msgspec.json.decode(lake.storage.read(progress), type=dict[str, Any])
    except (FileNotFoundError, msgspec.DecodeError):
        return bookmark
    bookmark.parts = _merged(bookmark.parts, unfinished)
    save_bookmark(lake, account, resource, bookmark)
    lake.storage.delete(progress)
    return bookmark


def _merged(done: dict[str, Any], unfinished: dict[str, Any]) -> dict[str, Any]:
    """Return the finished parts, together with those that an unfinished sync has added."""
    merged = dict(done)
    for name, value in unfinished.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = before | value
        elif isinstance(before, list) and isinstance(value, list):
            merged[name] = sorted({*before, *value})
        else:
            merged[name] = value
    return merged


def _name(folder: str, account: str, resource: str) -> str:
    return f"{folder}/account={account}/{resource}.json"
