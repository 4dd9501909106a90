"""What the client costs beside bare httpx, without a network: retries, limits and checks must be nearly free."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from ionq_data.api import Client

pytestmark = pytest.mark.anyio
MOST_SECONDS = 60e-6


async def test_a_request_costs_little_more_than_with_bare_httpx(connect: Callable[..., Client], key: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b'{"cost": 1}', headers={"Date": "Sun, 01 Mar 2026 12:00:00 GMT"})

    headers = {"Authorization": f"apiKey {key}"}
    bare, ours = [], []
    async with connect(handler) as client, httpx.AsyncClient(transport=httpx.MockTransport(handler)) as plain:
        for _ in range(15):  # the least of several turns, taken alternately: what else runs here only adds time
            started = time.perf_counter()
            for number in range(100):
                (await plain.get(f"https://api.test/v0.4/jobs/{number}/cost", headers=headers)).read()
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            for number in range(100):
                await client.get(f"/jobs/{number}/cost", authenticated=True)
            ours.append(time.perf_counter() - started)
    assert (min(ours) - min(bare)) / 100 <= MOST_SECONDS
