"""Read a listing of jobs page by page, keep what is new, and note how far it got each time that rows are written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ionq_data.api import Page, cursor_pages
from ionq_data.api.errors import BadRequest, NotFound
from ionq_data.resources import Row
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES
from ionq_data.sync.context import Context
from ionq_data.sync.intake import Intake
from ionq_data.sync.listing import Listed, Listing, Step, Stretch
from ionq_data.sync.progress import Progress


@dataclass(frozen=True)
class ReadTo:
    """How far a listing is read: down to a watermark, by way of stretches read before, or to a date, or to the end.

    ``is_partial`` says that the date leaves older jobs unread that no earlier reading has covered.
    """

    watermark: datetime | None = None
    stretches: tuple[Stretch, ...] = ()
    oldest: datetime | None = None
    is_partial: bool = False


@dataclass
class ListingReader:
    """The reading of an account's listings in one run.

    Attributes:
        is_open: id and partition of the jobs that the lake knows as open; one that is shown is taken out.
        marks: how far each listing is, by submitter, as the ledger and the progress file hold it.
        submitters: the users whose jobs were shown.
        backends: the backends that the jobs shown name.
        parents: jobs of several circuits that are new, less those of which a part was shown.
    """

    context: Context
    intake: Intake
    is_open: dict[str, str]
    marks: dict[str, Any]
    started_at: datetime
    submitters: set[str] = field(default_factory=set)
    backends: set[str] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    _with_parts: set[str] = field(default_factory=set)

    async def read(self, name: str, to: ReadTo, *, stop_when_known: bool = False) -> list[Row]:
        """Read one submitter's listing (or the key's own) as far as must be; return its first page's rows.

        With ``stop_when_known`` it ends at the first page that shows nothing unknown: a look whether it shows more
        than the key's own listing. Raises ``ApiError``; what has been read by then is kept, and so is how far it got.
        """
        listing = Listing(self.started_at, to.watermark, to.stretches, self.context.rules.overlap)
        first: list[Row] | None = None
        cursor: str | None = None
        fallback: str | None = None
        while True:
            step = Step.GO_ON
            try:
                pages = self._pages(name, cursor)
                reads_all = to == ReadTo() and not stop_when_known
                async for page in _ahead(pages) if reads_all else pages:
                    fallback = None
                    rows, listed = self._take(page)
                    first = rows if first is None else first
                    step = listing.page(listed)
                    cursor = page.next_cursor
                    self._note(name, to, listing, cursor)
                    is_past = _is_before(listed, to.oldest) and listing.is_ordered
                    is_looked_at = stop_when_known and bool(listed) and all(job.is_known for job in listed)
                    if is_past or is_looked_at:
                        step = Step.STOP
                    if step is not Step.GO_ON:
                        break
            except (BadRequest, NotFound) as error:
                if fallback is None:
                    raise
                self.notes.append(
                    f"the place where an earlier reading was cut off is gone, so it is read again: {error}"
                )
                cursor, fallback = fallback, None
                continue
            if step is Step.JUMP and cursor is not None:
                fallback, cursor = cursor, listing.jump()
                continue
            break
        if not listing.is_ordered:
            self.notes.append(f"the listing{_of(name)} is not newest first: it was read to its end")
        watermark = listing.next_watermark
        self.marks[name] = {"watermark": watermark.isoformat() if watermark else None}
        if to.is_partial:
            del self.marks[name]
        return first or []

    def watermark(self, name: str) -> datetime | None:
        """Return the watermark of a listing as it stands now."""
        value = self.marks.get(name, {}).get("watermark")
        return datetime.fromisoformat(value) if value else None

    def take(self, raw: bytes, received_at: datetime, *, deleted: bool = False) -> tuple[Row | None, bool]:
        """Take in one job, from wherever; return its row and whether the lake knew it."""
        taken = self.intake.take(raw, extracted_at=self.context.stamp(received_at), deleted=deleted)
        if (row := taken.row) is not None:
            self._notice(row, is_new=not taken.is_known)
        return taken.row, taken.is_known

    def save_progress(self) -> None:
        """Note how far each listing is, now that what it says is in the lake."""
        self.context.store.save_progress(self.context.account, JOBS.name, {"listings": self.marks})

    def _pages(self, name: str, cursor: str | None) -> AsyncIterator[Page]:
        return cursor_pages(
            self.context.client,
            JOBS.endpoint,
            {"submitter_id": name} if name else {},
            items="jobs",
            page_size=self.context.rules.page_size,
            start_cursor=cursor,
            authenticated=True,
        )

    def _take(self, page: Page) -> tuple[list[Row], list[Listed]]:
        rows, listed = [], []
        for record in page.records:
            row, is_known = self.take(record, page.received_at)
            if row is not None:
                rows.append(row)
                is_done = is_known and row.values["status"] in TERMINAL_STATUSES
                listed.append(Listed(row.values["id"], row.values["submitted_at"], is_known, is_done))
        self.context.on_progress(Progress(self.context.account, JOBS.name, self.intake.rows_seen))
        return rows, listed

    def _notice(self, row: Row, *, is_new: bool) -> None:
        values = row.values
        self.is_open.pop(values["id"], None)
        if values["submitter_id"]:
            self.submitters.add(values["submitter_id"])
        if values["backend"]:
            self.backends.add(values["backend"])
        if parent := values["parent_job_id"]:
            self._with_parts.add(parent)
            self.parents.discard(parent)
        is_multiple = "multi" in (values["type"] or "") or (values["stats_circuits"] or 1) > 1
        if is_new and is_multiple and not parent and values["id"] not in self._with_parts:
            self.parents.add(values["id"])

    def _note(self, name: str, to: ReadTo, listing: Listing, cursor: str | None) -> None:
        """Write out what waits once it is worth a file, and only then say how far the listing is."""
        if to.oldest is None:
            stretches = [stretch.to_json() for stretch in listing.stretches_if_cut(cursor)]
            watermark = to.watermark.isoformat() if to.watermark else None
            self.marks[name] = {"watermark": watermark, "stretches": stretches}
        if self.intake.is_full:
            self.intake.flush()
            self.save_progress()


def _is_before(listed: list[Listed], oldest: datetime | None) -> bool:
    if oldest is None or not listed:
        return False
    return all(job.submitted_at is not None and job.submitted_at < oldest for job in listed)


def _of(name: str) -> str:
    return f" of submitter {name}" if name else ""


async def _ahead(pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """Ask for the next page while the last one is being taken in."""
    waiting = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await waiting) is not None:
            if page.next_cursor is not None:
                waiting = asyncio.ensure_future(anext(pages, None))
                yield page
            else:
                yield page
                return
    finally:
        waiting.cancel()
