"""Whoami: the first request of each run. It tells whether the key is good before anything is written."""

from __future__ import annotations

from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources.whoami import WHOAMI
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_whoami(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Request the identity of the key."""
    if refusal := context.refusals.get(WHOAMI.name):
        raise refusal
    answer = context.whoami or await context.client.get(WHOAMI.endpoint, authenticated=True)
    stamp = context.stamp(answer.received_at)
    intake.take(answer.body, extracted_at=stamp)
    return Outcome(watermark=stamp)
