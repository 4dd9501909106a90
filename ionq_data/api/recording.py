"""Answers of the API kept as files, so that a bug report becomes a test (`IONQ_RECORD=FOLDER`)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx

KEPT_HEADERS = ("content-type", "date", "retry-after", "location")
"""Headers that an answer is recorded with; cookies, request ids and the like are not."""


class RecordingTransport(httpx.AsyncBaseTransport):
    """Send requests over another transport and write each answer into a file of its own.

    A file holds the request's method, path and query and the answer's status, some headers and body. It never holds
    the request's headers; `hide` takes the key out of what a server may have quoted.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, folder: Path, *, hide: Callable[[str], str]) -> None:
        self._inner = inner
        self._folder = folder
        self._hide = hide
        self._numbers = count()
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, which has been written."""
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        await answer.aclose()
        headers = {name: value for name, value in answer.headers.items() if name.lower() in KEPT_HEADERS}
        recorded = {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query.decode("ascii"),
            "status": answer.status_code,
            "headers": headers,
            "body": body.decode("utf-8", "replace"),
        }
        # The time orders the answers of several runs, the number those of one.
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}.json"
        (self._folder / name).write_text(self._hide(json.dumps(recorded, ensure_ascii=False, indent=1)))
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    async def aclose(self) -> None:
        """Close the transport beneath."""
        await self._inner.aclose()
