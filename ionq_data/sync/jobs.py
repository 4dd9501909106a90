"""Jobs: the requests that make the lake equal what the API shows, although the API has no filter by time.

1. Read the listing, newest first, down to the last watermark minus an overlap (``listing``). Do the same for the
   submitters whose jobs the key's own view leaves out (``submitters``).
2. Request by id the jobs that are open in the lake and that no listing showed (``open_jobs``).
3. Once a week, or on request, read everything, and look for jobs that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.api.errors import ApiError
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.lake.ledger import NOT_AVAILABLE
from ionq_data.lake.pending import pending_jobs
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.context import CLOCK_TOLERANCE, Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.listing import Stretch
from ionq_data.sync.listing_reader import LISTED, ListingReader, ReadTo
from ionq_data.sync.open_jobs import ask_for_gone, ask_for_jobs, ask_for_parts
from ionq_data.sync.submitters import look_at_member, members_to_ask

OWN = ""  # the name of the listing without a submitter


@dataclass(frozen=True)
class Plan:
    """The starting point of a sync of jobs.

    Attributes:
        is_full: whether to read to the end and look for jobs that are gone.
        listings: how far each listing is read, by submitter; ``OWN`` is the key's own view.
        oldest: jobs submitted before this are not requested.
        marks: how far each listing is by now.
        members: how each known submitter's jobs can be seen (``submitters``).
        parents: jobs whose parts an unfinished sync has not requested yet.
        backends: the backends that jobs have named so far.
        full_at: when everything was last read.
    """

    is_full: bool
    listings: Mapping[str, ReadTo] = field(default_factory=dict)
    oldest: datetime | None = None
    marks: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    backends: frozenset[str] = frozenset()
    full_at: datetime | None = None

    def read_to(self, name: str) -> ReadTo:
        """Return how far a listing is read."""
        to = self.listings.get(name, ReadTo())
        if self.oldest is None:
            return to
        return replace(to, stretches=(), oldest=self.oldest, is_partial=to.watermark is None)


def plan_jobs(bookmark: Bookmark, now: datetime, *, full: bool, since: date | None, full_every: timedelta) -> Plan:
    """Decide how far to read, from the clock and from the progress of earlier syncs, finished or not."""
    parts = bookmark.parts
    full_at = datetime.fromisoformat(parts["full_at"]) if parts.get("full_at") else None
    is_fresh = full_at is not None and abs(now - full_at) < full_every  # the clock may have been set back since then
    is_full = (full or (bookmark.complete is not None and not is_fresh)) and since is None
    marks = dict(parts.get("listings", {}))
    listings = {name: ReadTo() if is_full else _read_on(mark, now) for name, mark in marks.items()}
    return Plan(
        is_full,
        listings,
        oldest=None if since is None else datetime.combine(since, datetime.min.time(), tzinfo=UTC),
        marks=marks,
        members=dict(parts.get("members", {})),
        parents=tuple(parts.get("parents", ())),
        backends=frozenset(parts.get("backends", ())),
        full_at=full_at,
    )


def _read_on(mark: Mapping[str, Any], now: datetime) -> ReadTo:
    """Return how far to continue a listing; the note of a clock that ran ahead does not count."""
    watermark = datetime.fromisoformat(mark["watermark"]) if mark.get("watermark") else None
    stretches = tuple(Stretch.from_json(stretch) for stretch in mark.get("stretches", ()))
    tops = [moment for moment in (watermark, *(stretch.top for stretch in stretches)) if moment is not None]
    if any(top > now + CLOCK_TOLERANCE for top in tops):
        return ReadTo()
    return ReadTo(watermark=watermark, stretches=stretches, is_unordered=bool(mark.get("is_unordered")))


async def sync_jobs(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Make the lake's jobs equal what the API shows."""
    rules, started_at = context.rules, context.now()
    plan = plan_jobs(bookmark, started_at, full=rules.full, since=rules.since, full_every=rules.full_every)
    pending = pending_jobs(context.lake, context.account, now=started_at, simulator_costs=rules.simulator_costs)
    still_open = {job.id: job.partition for job in pending if not (job.is_terminal or job.is_deleted)}
    if plan.is_full:
        intake.load_all()

    reader = ListingReader(
        context,
        intake,
        started_at,
        still_open,
        bookmark,
        marks=dict(plan.marks),
        members=dict(plan.members),
        parents=set(plan.parents),
        backends=set(plan.backends),
    )
    missing: list[str] = []
    notes: list[str] = []
    try:
        await reader.read(OWN, plan.read_to(OWN))
        for member in members_to_ask(context, plan.members, reader.submitters, is_full=plan.is_full):
            notes += await _read_member(reader, member, plan.read_to(member))
        async for parent in ask_for_parts(reader, sorted(reader.parents)):
            reader.parents.discard(parent)
        notes += await ask_for_jobs(reader, reader.still_open)
        if plan.is_full:
            notes += await ask_for_gone(reader)
    except ApiError as error:
        if await is_withheld(context, error) and not intake.rows_seen:
            raise
        missing.append(f"jobs: {error}")
    finally:
        reader.flush()
    if plan.read_to(OWN).is_partial and not missing:
        missing.append(f"jobs before {rules.since} were not read; run without --since to read them")
    reads_all = plan.is_full or bookmark.complete is None
    if reads_all and not missing:
        bookmark.parts["full_at"] = started_at.isoformat()
    return Outcome(
        watermark=reader.watermark(OWN),
        mode="since" if rules.since else ("full" if reads_all else "incremental"),
        missing=tuple(missing),
        notes=(*reader.notes, *notes),
    )


async def _read_member(reader: ListingReader, member: str, to: ReadTo) -> list[str]:
    """Read the listing of a member; return a note where it is not available to the key."""
    state = reader.members.get(member)
    try:
        if state == LISTED or isinstance(reader.context.rules.submitters, tuple):  # chosen, whatever it shows
            await reader.read(member, to)
        else:
            reader.settle(member, await look_at_member(reader, member, state, to))
    except ApiError as error:
        if not await is_withheld(reader.context, error):
            raise
        return [f"the jobs of submitter {member} are {NOT_AVAILABLE}: {error}"]
    return []
