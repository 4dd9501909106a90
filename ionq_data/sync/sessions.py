"""Sessions: all of them each run; they name the organization."""

from __future__ import annotations

from typing import Any

from ionq_data.api import split_page
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources.resource import parse
from ionq_data.resources.sessions import SESSIONS
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_sessions(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Read the list of sessions and keep what changed."""
    if refusal := context.refusals.get(SESSIONS.name):
        raise refusal
    answer, (records, envelope) = context.sessions or await context.client.read(
        SESSIONS.endpoint, parse=lambda body: split_page(body, "sessions", required=False), authenticated=True
    )
    stamp = context.stamp(answer.received_at)
    for record in records:
        intake.take(record, extracted_at=stamp)
    context.organization = context.organization or named_by_sessions(records, envelope)
    return Outcome(watermark=stamp)


def named_by_sessions(records: list[bytes], envelope: dict[str, Any]) -> str | None:
    """Return the organization's id from a list of sessions: it stands beside them, or in one of them."""
    for said in (envelope, *map(parse, records)):
        named = said.get("organization_id") if isinstance(said, dict) else None
        if isinstance(named, str) and named:
            return named
    return None
