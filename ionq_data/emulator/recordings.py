"""Recorded answers of the real API, served again."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ionq_data.emulator.problems import Problem


class ReplayError(Exception):
    """A folder has no recordings, or a file that is not a recording; the message says which."""


class Replay:
    """Answers each request as recorded; several answers to one request come in their order.

    The last answer to a request is repeated. A request that was not recorded gets 404. Any key is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._answers: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        files = sorted(folder.glob("*.json"))
        if not files:
            raise ReplayError(f"There are no recordings in {folder}: make some with IONQ_RECORD={folder}.")
        for file in files:
            try:
                one = msgspec.json.decode(file.read_bytes())
                self._answers[_key(one["method"], one["path"], one["query"])].append(one)
                one["status"], one["headers"], one["body"]
            except (msgspec.DecodeError, KeyError, TypeError) as error:
                raise ReplayError(f"{file} is no recording: {error}.") from None
        self.prefix = next(iter(self._answers))[1].partition("/v0.4")[0] + "/v0.4"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope)
        known = self._answers.get(_key(request.method, request.url.path, request.url.query))
        if known is None:
            body = Problem(404, f"{request.method} {request.url.path}?{request.url.query} was not recorded.").body
            answer = Response(msgspec.json.encode(body), 404, media_type="application/json")
        else:
            one = known.pop(0) if len(known) > 1 else known[0]
            answer = Response(one["body"].encode(), one["status"], one["headers"])
        await answer(scope, receive, send)


def _key(method: str, path: str, query: str) -> tuple[str, str, str]:
    """Return the key of a request; the order of its parameters does not matter."""
    return method, path, "&".join(sorted(query.split("&")))
