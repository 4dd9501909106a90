"""Sessions: all of them each run; they name the organization."""

from __future__ import annotations

from typing import Any

from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources.resource import parse
from ionq_data.resources.sessions import SESSIONS
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_sessions(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Keep what changed in the list of sessions, which the first look has read."""
    if context.sessions is None:
        raise context.refusals[SESSIONS.name]
    answer, (records, _) = context.sessions
    stamp = context.stamp(answer.received_at)
    for record in records:
        intake.take(record, extracted_at=stamp)
    return Outcome(watermark=stamp)


def named_by_sessions(records: list[bytes], envelope: dict[str, Any]) -> str | None:
    """Return the organization's id from a list of sessions: it stands beside them, or in one of them."""
    for said in (envelope, *map(parse, records)):
        named = said.get("organization_id") if isinstance(said, dict) else None
        if isinstance(named, str) and named:
            return named
    return None
