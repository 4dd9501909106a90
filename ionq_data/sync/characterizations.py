"""Characterizations: for each backend, the measurements since the day before the newest known one.

The bookmark says how far a backend has been read. The lake cannot tell: an interrupted reading may have stored newer
measurements and not reached older ones. The bookmark is saved as soon as a backend is read, whatever the others do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import quote

from ionq_data.api import Page, numbered_pages
from ionq_data.api.address import Params
from ionq_data.api.errors import ApiError, AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.bookmarks import Bookmark, read_bookmark, save_bookmark
from ionq_data.lake.current import known_values
from ionq_data.resources import Row, read_record
from ionq_data.resources.characterizations import CHARACTERIZATIONS
from ionq_data.resources.jobs import JOBS
from ionq_data.sync.backends import is_qpu, list_backends
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.neighbours import find_suspects, read_singly

_PAGE_SIZE = 10  # the most that the contract allows
_REREAD = timedelta(days=1)


def backends_to_ask(*sources: Iterable[str]) -> list[str]:
    """Return the quantum computers that any source names: a retired one is no longer listed, but jobs name it."""
    return sorted({name for source in sources for name in source if name and is_qpu(name)})


def start_date(newest: str | None, *, full: bool) -> date | None:
    """Return the first date to request: one day before the newest known measurement; None requests all."""
    if full or newest is None:
        return None
    return date.fromordinal(max(1, datetime.fromisoformat(newest).toordinal() - _REREAD.days))


async def sync_characterizations(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Read each backend's new measurements; if one backend fails, the others are read all the same."""
    read_to = bookmark.parts  # the newest measurement, by backend
    listed = await list_backends(context)
    backends = backends_to_ask(listed, context.rules.backends, read_to, _backends_of_jobs(context))
    missing: list[str] = []
    notes: list[str] = []
    for backend in backends:
        try:
            newest = await _read_backend(context, intake, backend, read_to.get(backend))
        except AuthenticationError:
            raise
        except ApiError as error:
            is_absent = isinstance(error, NotFound | PermissionDenied)
            # the API may refuse a backend that is no longer listed in any way, and for good
            is_gone = isinstance(error, BadRequest | RequestRefused) and backend not in listed
            (notes if is_absent or is_gone else missing).append(f"no characterizations of {backend}: {error}")
        else:
            intake.flush()
            read_to[backend] = newest
            save_bookmark(context.lake, context.account, CHARACTERIZATIONS.name, bookmark)
    newest_of_all = max(filter(None, read_to.values()), default=None)
    return Outcome(
        watermark=datetime.fromisoformat(newest_of_all) if newest_of_all else None,
        mode="full" if context.rules.full or bookmark.complete is None else "incremental",
        missing=tuple(missing),
        notes=tuple(notes),
    )


def _backends_of_jobs(context: Context) -> Iterable[str]:
    """Return the backends that jobs name: from the notes of the job syncs, or from all jobs."""
    noted = read_bookmark(context.lake, context.account, JOBS.name).parts.get("backends")
    if noted is not None:
        return [str(backend) for backend in noted]
    return known_values(context.lake, JOBS, context.account, "backend")


async def _read_backend(context: Context, intake: Intake, backend: str, newest: str | None) -> str | None:
    """Read one backend's measurements to the end of the listing; return the newest date."""
    limit = context.now()
    if newest is not None and datetime.fromisoformat(newest) > limit:
        newest = None  # a clock that ran ahead noted it
    start = start_date(newest, full=context.rules.full)
    path = CHARACTERIZATIONS.endpoint.replace("{backend}", quote(backend, safe=""))
    params = {"start": start.isoformat()} if start else {}
    number = 0
    async for page in numbered_pages(context.client, path, params, items="characterizations", page_size=_PAGE_SIZE):
        number += 1
        for record, stamp in await _as_asked_singly(context, intake, path, params, number, page, backend):
            taken = intake.take(record, extracted_at=stamp, context={"backend": backend})
            measured = taken.row.values["date"] if taken.row else None
            if measured is not None and measured <= limit:
                newest = max(newest or "", measured.isoformat())
        if intake.is_full:
            intake.flush()
    return newest


async def _as_asked_singly(
    context: Context, intake: Intake, path: str, params: Params, number: int, page: Page, backend: str
) -> list[tuple[bytes, datetime]]:
    """Return a page's records and their arrival times; request those singly that may show a neighbour's value."""
    stamp = context.stamp(page.received_at)
    beside = {"backend": backend}
    rows = [read_record(CHARACTERIZATIONS, raw, extracted_at=stamp, run_id="", context=beside) for raw in page.records]
    found = [(record, stamp) for record in page.records]
    for place in find_suspects(rows, is_known=intake.knows):
        row = rows[place]
        if not isinstance(row, Row) or intake.has(row):
            continue
        position = (number - 1) * _PAGE_SIZE + place + 1
        single = await read_singly(context, path, params, position=position, record_id=row.values["id"])
        if single is not None:
            found[place] = (single[0], context.stamp(single[1]))
    return found
