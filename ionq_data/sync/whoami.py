"""Whoami: the first request of each run. It tells whether the key is good before anything is written."""

from __future__ import annotations

from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources.whoami import WHOAMI
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_whoami(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Keep the identity of the key, which the first look has requested."""
    if context.whoami is None:
        raise context.refusals[WHOAMI.name]
    stamp = context.stamp(context.whoami.received_at)
    intake.take(context.whoami.body, extracted_at=stamp)
    return Outcome(watermark=stamp)
