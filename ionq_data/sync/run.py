"""Run the syncs of one account, one resource after the other, and write each into the ledger."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from importlib import import_module

from ionq_data.api.errors import ApiError
from ionq_data.lake.bookmarks import PARTIAL_MODES, Bookmark, Completed, read_bookmark, save_bookmark
from ionq_data.lake.ledger import NOT_AVAILABLE, SyncRecord
from ionq_data.resources import RESOURCES
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake, open_intake
from ionq_data.sync.progress import Progress

Rule = Callable[[Context, Intake, Bookmark], Awaitable[Outcome]]

RULES: dict[str, Rule] = {name: getattr(import_module(f"ionq_data.sync.{name}"), f"sync_{name}") for name in RESOURCES}
"""Each resource's rule, in the order in which they run."""

_log = logging.getLogger(__name__)


async def sync_resources(context: Context, names: Iterable[str]) -> list[SyncRecord]:
    """Sync some resources of an account; return their rows of the ledger.

    If the API fails, the resource is recorded as incomplete, with what is missing, and the next one is synced. A
    resource that the key may not see is recorded as not available: nothing of it is missing.

    Raises:
        AuthenticationError: the key is not accepted; nothing more can be read with it.
    """
    wanted = set(names)
    return [await _sync_resource(context, name) for name in RULES if name in wanted]


def record_unreachable(context: Context, names: Iterable[str], reason: str) -> list[SyncRecord]:
    """Record in the ledger that nothing could be read, and why."""
    wanted = set(names)
    return [
        _record(context, name, context.local_clock(), Outcome(missing=(f"{name}: {reason}",)))
        for name in RULES
        if name in wanted
    ]


async def _sync_resource(context: Context, name: str) -> SyncRecord:
    started_at = context.local_clock()
    intake = open_intake(context, RESOURCES[name])
    bookmark = read_bookmark(context.lake, context.account, name)
    context.on_progress(Progress(context.account, name, 0))
    try:
        outcome = await _outcome(context, intake, bookmark)
    finally:
        intake.flush()
    record = _record(context, name, started_at, outcome, intake, bookmark)
    context.on_progress(Progress(context.account, name, record.rows_seen, record.rows_seen, note="done"))
    return record


async def _outcome(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Sync a resource. After a failure it is missing; if the API refuses it to a good key, it is not available."""
    resource = intake.resource
    try:
        return await RULES[resource.name](context, intake, bookmark)
    except ApiError as error:
        if not (resource.authenticated and await is_withheld(context, error)):
            return Outcome(missing=(f"{resource.name}: {error}",))
        context.refusals[resource.name] = error
        return _refused(str(error), context.lake.ledger(context.account, resource.name, newest=1))


def _refused(reason: str, last: list[SyncRecord]) -> Outcome:
    was_available = any(sync.complete and sync.availability != "refused" for sync in last)
    notes = (f"{NOT_AVAILABLE} any more: the records copied before stay unchanged",) if was_available else ()
    return Outcome(mode="refused", refused=reason, notes=notes)


def _record(
    context: Context,
    name: str,
    started_at: datetime,
    outcome: Outcome,
    intake: Intake | None = None,
    bookmark: Bookmark | None = None,
) -> SyncRecord:
    """Write a sync's result into the ledger, with the requests sent since the last row; then save the bookmark.

    ``started_at`` is by the local clock, because only the API's first answer tells which clock to use.
    """
    requests = context.client.requests - context.requests_recorded
    context.requests_recorded += requests
    is_complete = not outcome.missing
    finished_at = context.stamp()
    notes = (*outcome.notes, *([context.clock_note] if context.clock_note else ()))
    record = SyncRecord(
        resource=name,
        run_id=context.run_id,
        started_at=min(started_at + context.clock_lead, finished_at),
        finished_at=finished_at,
        ordered_at=context.order(finished_at),
        complete=is_complete,
        watermark=outcome.watermark if is_complete else None,
        requests=requests,
        rows_seen=intake.rows_seen if intake else 0,
        rows_written=intake.rows_written if intake else 0,
        rows_rejected=intake.rows_rejected if intake else 0,
        rows_with_problems=intake.rows_with_problems if intake else 0,
        mode=outcome.mode,
        organization=context.organization,
        missing=outcome.missing,
        notes=notes,
        parts=bookmark.parts if bookmark and is_complete and not outcome.refused else {},
        availability="refused" if outcome.refused else None if outcome.missing else "available",
        unavailable_reason=outcome.refused,
    )
    context.lake.record(context.account, record)
    if bookmark is not None:
        if is_complete and outcome.mode not in PARTIAL_MODES:
            bookmark.complete = Completed(record.started_at, record.watermark)
        save_bookmark(context.lake, context.account, name, bookmark)
    if outcome.refused:
        _log.info("%s/%s: %s: %s", context.account, name, NOT_AVAILABLE, outcome.refused)
    for line in (*record.missing, *record.notes):
        _log.info("%s/%s: %s", context.account, name, line)
    return record
