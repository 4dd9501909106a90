"""Listings: complete, without loops, whatever a server does with its cursors and page numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_data.api import Client, Page, cursor_pages, numbered_pages
from ionq_data.api import errors as api_errors

pytestmark = pytest.mark.anyio


def page(records: list[Any], items: str = "jobs", **rest: Any) -> httpx.Response:
    return httpx.Response(200, json={items: records, **rest})


async def collect(pages: Any) -> list[Page]:
    return [one async for one in pages]


def ids(pages: list[Page]) -> list[int]:
    return [json.loads(record) for one in pages for record in one.records]


@settings(max_examples=80, deadline=None)
@given(sizes=st.lists(st.integers(0, 4), min_size=1, max_size=9), start=st.integers(0, 8), ends=st.sampled_from("na"))
def test_any_cursor_server_is_read_to_its_end_from_any_page(sizes: list[int], start: int, ends: str) -> None:
    """Pages of any size, empty ones among them; the end is `next: null` or no `next`."""
    start = min(start, len(sizes) - 1)
    content = [[100 * number + n for n in range(size)] for number, size in enumerate(sizes)]

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("next", "c0")[1:])
        if number + 1 < len(sizes):
            return page(content[number], next=f"c{number + 1}", total=9)
        return page(content[number], next=None, total=9) if ends == "n" else page(content[number], total=9)

    async def scenario() -> tuple[list[Page], int]:
        async with Client("https://api.test", api_key="key", transport=httpx.MockTransport(handler)) as client:
            cursor = f"c{start}" if start else None
            return await collect(cursor_pages(client, "/jobs", items="jobs", start_cursor=cursor)), client.requests

    pages, requests = asyncio.run(scenario())
    assert ids(pages) == [record for records in content[start:] for record in records]
    assert requests == len(pages) == len(sizes) - start
    assert [one.cursor for one in pages[1:]] == [one.next_cursor for one in pages[:-1]]
    assert pages[-1].next_cursor is None
    assert all(one.envelope == {"total": 9} for one in pages)
    assert all(one.received_at.tzinfo is not None for one in pages)


async def test_a_page_asks_for_what_it_was_told(connect: Callable[..., Client], key: str) -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return page([], next="a b/+?&" if len(asked) == 1 else None)

    async with connect(handler) as client:
        params = {"ids": ["a", "b&c"], "status": None, "dry": True}
        await collect(cursor_pages(client, "/jobs", params, items="jobs", page_size=50))
    assert asked[0].url.query == b"ids=a&ids=b%26c&dry=true&limit=50"
    assert asked[1].url.params["next"] == "a b/+?&"
    assert all(request.headers["Authorization"] == f"apiKey {key}" for request in asked)


@pytest.mark.parametrize("loop", [["c1", "c1"], ["c1", "c2", "c1"], ["c1", "c2", "c3", "c2"]])
async def test_a_repeated_cursor_stops(connect: Callable[..., Client], loop: list[str]) -> None:
    left = list(loop)
    async with connect(lambda _: page([1], next=left.pop(0))) as client:
        with pytest.raises(api_errors.PaginationError, match="repeated a cursor"):
            await collect(cursor_pages(client, "/jobs", items="jobs"))
    assert client.requests == len(loop)


async def test_the_start_cursor_counts_as_seen(connect: Callable[..., Client]) -> None:
    async with connect(lambda _: page([1], next="here")) as client:
        with pytest.raises(api_errors.PaginationError):
            await collect(cursor_pages(client, "/jobs", items="jobs", start_cursor="here"))
        assert client.requests == 1


async def test_empty_pages_for_ever_stop(connect: Callable[..., Client]) -> None:
    numbers = iter(range(10**6))
    async with connect(lambda _: page([], next=f"c{next(numbers)}")) as client:
        with pytest.raises(api_errors.PaginationError, match="empty pages in a row"):
            await collect(cursor_pages(client, "/jobs", items="jobs"))


async def test_a_listing_without_end_stops_at_the_bound(connect: Callable[..., Client]) -> None:
    numbers = iter(range(10**6))
    async with connect(lambda _: page([next(numbers)], "x", next=f"c{next(numbers)}")) as client:
        with pytest.raises(api_errors.PaginationError, match="no end after 7 pages"):
            await collect(cursor_pages(client, "/jobs", items="x", max_pages=7))
        with pytest.raises(api_errors.PaginationError, match="no end after 3 pages"):
            await collect(numbered_pages(client, "/jobs", items="x", page_size=1, max_pages=3))
    assert client.requests == 10


@pytest.mark.parametrize("keys", [["limit"], ["query.limit"], []])
@pytest.mark.parametrize("from_page", [0, 2])
async def test_a_refused_limit_falls_back_once_and_loses_nothing(
    connect: Callable[..., Client], keys: list[str], from_page: int
) -> None:
    limits: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limit, number = int(request.url.params["limit"]), int(request.url.params.get("next", "0"))
        limits.append(limit)
        if limit > 25 and number >= from_page:
            return httpx.Response(400, json={"message": "limit", "validation": {"keys": keys}})
        return page([number], next=str(number + 1) if number < 3 else None)

    async with connect(handler) as client:
        assert ids(await collect(cursor_pages(client, "/jobs", items="jobs"))) == [0, 1, 2, 3]
    assert limits == [100] * (from_page + 1) + [25] * (4 - from_page)


async def test_a_second_refusal_and_one_of_another_parameter_are_raised(connect: Callable[..., Client]) -> None:
    about = ["limit"]
    refusal = lambda _: httpx.Response(400, json={"message": "no", "validation": {"keys": about}})  # noqa: E731
    async with connect(refusal) as client:
        with pytest.raises(api_errors.BadRequest):
            await collect(cursor_pages(client, "/jobs", items="jobs"))
        assert client.requests == 2
        with pytest.raises(api_errors.BadRequest):
            await collect(cursor_pages(client, "/jobs", items="jobs", page_size=25))
        assert client.requests == 3, "there is nothing smaller to fall back to"
        about = ["status"]
        with pytest.raises(api_errors.BadRequest):
            await collect(cursor_pages(client, "/jobs", items="jobs"))
        assert client.requests == 4


@pytest.mark.parametrize("body", [[], {"data": []}, {"jobs": [], "next": 5}, {"jobs": [], "next": {}}])
async def test_another_shape_is_retried_and_then_an_invalid_answer(connect: Callable[..., Client], body: Any) -> None:
    left = [body]
    good = {"jobs": [1], "next": None}
    async with connect(lambda _: httpx.Response(200, json=left.pop() if left else good)) as client:
        assert ids(await collect(cursor_pages(client, "/jobs", items="jobs"))) == [1]
        assert client.requests == 2
    async with connect(lambda _: httpx.Response(200, json=body), max_attempts=3) as client:
        with pytest.raises(api_errors.InvalidAnswer, match=r"GET /v0\.4/jobs answered 200"):
            await collect(cursor_pages(client, "/jobs", items="jobs"))
        assert client.requests == 3


async def test_a_null_list_is_an_empty_one(connect: Callable[..., Client]) -> None:
    async with connect(lambda _: httpx.Response(200, json={"jobs": None, "next": None})) as client:
        assert ids(await collect(cursor_pages(client, "/jobs", items="jobs"))) == []
        assert client.requests == 1


PATH = "/backends/qpu.x/characterizations"


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), max_size=7),
    meaning=st.sampled_from(["absent", "remaining", "total", "lie", "text"]),
)
def test_any_numbered_server_is_read_to_its_end(sizes: list[int], meaning: str) -> None:
    """Short pages in the middle, and `pages` absent, of either meaning, or wrong, lose no record."""
    full = 4
    content = [[100 * number + n for n in range(size)] for number, size in enumerate(sizes)]

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        records = content[number - 1] if number <= len(content) else []
        choices: dict[str, dict[str, Any]] = {
            "absent": {},
            "remaining": {"pages": max(len(content) - number, 0)},
            "total": {"pages": len(content)},
            # A wrong figure is survived where the page is full.
            "lie": {"pages": 0} if len(records) == full else {"pages": 99},
            "text": {"pages": "0"},
        }
        return page(records, "characterizations", **choices[meaning])

    async def scenario() -> tuple[list[Page], int]:
        async with Client("https://api.test", transport=httpx.MockTransport(handler)) as client:
            pages = numbered_pages(client, PATH, items="characterizations", page_size=full)
            return await collect(pages), client.requests

    pages, requests = asyncio.run(scenario())
    assert ids(pages) == [record for records in content for record in records]
    assert len(pages) <= requests <= len(pages) + 1


@pytest.mark.parametrize(
    ("sizes_and_pages", "requests"),
    [
        ([(2, 0)], 1),  # short, none remain: done
        ([(2, None)], 2),  # short, nothing said: look
        ([(2, 1)], 2),  # one remaining, or one in total: look
        ([(10, 2), (3, 2)], 2),  # a total, as it does not fall: done
        ([(10, 1), (3, 0)], 2),  # remaining: done
        ([(10, 0)], 2),  # full, whatever is said: look
        ([(10, 4), (3, 3), (10, 2), (1, 1)], 5),  # short in the middle
    ],
)
async def test_the_end_costs_no_more_than_it_must(
    connect: Callable[..., Client], sizes_and_pages: list[tuple[int, int | None]], requests: int
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        assert request.url.params["limit"] == "10"
        assert request.url.params["start"] == "2026-01-01"
        if number > len(sizes_and_pages):
            return page([], "c")
        size, pages = sizes_and_pages[number - 1]
        records = [100 * number + n for n in range(size)]
        return page(records, "c") if pages is None else page(records, "c", pages=pages)

    async with connect(handler) as client:
        pages = await collect(numbered_pages(client, PATH, {"start": "2026-01-01"}, items="c"))
        assert len(ids(pages)) == sum(size for size, _ in sizes_and_pages)
        assert client.requests == requests


@pytest.mark.parametrize("cycle", [1, 2, 3])
async def test_pages_that_repeat_stop(connect: Callable[..., Client], cycle: int) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        return page(list(range(10 * (number % cycle), 10 * (number % cycle) + 10)), "c", pages=number)

    async with connect(handler) as client:
        with pytest.raises(api_errors.PaginationError, match="repeats an earlier one"):
            await collect(numbered_pages(client, PATH, items="c"))
        assert client.requests == cycle + 1


async def test_characterizations_are_asked_for_without_a_key(connect: Callable[..., Client]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert "Authorization" not in request.headers
        return page([], "c")

    async with connect(handler) as client:
        assert await collect(numbered_pages(client, PATH, items="c")) == []
