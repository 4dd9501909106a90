"""Sessions: all of them each run; their envelope names the organization."""

from __future__ import annotations

from ionq_data.api import split_page
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources.sessions import SESSIONS
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_sessions(context: Context, intake: Intake, _ledger: list[SyncRecord]) -> Outcome:
    """Read the list of sessions and keep what changed."""
    answer, (records, envelope) = context.sessions or await context.client.read(
        SESSIONS.endpoint, parse=lambda body: split_page(body, "sessions", required=False), authenticated=True
    )
    stamp = context.stamp(answer.received_at)
    for record in records:
        intake.take(record, extracted_at=stamp)
    organization = envelope.get("organization_id")
    if isinstance(organization, str) and organization:
        context.organization = context.organization or organization
    return Outcome(watermark=stamp)
