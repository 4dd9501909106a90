"""The rule of a resource that fits into one short answer: request it on each run, and keep what changed."""

from __future__ import annotations

from collections.abc import Callable

from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def read_list(context: Context, intake: Intake, split: Callable[[bytes], list[bytes]]) -> Outcome:
    """Read the list at the resource's endpoint and keep what changed; ``split`` takes the body apart into records.

    A record that names its organization tells the account's organization, if that is not known yet.

    Raises:
        ApiError: the API refuses the list, or does not answer.
    """
    resource = intake.resource
    answer, records = await context.client.read(resource.endpoint, parse=split, authenticated=resource.authenticated)
    stamp = context.stamp(answer.received_at)
    for record in records:
        taken = intake.take(record, extracted_at=stamp)
        if taken.row is not None and context.organization is None:
            context.organization = taken.row.values.get("organization_id")
    return Outcome(watermark=stamp)
