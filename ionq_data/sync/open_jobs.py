"""Ask for jobs by name: open ones that no listing showed, parts that none shows, and those that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote

from ionq_data.api import cursor_pages
from ionq_data.api.errors import BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.resources.jobs import JOBS
from ionq_data.sync.keys import key_digest
from ionq_data.sync.listing_reader import ListingReader

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
        pages = cursor_pages(
            reader.context.client,
            JOBS.endpoint,
            {"ids": batch},
            items="jobs",
            page_size=reader.context.rules.page_size,
            authenticated=True,
        )
        async for page in pages:
            for record in page.records:
                row, _ = reader.take(record, page.received_at)
                if row is not None:
                    wanted.pop(row.values["id"], None)
            if not wanted.keys() & set(batch):
                break
    waiting = iter(sorted(wanted.items()))

    async def work() -> None:
        for job_id, partition in waiting:
            await _ask_for_one(reader, job_id, partition)

    await asyncio.gather(*(work() for _ in range(reader.context.rules.concurrency)))


async def _ask_for_one(reader: ListingReader, job_id: str, partition: str) -> None:
    try:
        answer = await reader.context.client.get(f"{JOBS.endpoint}/{quote(job_id, safe='')}", authenticated=True)
    except NotFound:
        mark_deleted(reader, [key_digest((job_id,))], [partition])
    except (PermissionDenied, BadRequest, RequestRefused) as error:
        reader.notes.append(f"job {job_id} can no longer be viewed: {error}")
    else:
        reader.take(answer.body, answer.received_at)


async def ask_for_parts(reader: ListingReader) -> None:
    """Ask for the parts of new multi-circuit jobs of which the listings showed none."""
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
            for record in page.records:
                reader.take(record, page.received_at)


async def ask_for_gone(reader: ListingReader) -> None:
    """After everything was read: ask for the jobs that the lake has and nothing showed."""
    gone = reader.intake.versions.unseen()
    if not gone:
        return
    reader.intake.flush()
    rows = reader.context.store.current(JOBS, reader.context.account, gone)
    await ask_for_jobs(reader, {row["id"]: reader.intake.resource.partition_of(row) for row in rows})


def mark_deleted(reader: ListingReader, keys: Collection[int], partitions: Collection[str]) -> None:
    """Keep the last version of jobs that the API no longer knows as deleted: what they cost was still paid."""
    for row in reader.context.store.current(JOBS, reader.context.account, keys, partitions):
        if not row["_deleted"]:
            reader.take(row["_raw"].encode(), reader.context.local_clock(), deleted=True)
