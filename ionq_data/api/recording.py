"""Answers of the API kept as files, so that a bug report becomes a test (`IONQ_RECORD=FOLDER`)."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ionq_data.api.transport import Incoming, Transport

KEPT_HEADERS = ("content-type", "date", "retry-after", "location")
"""Headers that an answer is recorded with; cookies, request ids and the like are not."""


class Recording:
    """Send requests over another transport and write each answer into a file of its own.

    A file holds the request's method, path and query and the answer's status, some headers and body. It never holds
    the request's headers; `hide` takes the key out of what a server may have quoted.
    """

    def __init__(self, inner: Transport, folder: Path, *, hide: Callable[[str], str]) -> None:
        self._inner = inner
        self._folder = folder
        self._hide = hide
        self._numbers = count()
        folder.mkdir(parents=True, exist_ok=True)

    async def get(self, url: str, headers: Mapping[str, str]) -> Incoming:
        """Send a request and return its answer, which has been written."""
        answer = await self._inner.get(url, headers)
        try:
            body = b"".join([piece async for piece in answer.pieces()])
        finally:
            await answer.aclose()
        address = urlsplit(url)
        recorded = {
            "method": "GET",
            "path": unquote(address.path),
            "query": address.query,
            "status": answer.status,
            "headers": {name.lower(): value for name, value in answer.headers.items() if name.lower() in KEPT_HEADERS},
            "body": body.decode("utf-8", "replace"),
        }
        # The time orders the answers of several runs, the number those of one.
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}.json"
        (self._folder / name).write_text(self._hide(json.dumps(recorded, ensure_ascii=False, indent=1)))
        return _Recorded(answer.status, answer.headers, body)

    async def aclose(self) -> None:
        """Close the transport beneath."""
        await self._inner.aclose()


@dataclass
class _Recorded:
    status: int
    headers: Mapping[str, str]
    body: bytes

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self.body

    async def aclose(self) -> None:
        """Do nothing: it has been read."""
