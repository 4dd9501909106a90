"""The API's two ways of paging, each as an async iterator: by cursor (`next`) and by number (`page`, `pages`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ionq_data.api.address import Params
from ionq_data.api.client import Client
from ionq_data.api.errors import BadRequest, PaginationError
from ionq_data.api.json_body import MalformedBody, split_page

MOST_EMPTY_PAGES = 1000
_LEAST_PAGE = 25
"""The least that a full page holds, by the contract's words on `limit`, where no more were asked for."""
_TURNS_TO_SEND = 8
"""Turns of the event loop after which a request is on its way; some of httpx's steps give way to other tasks."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    `records` holds each record's exact bytes, `cursor` what the page was asked with (None for the first),
    `next_cursor` what leads to the next one (None if nothing does), `envelope` the other top-level members,
    `received_at` its arrival (UTC). `is_last` says that the API has called it the last one.
    """

    records: list[bytes]
    next_cursor: str | None
    cursor: str | None
    received_at: datetime
    envelope: dict[str, Any]
    is_last: bool = False


async def cursor_pages(
    client: Client,
    path: str,
    params: Params | None = None,
    *,
    items: str,
    page_size: int = 100,
    fallback_page_size: int = 25,
    start_cursor: str | None = None,
    authenticated: bool = True,
    max_pages: int = 100_000,
) -> AsyncGenerator[Page]:
    """Read a listing page by page along `next` until it is null or absent, from `start_cursor` if given.

    An empty `next` leads nowhere and says nothing of the end: only a page that is shorter than pages are proves that.

    The contract names no greatest `limit`: a 400 that may be about it is answered by asking for `fallback_page_size`
    from there on. An empty page with a `next` is passed on like any other. Raises PaginationError for a cursor
    seen before, for an end that nothing proves and for a listing without one, InvalidAnswer for another shape.
    """
    full = 0  # records on the longest page so far
    seen: set[int] = set()  # hashes, since a cursor may be long and a listing has thousands
    cursor, empty_in_a_row = start_cursor, 0
    for _ in range(max_pages):
        try:
            page = await _cursor_page(client, path, params, items, page_size, cursor, authenticated)
        except BadRequest as error:
            if page_size <= fallback_page_size or (error.keys and not any("limit" in key for key in error.keys)):
                raise
            page_size = fallback_page_size
            page = await _cursor_page(client, path, params, items, page_size, cursor, authenticated)
        seen.add(hash(cursor))
        yield page
        cursor = page.next_cursor
        if page.is_last:
            return
        full = max(full, min(page_size, _LEAST_PAGE))
        if cursor is None:
            if len(page.records) < full:
                return
            raise PaginationError(
                f"GET {path}: the last page has an empty 'next', which neither leads to a page nor marks the end, so "
                "later records are missing: try again later",
                endpoint=f"GET {path}",
            )
        full = max(full, len(page.records))
        if hash(cursor) in seen:
            raise _endless(path, "the API repeated a cursor")
        empty_in_a_row = 0 if page.records else empty_in_a_row + 1
        if empty_in_a_row >= MOST_EMPTY_PAGES:
            raise _endless(path, f"it sent {empty_in_a_row} empty pages in a row, each with a next one")
    raise _endless(path, f"no end after {max_pages} pages")


async def read_ahead(pages: AsyncGenerator[Page]) -> AsyncGenerator[Page]:
    """Yield pages, and request the next one while the caller takes in the last one.

    The second is asked for only once the first has been looked at, which may show that there is no need of it.
    """
    waiting: asyncio.Future[Page | None] | None = None
    try:
        page = await anext(pages, None)
        while page is not None:
            yield page
            page, waiting = await (waiting or anext(pages, None)), None
            if page is not None and page.next_cursor is not None:
                waiting = asyncio.ensure_future(anext(pages, None))
                for _ in range(_TURNS_TO_SEND):  # taking in a page is one long turn, in which nothing is sent
                    await asyncio.sleep(0)
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await pages.aclose()


async def numbered_pages(
    client: Client,
    path: str,
    params: Params | None = None,
    *,
    items: str,
    page_size: int = 10,
    authenticated: bool = False,
    max_pages: int = 100_000,
) -> AsyncGenerator[Page]:
    """Read a listing by page number, from 1, until a page is empty, or is short and `pages` leaves no other reading.

    The empty page is not passed on. Raises PaginationError for a page whose records were all served before as a page.
    """
    seen: set[int] = set()
    previous_pages: object = None
    for number in range(1, max_pages + 1):
        asked = {**(params or {}), "limit": page_size, "page": number}
        answer, (records, envelope) = await client.read(
            path, parse=lambda body: split_page(body, items), params=asked, authenticated=authenticated
        )
        if not records:
            return
        content = hash(tuple(records))
        if content in seen:
            raise _endless(path, f"page {number} repeats an earlier one")
        seen.add(content)
        yield Page(records, None, None, answer.received_at, envelope)
        pages = envelope.get("pages")
        if len(records) < page_size and _is_last(number, pages, previous_pages):
            return
        previous_pages = pages
    raise _endless(path, f"no end after {max_pages} pages")


def _is_last(number: int, pages: object, previous_pages: object) -> bool:
    """Tell whether `pages` agrees that a short page is the last.

    The contract means the pages that remain: 0 says so. Some servers mean the total; but a total that equals the
    page number reads the same as that many pages remaining, so it counts only once it was seen not to fall.
    """
    if isinstance(pages, bool) or not isinstance(pages, int):
        return False
    return pages == 0 or (pages == number and pages == previous_pages)


async def _cursor_page(
    client: Client,
    path: str,
    params: Params | None,
    items: str,
    page_size: int,
    cursor: str | None,
    authenticated: bool,
) -> Page:
    asked = {**(params or {}), "limit": page_size, "next": cursor}
    answer, (records, following, envelope) = await client.read(
        path, parse=lambda body: _split_cursor_page(body, items), params=asked, authenticated=authenticated
    )
    return Page(records, following or None, cursor, answer.received_at, envelope, is_last=following is None)


def _split_cursor_page(body: bytes, items: str) -> tuple[list[bytes], str | None, dict[str, Any]]:
    records, envelope = split_page(body, items)
    next_cursor = envelope.pop("next", None)
    if next_cursor is not None and not isinstance(next_cursor, str):
        raise MalformedBody("an object whose 'next' is neither text nor null")
    return records, next_cursor, envelope


def _endless(path: str, what: str) -> PaginationError:
    endpoint = f"GET {path.partition('?')[0]}"
    return PaginationError(f"{endpoint}: {what}, so its listing would not end: try again later", endpoint=endpoint)
