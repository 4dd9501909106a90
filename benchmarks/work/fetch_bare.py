"""Fetch recorded URLs with a bare client and discard the answers: the least work of any client.

Pages follow one another, since the cursor of the next stands in the last; costs are asked for several at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

Get = Callable[[str], Awaitable[bytes]]
Headers = dict[str, str]


@asynccontextmanager
async def httpx(headers: Headers, concurrency: int) -> AsyncIterator[Get]:
    import httpx

    async with _httpx_client(headers, httpx.AsyncHTTPTransport(limits=_limits(concurrency))) as get:
        yield get


@asynccontextmanager
async def httpx_over_aiohttp(headers: Headers, concurrency: int) -> AsyncIterator[Get]:
    import httpx_aiohttp

    async with _httpx_client(headers, httpx_aiohttp.AiohttpTransport(limits=_limits(concurrency))) as get:
        yield get


@asynccontextmanager
async def httpx_over_pyreqwest(headers: Headers, _concurrency: int) -> AsyncIterator[Get]:
    from pyreqwest.compatibility.httpx import HttpxTransport

    async with _httpx_client(headers, HttpxTransport()) as get:
        yield get


@asynccontextmanager
async def aiohttp(headers: Headers, concurrency: int) -> AsyncIterator[Get]:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def get(url: str) -> bytes:
            async with session.get(url, allow_redirects=False) as answer:
                answer.raise_for_status()
                return await answer.read()

        yield get


@asynccontextmanager
async def pyreqwest(headers: Headers, concurrency: int) -> AsyncIterator[Get]:
    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder().default_headers(headers).max_connections(concurrency).error_for_status()
    async with builder.build() as client:

        async def get(url: str) -> bytes:
            answer = await client.get(url).build().send()
            return bytes(await answer.bytes())

        yield get


@asynccontextmanager
async def _httpx_client(headers: Headers, transport: object) -> AsyncIterator[Get]:
    import httpx

    async with httpx.AsyncClient(transport=transport, headers=headers, timeout=30) as client:

        async def get(url: str) -> bytes:
            answer = await client.get(url)
            answer.raise_for_status()
            return answer.content

        yield get


def _limits(concurrency: int) -> object:
    import httpx

    return httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)


CLIENTS: dict[str, Callable[[Headers, int], AbstractAsyncContextManager[Get]]] = {
    "pyreqwest": pyreqwest,
    "aiohttp": aiohttp,
    "httpx over aiohttp": httpx_over_aiohttp,
    "httpx over pyreqwest": httpx_over_pyreqwest,
    "httpx": httpx,
}


async def fetch(get: Get, urls: Iterable[str]) -> int:
    size = 0
    for url in urls:
        size += len(await get(url))
    return size


async def fetch_all(client: str, urls: list[str], concurrency: int) -> dict[str, float]:
    costs = [url for url in urls if url.endswith("/cost")]
    pages = [url for url in urls if not url.endswith("/cost")]
    headers = {"Authorization": f"apiKey {os.environ['IONQ_API_KEY']}"}
    async with CLIENTS[client](headers, concurrency) as get:
        begun = time.perf_counter()
        size = await fetch(get, pages)
        after_pages = time.perf_counter()
        waiting = iter(costs)
        size += sum(await asyncio.gather(*(fetch(get, waiting) for _ in range(concurrency))))
        ended = time.perf_counter()
    return {
        "seconds": ended - begun,
        "pages_seconds": after_pages - begun,
        "costs_seconds": ended - after_pages,
        "requests": len(urls),
        "megabytes": size / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--concurrency", type=int, default=8)
    asked = parser.parse_args()
    urls = asked.file.read_text().splitlines()
    print(json.dumps(asyncio.run(fetch_all(asked.client, urls, asked.concurrency))), flush=True)
    os._exit(0)  # pyreqwest's threads can outlive the interpreter and bring it down as it ends


if __name__ == "__main__":
    main()
