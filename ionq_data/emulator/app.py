"""The ASGI application: routing, error answers, faults on the way out, and the request log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from ionq_data.emulator import (
    account_routes,
    backend_routes,
    control,
    estimate_routes,
    job_routes,
    result_routes,
    session_routes,
    usage_routes,
)
from ionq_data.emulator.faults import TRANSPORT, Fault
from ionq_data.emulator.oddities import with_oddities
from ionq_data.emulator.problems import Problem, bad_request
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.world import RequestRecord, World
from ionq_data.emulator.writing import write_routes

PREFIX = "/v0.4"
ENDPOINTS: tuple[Endpoint, ...] = (
    *estimate_routes.ROUTES, *job_routes.ROUTES, *result_routes.ROUTES, *backend_routes.ROUTES, *usage_routes.ROUTES,
    *session_routes.ROUTES, *account_routes.ROUTES, *write_routes(),
)  # fmt: skip
MOST_BODY_BYTES = 10_000_000
_encode = msgspec.json.Encoder().encode


def json_response(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer as JSON."""
    return Response(_encode(content), status, headers, media_type="application/json")


def _served(world: World, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        arguments = (world, request) if endpoint.verb == "GET" else (world, request, await _body(request))
        if endpoint.is_slow:
            content = await run_in_threadpool(endpoint.answer, *arguments)
        else:
            content = endpoint.answer(*arguments)
        if endpoint.verb == "GET":
            content = with_oddities(world.faults, request.url.path[len(PREFIX) :], content)
        return json_response(content, endpoint.status)

    return serve


async def _body(request: Request) -> Any:
    """Return the decoded JSON of a request, None if it has none; 400 if it is malformed, 413 if it is too large."""
    raw = await request.body()
    if len(raw) > MOST_BODY_BYTES:
        raise Problem(413, f"The body has {len(raw)} bytes, at most {MOST_BODY_BYTES} are taken.")
    try:
        return msgspec.json.decode(raw) if raw else None
    except msgspec.DecodeError as error:
        raise bad_request("body", f"is no JSON: {error}.", source="payload") from None


async def _answer_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return json_response(problem.body, problem.status)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = Problem(error.status_code, f"{request.method} {request.url.path}: {error.detail}.").body
    return json_response(body, error.status_code, dict(error.headers or {}))


class Application:
    """Serves the API under `/v0.4` and the controls under `/_emulator`."""

    def __init__(self, world: World) -> None:
        self._world = world
        api: list[BaseRoute] = [
            Route(PREFIX + endpoint.path, _served(world, endpoint), methods=[endpoint.verb])
            for endpoint in ENDPOINTS
            if world.scenario.contract in endpoint.contracts
        ]
        self._app = Starlette(
            routes=[*api, *control.control_routes(world)],
            exception_handlers={Problem: _answer_problem, HTTPException: _answer_http},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        path: str = scope["path"]
        if not path.startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        world = self._world

        async def send_logged(message: Message) -> None:
            # Log before sending: whoever has the answer then finds its request in the log.
            if message["type"] == "http.response.start":
                self._log(scope, message["status"], int(dict(message["headers"]).get(b"content-length", 0)))
                message["headers"].append((b"date", world.clock.date_header().encode()))
            await send(message)

        fault = world.faults.take(path[len(PREFIX) :], TRANSPORT, verb=scope["method"])
        if fault is None:
            await self._app(scope, receive, send_logged)
        else:
            await self._fail(fault, scope, receive, send_logged, send)

    def _log(self, scope: Scope, status: int, size: int) -> None:
        had_key = any(name == b"authorization" for name, _ in scope["headers"])
        query = scope["query_string"].decode("latin-1")
        self._world.request_count += 1
        self._world.requests.append(
            RequestRecord(scope["method"], scope["path"][len(PREFIX) :], query, had_key, status, size)
        )

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send, raw_send: Send) -> None:
        if fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == "drop":
            # uvicorn binds `send` to the connection; this is the only way to hang up without an answer.
            self._log(scope, 0, 0)
            raw_send.__self__.transport.abort()  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
        elif fault.kind in ("cut_off", "malformed"):
            status, body = await self._captured(scope, receive)
            half = body[: len(body) // 2]
            length = len(body) if fault.kind == "cut_off" else len(half)
            await _send_whole(send, status, half, {"content-length": str(length), "content-type": "application/json"})
        else:
            response = self._refusal(fault, scope["path"])
            await response(scope, receive, send)

    async def _captured(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        """Return the answer that the application would have sent."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])

    def _refusal(self, fault: Fault, path: str) -> Response:
        if fault.kind == "html":
            return Response("<html><body><h1>Checking your browser</h1></body></html>", media_type="text/html")
        if fault.kind == "redirect":
            return Response(status_code=302, headers={"location": fault.location + path})
        if fault.kind == "rate_limit":
            headers = {"retry-after": self._retry_after(fault)} if fault.retry_after != "none" else {}
            return json_response(Problem(429, "Too many requests.").body, 429, headers)
        body = {"statusCode": fault.status, "error": "Server Error", "message": "Switched on in the emulator."}
        return json_response(body, fault.status)

    def _retry_after(self, fault: Fault) -> str:
        if fault.retry_after == "seconds":
            return f"{fault.seconds:g}"
        return format_datetime(self._world.clock.now() + timedelta(seconds=fault.seconds), usegmt=True)


async def _send_whole(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})
