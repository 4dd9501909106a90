"""Ask for jobs by name: open ones that no listing showed, parts that none shows, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from ionq_data.api import cursor_pages
from ionq_data.api.errors import BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.current import current_rows
from ionq_data.resources.jobs import JOBS
from ionq_data.sync.keys import key_digest
from ionq_data.sync.listing_reader import ListingReader
from ionq_data.sync.workers import run_workers

_MARK_AT = 500
MOST_URL_BYTES = 3_900  # of 4 kB, with room for the rest of the address
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


async def ask_for_jobs(reader: ListingReader, open_jobs: Mapping[str, str]) -> None:
    """Ask for jobs (id to partition) by ``ids``, and singly for those that do not come; mark those gone as deleted."""
    wanted = dict(open_jobs)
    for batch in id_batches(sorted(wanted)):
        try:
            await _ask_for_batch(reader, batch, wanted)
        except (BadRequest, RequestRefused) as error:  # one id that it does not like must not hide the others
            reader.notes.append(f"{len(batch)} jobs cannot be asked for together, so each is asked for alone: {error}")
    waiting = iter(sorted(wanted.items()))
    gone: dict[str, str] = {}

    async def work() -> None:
        for job_id, partition in waiting:
            if await _is_gone(reader, job_id):
                gone[job_id] = partition
            if len(gone) >= _MARK_AT:
                _mark_deleted(reader, gone)
            if reader.intake.is_full:
                reader.flush()

    try:
        await run_workers(work, reader.context.rules.concurrency)
    finally:
        _mark_deleted(reader, gone)


async def _ask_for_batch(reader: ListingReader, batch: list[str], wanted: dict[str, str]) -> None:
    """Ask for some jobs by ``ids``, and take those that come out of the wanted ones."""
    pages = cursor_pages(
        reader.context.client,
        JOBS.endpoint,
        {"ids": batch},
        items="jobs",
        page_size=reader.context.rules.page_size,
        authenticated=True,
    )
    async for page in pages:
        stamp = reader.context.stamp(page.received_at)
        for record in page.records:
            row, _ = reader.take(record, stamp)
            if row is not None:
                wanted.pop(row.values["id"], None)
        if reader.intake.is_full:
            reader.flush()
        if not wanted.keys() & set(batch):
            return


async def _is_gone(reader: ListingReader, job_id: str) -> bool:
    """Ask for one job and take it in; tell whether the API no longer knows it."""
    try:
        answer = await reader.context.client.get(f"{JOBS.endpoint}/{quote(job_id, safe='')}", authenticated=True)
    except NotFound:
        return True
    except (PermissionDenied, BadRequest, RequestRefused) as error:
        reader.notes.append(f"job {job_id} can no longer be viewed: {error}")
    else:
        reader.take(answer.body, reader.context.stamp(answer.received_at))
    return False


async def ask_for_parts(reader: ListingReader) -> None:
    """Ask for the parts of new or changed multi-circuit jobs of which the listings showed none."""
    for parent in sorted(reader.parents):
        pages = cursor_pages(
            reader.context.client,
            JOBS.endpoint,
            {"parent_job_id": parent},
            items="jobs",
            authenticated=True,
            page_size=reader.context.rules.page_size,
        )
        async for page in pages:
            stamp = reader.context.stamp(page.received_at)
            for record in page.records:
                reader.take(record, stamp)
        reader.parents.discard(parent)


async def ask_for_gone(reader: ListingReader) -> None:
    """After everything was read: ask for the jobs that the lake has and nothing showed."""
    gone = reader.intake.versions.unseen()
    if not gone:
        return
    reader.flush()
    rows = current_rows(reader.context.lake, JOBS, reader.context.account, gone, columns=("id", "submitted_at"))
    await ask_for_jobs(reader, {row["id"]: JOBS.partition_of(row) for row in rows})


def _mark_deleted(reader: ListingReader, gone: dict[str, str]) -> None:
    """Keep the last version of jobs (id to partition) that the API no longer knows as deleted: their cost was paid."""
    keys, partitions = [key_digest((job_id,)) for job_id in gone], set(gone.values())
    for row in current_rows(reader.context.lake, JOBS, reader.context.account, keys, partitions):
        if not row["_deleted"]:
            reader.take(row["_raw"].encode(), reader.context.stamp(), deleted=True)
    gone.clear()
