"""The rule of a resource that one short answer shows whole: ask for it on each run, and keep what changed."""

from __future__ import annotations

from collections.abc import Callable

from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def read_list(context: Context, intake: Intake, split: Callable[[bytes], list[bytes]]) -> Outcome:
    """Read the list at the resource's endpoint and keep what changed; ``split`` takes the body apart into records.

    Raises:
        ApiError: the API refuses the list, or does not answer.
    """
    resource = intake.resource
    answer, records = await context.client.read(resource.endpoint, parse=split, authenticated=resource.authenticated)
    stamp = context.stamp(answer.received_at)
    for record in records:
        intake.take(record, extracted_at=stamp)
    return Outcome(watermark=stamp)
