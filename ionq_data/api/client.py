"""The client of the IonQ Cloud Platform API: GET with a key, retries, one rate limit per key, and typed errors."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx

from ionq_data import __version__
from ionq_data.api.address import Params, locate, parse_base_url
from ionq_data.api.backoff import backoff_seconds, parse_http_date
from ionq_data.api.errors import ApiError, AuthenticationError, BadRequest, InvalidAnswer
from ionq_data.api.exchange import Broken, Reply, Timeouts, exchange
from ionq_data.api.faults import Fault, judge_broken, judge_status
from ionq_data.api.json_body import MalformedBody, check_json
from ionq_data.api.limiter import Limiter, shared_limiter
from ionq_data.api.recording import Recording
from ionq_data.api.timing import SYSTEM, Timing, utc_now
from ionq_data.api.transport import OverHttpx, Transport, open_connections

log = logging.getLogger("ionq_data.api")
T = TypeVar("T")
DEFAULT_TIMEOUTS = Timeouts()
_SHORTEST_KEY_TO_HIDE = 6  # a shorter one is no key of the API, and would be found inside ordinary words


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its JSON body, status, arrival (UTC) and the headers that were kept (`date`)."""

    body: bytes
    status: int
    received_at: datetime
    headers: Mapping[str, str]


class _Headers(dict[str, str]):
    """Headers that do not show the key, which a traceback with local variables would."""

    def __repr__(self) -> str:
        return f"headers {', '.join(self)}"


class Client:
    """Ask one API with one key; use it as `async with Client(…) as client`.

    `clock` gives the time that `received_at` is taken from, `timing` the waits. Raises InsecureUrl for a base URL that
    is neither https nor loopback, AuthenticationError for a key that no header can carry.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        concurrency: int = 8,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        max_attempts: int = 6,
        max_body_bytes: int = 64 * 1024 * 1024,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
        timing: Timing = SYSTEM,
    ) -> None:
        if concurrency < 1 or max_attempts < 1:
            raise ValueError(f"concurrency and max_attempts must be 1 or more: {concurrency}, {max_attempts}")
        self._address = parse_base_url(base_url)
        self._api_key = _usable_key(api_key)
        self._concurrency = concurrency
        self._timeouts = timeouts
        self._max_attempts = max_attempts
        self._max_body_bytes = max_body_bytes
        self._given_transport = transport
        self._transport: Transport | None = None
        self._clock = clock
        self._timing = timing
        self._limiter: Limiter = shared_limiter(self._address.origin, self._api_key, timing)
        public = {
            "Host": self._address.origin.partition("://")[2],
            "Accept": "application/json",
            "Accept-Encoding": "gzip",  # its ratio is bounded, so a hostile body cannot unpack to any size at once
            "User-Agent": f"ionq-data/{__version__}",
        }
        self._public_headers = _Headers(public)
        self._private_headers = _Headers(public, Authorization=f"apiKey {self._api_key}")
        self._requests = 0
        self._clock_offset: timedelta | None = None
        self._last_date: tuple[str, datetime | None] = ("", None)

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far, each repetition counted."""
        return self._requests

    @property
    def clock_offset(self) -> timedelta | None:
        """Return the server's time less the local one at the last answer, from its `Date` (whole seconds), or None."""
        return self._clock_offset

    def __repr__(self) -> str:
        key = "None" if self._api_key is None else "'…'"
        base_url = self._address.origin + self._address.prefix
        return f"Client({base_url!r}, api_key={key}, concurrency={self._concurrency}, requests={self._requests})"

    async def __aenter__(self) -> Self:
        if self._transport is not None:
            raise RuntimeError("this client is already open: make another one")
        if self._given_transport is not None:
            self._transport = OverHttpx(self._given_transport)
        else:
            self._transport = open_connections(
                self._address,
                concurrency=self._concurrency,
                connect_seconds=self._timeouts.connect_seconds,
                read_seconds=self._timeouts.read_seconds,
            )
        if folder := os.environ.get("IONQ_RECORD"):
            self._transport = Recording(self._transport, Path(folder), hide=self._hide_key)
        self._limiter.take_seat(self._concurrency)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            self._limiter.leave_seat(self._concurrency)
            await transport.aclose()

    async def get(self, path: str, *, params: Params | None = None, authenticated: bool = False) -> Answer:
        """Get an endpoint and return its answer, whose body is well-formed JSON.

        The key is sent only with `authenticated=True`. Raises the errors of `ionq_data.api.errors`.
        """
        answer, body = await self.read(path, parse=check_json, params=params, authenticated=authenticated)
        return answer if body is answer.body else replace(answer, body=body)

    async def read(
        self, path: str, *, parse: Callable[[bytes], T], params: Params | None = None, authenticated: bool = False
    ) -> tuple[Answer, T]:
        """Get an endpoint and return its answer with what `parse` makes of the body.

        A body that `parse` refuses with MalformedBody counts as a failed attempt and is asked for again.
        """
        if self._transport is None:
            raise RuntimeError("this client is not open: use it inside `async with`")
        url, endpoint = locate(self._address, path, params)
        endpoint = self._hide_key(endpoint)
        headers = self._private_headers if authenticated else self._public_headers
        if authenticated and self._api_key is None:
            raise AuthenticationError(
                f"{endpoint} needs an API key, but none is configured: set one", endpoint=endpoint
            )
        attempt = 0
        while True:
            attempt += 1
            ticket = await self._limiter.acquire(urgent=attempt > 1)
            reply: Reply | Broken | None = None
            try:
                reply = await self._send(self._transport, url, headers)
            finally:
                self._limiter.release(ticket, succeeded=isinstance(reply, Reply) and reply.status < 300)
            verdict: Fault | ApiError
            if isinstance(reply, Broken):
                verdict = judge_broken(reply)
            elif 200 <= reply.status < 300:
                try:
                    parsed = parse(reply.body)
                except MalformedBody as error:
                    verdict = Fault(InvalidAnswer, f"answered {reply.status} with {error}", reply.status)
                else:
                    kept = {} if reply.date is None else {"date": reply.date}
                    return Answer(reply.body, reply.status, reply.received_at, kept), parsed
            else:
                verdict = judge_status(endpoint, reply, self._address)
            # From here on no exception is being handled, so that none with a request in it gets chained to ours.
            if isinstance(verdict, ApiError):
                raise self._without_key(verdict)
            await self._wait_or_give_up(endpoint, verdict, ticket, attempt)

    async def _send(self, transport: Transport, url: str, headers: Mapping[str, str]) -> Reply | Broken:
        self._requests += 1
        reply = await exchange(
            transport,
            url,
            headers,
            timeouts=self._timeouts,
            max_body_bytes=self._max_body_bytes,
            clock=self._clock,
        )
        if isinstance(reply, Broken):
            self._requests -= not reply.was_sent
        elif reply.date is not None:
            if reply.date != self._last_date[0]:  # it changes once a second, and reading it is not free
                self._last_date = (reply.date, parse_http_date(reply.date))
            server_time = self._last_date[1]
            self._clock_offset = None if server_time is None else server_time - reply.received_at
        return reply

    async def _wait_or_give_up(self, endpoint: str, fault: Fault, ticket: int, attempt: int) -> None:
        """Wait until the next attempt is due, or raise where none is left. A 429 holds back everybody either way."""
        what, remark, seconds = self._hide_key(fault.what), self._hide_key(fault.wait.remark), fault.wait.seconds
        if fault.is_throttled:
            seconds = self._limiter.throttle(ticket, attempt=attempt, retry_after_seconds=seconds)
        elif seconds is None:
            seconds = backoff_seconds(attempt, draw=self._timing.random())
        tally = f"attempt {attempt} of {self._max_attempts}"
        if attempt >= self._max_attempts or not fault.is_passing:
            message = f"{endpoint} {what} ({tally}): {fault.advice}"
            raise fault.kind(message, endpoint=endpoint, status=fault.status, attempts=attempt)
        if fault.is_throttled:  # the next turn comes when the limiter's hold is over, for this request first
            log.info(
                "%s %s (%s): all requests with this key wait %.1f s, then run at most %d at once; %s",
                *(endpoint, what, tally, seconds, self._limiter.limit, remark),
            )
        else:
            log.info("%s %s (%s): waiting %.1f s; %s", endpoint, what, tally, seconds, remark)
            await self._timing.sleep(seconds)

    def _without_key(self, error: ApiError) -> ApiError:
        error.args = (self._hide_key(str(error)),)
        if isinstance(error, BadRequest):
            error.keys = tuple(self._hide_key(key) for key in error.keys)
        return error

    def _hide_key(self, text: str) -> str:
        """Take the key out of text that may quote a server, which may quote the request."""
        key = self._api_key
        if key is None or len(key) < _SHORTEST_KEY_TO_HIDE:
            return text
        return text.replace(key, "…").replace(quote(key, safe=""), "…")


def _usable_key(api_key: str | None) -> str | None:
    """Trim a key; an empty one is none. Raise for one that was copied badly, which no header can carry."""
    key = (api_key or "").strip()
    if not all("!" <= letter <= "~" for letter in key):
        raise AuthenticationError(
            "the API key contains spaces, line breaks or characters outside ASCII: copy it again from the console"
        )
    return key or None
