"""Request jobs by id: open jobs that no listing showed, parts that no listing shows, and jobs that are gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ionq_data.api import Page, cursor_pages
from ionq_data.api.errors import BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.current import current_rows
from ionq_data.resources.jobs import JOBS
from ionq_data.sync.keys import key_digest
from ionq_data.sync.listing_reader import ListingReader
from ionq_data.sync.workers import run_workers

_MARK_AT = 500
MOST_URL_BYTES = 3_900  # out of 4 kB, which leaves room for the rest of the address
_FIXED = len("https://api.example.com/v0.4/jobs?limit=1000&next=") + 400


def id_batches(ids: Iterable[str], *, most_bytes: int = MOST_URL_BYTES - _FIXED) -> Iterator[list[str]]:
    """Split ids into batches whose query string (``ids=a&ids=b``) stays below a number of bytes."""
    batch: list[str] = []
    size = 0
    for job_id in ids:
        cost = len("ids=&") + len(quote(job_id, safe=""))
        if batch and size + cost > most_bytes:
            yield batch
            batch, size = [], 0
        batch.append(job_id)
        size += cost
    if batch:
        yield batch


async def ask_for_jobs(reader: ListingReader, open_jobs: Mapping[str, str]) -> list[str]:
    """Request jobs (id to partition) by ``ids``, and the missing ones singly; mark those that are gone as deleted.

    Return notes about jobs that could not be requested or viewed.
    """
    notes: list[str] = []
    wanted = dict(open_jobs)
    for batch in id_batches(sorted(wanted)):
        try:
            for shown in await _ask_for_batch(reader, batch):
                wanted.pop(shown, None)
        except (BadRequest, RequestRefused) as error:  # one id that the API refuses must not hide the others
            notes.append(f"{len(batch)} jobs cannot be requested together, so each is requested alone: {error}")
    waiting = iter(sorted(wanted.items()))
    gone: dict[str, str] = {}

    async def work() -> None:
        for job_id, partition in waiting:
            try:
                await _ask_for_one(reader, job_id)
            except NotFound:
                gone[job_id] = partition
            except (PermissionDenied, BadRequest, RequestRefused) as error:
                notes.append(f"job {job_id} can no longer be viewed: {error}")
            if len(gone) >= _MARK_AT:
                _mark_deleted(reader, gone)
                gone.clear()
            if reader.intake.is_full:
                reader.flush()

    try:
        await run_workers(work, reader.context.rules.concurrency)
    finally:
        _mark_deleted(reader, gone)
    return notes


async def _ask_for_batch(reader: ListingReader, batch: list[str]) -> set[str]:
    """Request some jobs by ``ids``; return those in the answer."""
    shown: set[str] = set()
    async for page in _pages(reader, {"ids": batch}):
        stamp = reader.context.stamp(page.received_at)
        for record in page.records:
            row, _ = reader.take(record, stamp)
            if row is not None:
                shown.add(row.values["id"])
        if reader.intake.is_full:
            reader.flush()
        if shown.issuperset(batch):
            break
    return shown


async def _ask_for_one(reader: ListingReader, job_id: str) -> None:
    answer = await reader.context.client.get(f"{JOBS.endpoint}/{quote(job_id, safe='')}", authenticated=True)
    reader.take(answer.body, reader.context.stamp(answer.received_at))


async def ask_for_parts(reader: ListingReader, parents: Iterable[str]) -> AsyncIterator[str]:
    """Request the parts of multi-circuit jobs; yield each job when all its parts are stored."""
    for parent in parents:
        async for page in _pages(reader, {"parent_job_id": parent}):
            stamp = reader.context.stamp(page.received_at)
            for record in page.records:
                reader.take(record, stamp)
        yield parent


def _pages(reader: ListingReader, asked: Mapping[str, Any]) -> AsyncGenerator[Page]:
    return cursor_pages(
        reader.context.client,
        JOBS.endpoint,
        asked,
        items="jobs",
        page_size=reader.context.rules.page_size,
        authenticated=True,
    )


async def ask_for_gone(reader: ListingReader) -> list[str]:
    """After a full reading, request the jobs that the lake has and that nothing showed. Return notes."""
    gone = reader.intake.versions.unseen()
    if not gone:
        return []
    reader.flush()
    rows = current_rows(reader.context.lake, JOBS, reader.context.account, gone, columns=("id", "submitted_at"))
    return await ask_for_jobs(reader, {row["id"]: JOBS.partition_of(row) for row in rows})


def _mark_deleted(reader: ListingReader, gone: Mapping[str, str]) -> None:
    """Mark jobs (id to partition) that the API no longer has as deleted; keep their last version: they were paid."""
    keys, partitions = [key_digest((job_id,)) for job_id in gone], set(gone.values())
    for row in current_rows(reader.context.lake, JOBS, reader.context.account, keys, partitions):
        if not row["_deleted"]:
            reader.take(row["_raw"].encode(), reader.context.stamp(), deleted=True)
