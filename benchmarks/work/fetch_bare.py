"""Fetch recorded URLs with a bare ``httpx.AsyncClient`` and throw the answers away: the least that any client does.

Pages follow one another, since the cursor of the next stands in the last; costs are asked for several at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import httpx


async def fetch(client: httpx.AsyncClient, urls: Iterable[str]) -> int:
    size = 0
    for url in urls:
        answer = await client.get(url)
        answer.raise_for_status()
        size += len(answer.content)
    return size


async def fetch_all(urls: list[str], concurrency: int) -> dict[str, float]:
    costs = [url for url in urls if url.endswith("/cost")]
    pages = [url for url in urls if not url.endswith("/cost")]
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    headers = {"Authorization": f"apiKey {os.environ['IONQ_API_KEY']}"}
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=30) as client:
        begun = time.perf_counter()
        size = await fetch(client, pages)
        after_pages = time.perf_counter()
        waiting = iter(costs)
        size += sum(await asyncio.gather(*(fetch(client, waiting) for _ in range(concurrency))))
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
    parser.add_argument("file", type=Path)
    parser.add_argument("--concurrency", type=int, default=8)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(fetch_all(asked.file.read_text().splitlines(), asked.concurrency))))


if __name__ == "__main__":
    main()
