"""Read a listing of jobs page by page, keep what is new, and note how far it got each time that rows are written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ionq_data.api import Page, cursor_pages, read_ahead
from ionq_data.api.errors import BadRequest, NotFound, RequestRefused
from ionq_data.lake.bookmarks import Bookmark, save_bookmark
from ionq_data.resources import Row
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES, WITH_PARTS
from ionq_data.sync.context import Context
from ionq_data.sync.intake import Intake
from ionq_data.sync.listing import Listed, Listing, Step, Stretch, is_before
from ionq_data.sync.progress import Progress

LISTED = "listed"
"""How a submitter's jobs can be seen whose listing shows what the key's own leaves out (``submitters``)."""


class Seen(NamedTuple):
    """What a page of a listing says: whether it is enough, and how the submitter's jobs can be seen, if it is clear."""

    is_enough: bool
    state: str | None = None


Watch = Callable[[Sequence[Row], Sequence[Listed]], Seen]


@dataclass(frozen=True)
class ReadTo:
    """How far a listing is read: down to a watermark, by way of stretches read before, or to a date that is not newer
    than the watermark, or to the end.

    ``is_partial`` says that the date leaves older jobs unread that no earlier reading has covered, ``is_unordered``
    that an earlier reading has found the listing not to be newest first, so that only its end ends it.
    """

    watermark: datetime | None = None
    stretches: tuple[Stretch, ...] = ()
    oldest: datetime | None = None
    is_partial: bool = False
    is_unordered: bool = False


@dataclass
class ListingReader:
    """The reading of an account's listings in one run.

    Attributes:
        still_open: id and partition of the jobs that the lake knows as open and that nothing has shown yet.
        marks: how far each listing is, by submitter, as the bookmark holds it.
        members: how each known submitter's jobs can be seen (``submitters``).
        parents: jobs of several circuits that are new or changed, less those of which a part was shown.
        backends: the backends that jobs name.
        submitters: the users whose jobs were shown.
    """

    context: Context
    intake: Intake
    started_at: datetime
    still_open: dict[str, str]
    bookmark: Bookmark
    marks: dict[str, Any] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)
    backends: set[str] = field(default_factory=set)
    submitters: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    _with_parts: set[str] = field(default_factory=set)
    _kept_marks: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._kept_marks = dict(self.marks)

    async def read(
        self, name: str, to: ReadTo, *, watch: Watch | None = None, is_likely_to_end_early: bool = False
    ) -> None:
        """Read one submitter's listing (or the key's own) as far as must be.

        ``watch`` is shown each page and may end the reading. A page is asked for while the last one is taken in, unless
        the reading has an end before the listing's, which would make that a request for nothing. Raises ``ApiError``;
        what has been read by then is kept, and so is how far it got.
        """
        overlap = self.context.rules.overlap
        watermark = to.watermark if to.oldest is None else None
        listing = Listing(self.started_at, watermark, to.stretches, overlap, is_ordered=not to.is_unordered)
        claimed = self.marks.get(name, {})
        cursor: str | None = None
        fallback: str | None = None
        has_jumped = False
        while True:
            step = Step.GO_ON
            try:
                is_ahead = to == ReadTo() and not is_likely_to_end_early
                async with aclosing(self._pages(name, cursor, is_ahead=is_ahead)) as pages:
                    async for page in pages:
                        fallback = None
                        rows, listed = self._take(page)
                        step, cursor = listing.page(listed), page.next_cursor
                        if watch is not None:
                            seen = watch(rows, listed)
                            if seen.state is not None:  # noted before the rows: what is known then is no news
                                self.members[name] = seen.state
                            if seen.is_enough:
                                return
                        if _is_past(listing, listed, to):
                            step = Step.STOP
                        if has_jumped and not listing.is_ordered:
                            break
                        self._note(name, to, listing, claimed, cursor)
                        if step is not Step.GO_ON:
                            break
            except (BadRequest, NotFound, RequestRefused) as error:
                if fallback is None:
                    raise
                self.notes.append(
                    "an earlier reading cannot continue where it was cut off, so the listing is read "
                    f"on from above: {error}"
                )
                cursor, fallback = fallback, None
                continue
            if has_jumped and not listing.is_ordered:  # what was jumped over may hold anything: begin again
                cursor, has_jumped, listing.stretches = None, False, ()
                continue
            if step is Step.JUMP and cursor is not None:
                fallback, cursor, has_jumped = cursor, listing.jump(), True
                continue
            break
        if not listing.is_ordered:
            self.notes.append(f"the listing{_of(name)} is not sorted newest first, so it was read to its end")
        if not to.is_partial:
            self.marks[name] = mark(listing.next_watermark, is_unordered=not listing.is_ordered)

    def settle(self, member: str, state: str | None) -> None:
        """Note how a member's jobs can be seen, None if it is not clear; only a listing to go on with has a mark."""
        if state is None:
            self.members.pop(member, None)
        else:
            self.members[member] = state
        if state != LISTED:
            self.marks.pop(member, None)

    def watermark(self, name: str) -> datetime | None:
        """Return the watermark of a listing as it stands now."""
        value = self.marks.get(name, {}).get("watermark")
        return datetime.fromisoformat(value) if value else None

    def take(self, raw: bytes, stamp: datetime, *, deleted: bool = False) -> tuple[Row | None, bool]:
        """Take in one job, from wherever; return its row and whether the lake knew it."""
        taken = self.intake.take(raw, extracted_at=stamp, deleted=deleted)
        if (row := taken.row) is not None:
            self._notice(row, is_changed=taken.is_changed and not deleted)
        return taken.row, taken.is_known

    def flush(self) -> None:
        """Write what waits, and note how far each listing is.

        What a job is noticed for (parts to ask for, a member to list, a backend) is noted before its row, since one
        that is known is not noticed again. How far the listings are is noted after the rows.
        """
        self._save(self._kept_marks)
        self.intake.flush()
        self._kept_marks = dict(self.marks)
        self._save(self._kept_marks)

    def _save(self, marks: Mapping[str, Any]) -> None:
        self.bookmark.parts |= {
            "listings": marks,
            "members": self.members,
            "parents": sorted(self.parents),
            "backends": sorted(self.backends),
        }
        save_bookmark(self.context.lake, self.context.account, JOBS.name, self.bookmark)

    def _pages(self, name: str, cursor: str | None, *, is_ahead: bool) -> AsyncGenerator[Page]:
        pages = cursor_pages(
            self.context.client,
            JOBS.endpoint,
            {"submitter_id": name} if name else {},
            items="jobs",
            page_size=self.context.rules.page_size,
            start_cursor=cursor,
            authenticated=True,
        )
        return read_ahead(pages) if is_ahead else pages

    def _take(self, page: Page) -> tuple[list[Row], list[Listed]]:
        rows, listed = [], []
        stamp = self.context.stamp(page.received_at)
        for record in page.records:
            row, is_known = self.take(record, stamp)
            if row is not None:
                rows.append(row)
                is_done = is_known and row.values["status"] in TERMINAL_STATUSES
                listed.append(Listed(row.values["id"], row.values["submitted_at"], is_known, is_done))
        self.context.on_progress(Progress(self.context.account, JOBS.name, self.intake.rows_seen))
        return rows, listed

    def _notice(self, row: Row, *, is_changed: bool) -> None:
        values = row.values
        self.still_open.pop(values["id"], None)
        if values["submitter_id"]:
            self.submitters.add(values["submitter_id"])
        if values["backend"]:
            self.backends.add(values["backend"])
        if parent := values["parent_job_id"]:
            self._with_parts.add(parent)
            self.parents.discard(parent)
        if is_changed and _has_parts(values) and not parent and values["id"] not in self._with_parts:
            self.parents.add(values["id"])

    def _note(self, name: str, to: ReadTo, listing: Listing, claimed: Mapping[str, Any], cursor: str | None) -> None:
        """Say how far the listing would be if it were cut off here; a full reading unsays nothing said before it."""
        if to.oldest is None and listing.is_ordered:
            is_full = to.watermark is None and not to.stretches
            before = [stretch.to_json() for stretch in listing.stretches_if_cut(cursor)]
            stretches = [*before, *claimed.get("stretches", ())] if is_full else before
            self.marks[name] = {"watermark": claimed.get("watermark"), "stretches": stretches}
        elif not listing.is_ordered:
            self.marks[name] = mark(None, is_unordered=True)
        if self.intake.is_full:
            self.flush()


def mark(watermark: datetime | None, *, is_unordered: bool = False) -> dict[str, Any]:
    """Return how far a listing is, once it has been read as far as it must be, as JSON values."""
    found: dict[str, Any] = {"watermark": watermark.isoformat() if watermark else None}
    return found | {"is_unordered": True} if is_unordered else found


def _has_parts(values: Mapping[str, Any]) -> bool:
    kind = values["type"] or ""
    is_known = kind in WITH_PARTS or "multi" in kind or "function" in kind
    return is_known or bool(values["child_job_ids"]) or (values["stats_circuits"] or 1) > 1


def _is_past(listing: Listing, listed: Sequence[Listed], to: ReadTo) -> bool:
    """Tell whether a page lies before the date to read to, and before what an earlier reading has covered."""
    if to.oldest is None or not listed or not (listing.is_ordered and listing.is_proven):
        return False
    known_from = to.watermark or to.oldest
    return all(
        is_before(job.submitted_at, to.oldest) and is_before(job.submitted_at, known_from, by=listing.overlap)
        for job in listed
    )


def _of(name: str) -> str:
    return f" of submitter {name}" if name else ""
