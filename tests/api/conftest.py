"""What the client's tests share: time that passes at once, a scripted API, and a real server on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from ionq_data.api import Client, Timing

BASE_URL = "https://api.test/v0.4"
KEY = "k3y+0f/a=test-123456"  # of characters that look different once quoted


class VirtualTime:
    """Time that moves only when everything else has come to rest, and then straight to the next end of a sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.draw = 0.5
        self.slept: list[float] = []
        self._due: list[float] = []
        self.timing = Timing(monotonic=lambda: self.now, sleep=self.sleep, random=lambda: self.draw)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        due = self.now + seconds
        self._due.append(due)
        try:
            while self.now < due:
                for _ in range(30):
                    await asyncio.sleep(0)
                if self.now < due == min(self._due):
                    self.now = due
        finally:
            self._due.remove(due)


class Loopback:
    """A server on 127.0.0.1 that hands each request's head and its connection to a script."""

    def __init__(self, script: Callable[[str, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self.script = script
        self.heads: list[str] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                await self.script(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def virtual_time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def connect(virtual_time: VirtualTime) -> Callable[..., Client]:
    """Make a client of a scripted API: `connect(handler)`, or of any base URL: `connect(base_url=…)`."""

    def make(handler: Callable[[httpx.Request], Any] | None = None, **options: Any) -> Client:
        chosen: dict[str, Any] = {"base_url": BASE_URL, "api_key": KEY, "timing": virtual_time.timing} | options
        if handler is not None:
            chosen["transport"] = httpx.MockTransport(handler)
        return Client(chosen.pop("base_url"), **chosen)

    return make


@pytest.fixture
def loopback() -> Callable[..., Any]:
    """Open a scripted server: `async with loopback(script) as server`, which knows its port and what it was sent."""

    @asynccontextmanager
    async def open_server(
        script: Callable[[str, asyncio.StreamWriter], Awaitable[None]], **options: Any
    ) -> AsyncIterator[Loopback]:
        state = Loopback(script)
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(state.serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, **options)
        state.port = server.sockets[0].getsockname()[1]
        try:
            yield state
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return open_server


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies and certificates of the machine that runs the tests out of them."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
