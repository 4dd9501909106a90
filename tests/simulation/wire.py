"""The way to the emulator within this process: no sockets, and a line that can break."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import httpx

Before = Callable[[], None]


class Wire(httpx.AsyncBaseTransport):
    """Hands requests to the emulator's application, and notes each with its answer.

    Args:
        before: called before each request; time passes in it, and other machines work.
        breaks: share of the requests whose line breaks, a half of them before the answer is made.
        key: the key that is sent instead of the right one, if any: one that nobody knows (any more).
    """

    def __init__(self, application: object, chance: Random, note: Callable[[str], None], before: Before) -> None:
        self._inner = httpx.ASGITransport(application)  # type: ignore[arg-type]
        self._chance, self._note, self._before = chance, note, before
        self.breaks = 0.0
        self.key: str | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._before()
        asked = f"{request.url.path}?{request.url.query.decode()}"
        draw = self._chance.random()
        if draw < self.breaks / 2:
            self._note(f"{asked} no answer")
            raise httpx.ConnectError("the line is down")
        if self.key is not None and "Authorization" in request.headers:
            request = httpx.Request("GET", request.url, headers={**request.headers, "Authorization": self.key})
        answer = await self._inner.handle_async_request(request)
        if draw < self.breaks:
            self._note(f"{asked} cut off")
            raise httpx.ReadError("the line went down")
        self._note(f"{asked} {answer.status_code}")
        return answer
