"""Jobs: what to ask for so that the lake equals what the API shows, though nothing can be asked for by time.

1. Read the listing, newest first, down to the last watermark less an overlap (``listing``); so too the listings of
   those submitters whose jobs the key's own view leaves out (``submitters``).
2. Ask by id for the jobs that the lake knows as open and no listing showed (``open_jobs``).
3. Once a week, or on request, read everything, and look for what is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.api.errors import ApiError
from ionq_data.sync.context import Context, Outcome, last_complete
from ionq_data.sync.intake import Intake
from ionq_data.sync.ledger import SyncRecord
from ionq_data.sync.listing import Stretch
from ionq_data.sync.listing_reader import ListingReader, ReadTo
from ionq_data.sync.open_jobs import ask_for_gone, ask_for_jobs, ask_for_parts
from ionq_data.sync.submitters import members_to_ask, read_member

OWN = ""  # the name of the listing without a submitter


@dataclass(frozen=True)
class Plan:
    """What a sync of jobs starts from.

    Attributes:
        is_full: read to the end and look for what is gone.
        listings: how far each listing is read, by submitter; ``OWN`` is the key's own view.
        members: how each known submitter's jobs can be seen (``submitters``).
        backends: the backends that jobs have named so far.
        full_at: when everything was last read.
    """

    is_full: bool
    listings: Mapping[str, ReadTo] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    backends: frozenset[str] = frozenset()
    full_at: datetime | None = None


def plan_jobs(
    ledger: list[SyncRecord],
    progress: Mapping[str, Any],
    now: datetime,
    *,
    full: bool,
    since: date | None,
    full_every: timedelta,
    overlap: timedelta,
) -> Plan:
    """Decide how far to read, from the finished syncs, from what an unfinished one has left, and from the clock."""
    last = last_complete(ledger)
    marks = last.marks if last else {}
    full_at = datetime.fromisoformat(marks["full_at"]) if marks.get("full_at") else None
    is_due = last is not None and (full_at is None or now - full_at >= full_every)
    is_full = full or (is_due and since is None)
    listings: dict[str, ReadTo] = {}
    for name, mark in {**marks.get("listings", {}), **progress.get("listings", {})}.items():
        watermark = mark.get("watermark")
        stretches = tuple(Stretch.from_json(stretch) for stretch in mark.get("stretches", ()))
        listings[name] = ReadTo(
            watermark=None if is_full or not watermark else datetime.fromisoformat(watermark),
            stretches=() if is_full else stretches,
        )
    if since is not None:
        oldest = datetime.combine(since, datetime.min.time(), tzinfo=UTC)
        known = listings.get(OWN, ReadTo()).watermark
        listings[OWN] = ReadTo(oldest=min(oldest, known - overlap) if known else oldest, is_partial=known is None)
    return Plan(is_full, listings, marks.get("members", {}), frozenset(marks.get("backends", ())), full_at)


async def sync_jobs(context: Context, intake: Intake, ledger: list[SyncRecord]) -> Outcome:
    """Bring the lake's jobs to what the API shows."""
    rules, started_at = context.rules, context.now()
    progress = context.store.progress(context.account, intake.resource.name)
    plan = plan_jobs(
        ledger,
        progress,
        started_at,
        full=rules.full,
        since=rules.since,
        full_every=rules.full_every,
        overlap=rules.overlap,
    )
    pending = context.store.pending_jobs(context.account)
    is_open = {job.id: job.partition for job in pending if not (job.is_terminal or job.is_deleted)}
    if plan.is_full:
        intake.load_all()

    reader = ListingReader(context, intake, is_open, dict(progress.get("listings", {})), started_at)
    missing: list[str] = []
    members = dict(plan.members)
    try:
        await reader.read(OWN, plan.listings.get(OWN, ReadTo()))
        for member in members_to_ask(context, members, reader.submitters, is_full=plan.is_full):
            members[member] = await read_member(reader, member, members.get(member), plan.listings.get(member))
        await ask_for_parts(reader)
        await ask_for_jobs(reader, is_open)
        if plan.is_full:
            await ask_for_gone(reader)
    except ApiError as error:
        missing.append(f"jobs: {error}")
    finally:
        intake.flush()
        reader.save_progress()
    if rules.since and plan.listings[OWN].is_partial and not missing:
        missing.append(f"jobs before {rules.since} were not asked for; leave out --since to read them")
    if not missing:
        context.store.save_progress(context.account, intake.resource.name, {})
    reads_all = plan.is_full or last_complete(ledger) is None
    full_at = started_at if reads_all else plan.full_at
    return Outcome(
        watermark=reader.watermark(OWN),
        mode="since" if rules.since else ("full" if reads_all else "incremental"),
        missing=tuple(missing),
        notes=tuple(reader.notes),
        marks={
            "listings": {name: {"watermark": mark.get("watermark")} for name, mark in reader.marks.items()},
            "members": members,
            "backends": sorted(reader.backends | plan.backends),
            "full_at": full_at.isoformat() if full_at else None,
        },
    )
