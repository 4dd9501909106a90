"""Backends: a snapshot each run, without a key."""

from __future__ import annotations

from ionq_data.api import split_array
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources.backends import BACKENDS
from ionq_data.resources.jobs import SIMULATOR
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake, open_intake


async def sync_backends(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Record the present state of every listed backend."""
    await list_backends(context, intake)
    return Outcome(watermark=context.now())


async def list_backends(context: Context, intake: Intake | None = None) -> tuple[str, ...]:
    """Return the names of the listed backends; a run requests them once."""
    if context.backends is None or intake is not None:
        answer, records = await context.client.read(BACKENDS.endpoint, parse=split_array)
        stamp = context.stamp(answer.received_at)
        reader = intake or open_intake(context, BACKENDS)
        rows = [reader.take(record, extracted_at=stamp).row for record in records]
        context.backends = tuple(sorted({row.values["backend"] for row in rows if row is not None}))
    return context.backends


def is_qpu(backend: str) -> bool:
    """Tell a quantum computer from a simulator, by the API's way of naming them."""
    return not backend.startswith(SIMULATOR)
