"""One request and its answer over httpx: sent once, read within bounds, every failure turned into a plain value.

The transport of httpx is used without the client around it. So there are no redirects, cookies, `.netrc` or log lines
with queries to switch off, an attempt costs less than a plain `httpx.AsyncClient.get`, and the exceptions (whose
requests hold the key) end here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import httpx

_LONGEST_ERROR_BODY = 64 * 1024
_NO_BODY = httpx.ByteStream(b"")


@dataclass(frozen=True)
class Timeouts:
    """Bound one attempt: to connect, between two pieces of the answer, and from sending to its last byte (seconds)."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 120.0


class Reply(NamedTuple):
    """An answer that arrived whole, with the headers that matter. `received_at` is UTC."""

    status: int
    body: bytes
    received_at: datetime
    date: str | None
    retry_after: str | None
    location: str | None


class Broken(NamedTuple):
    """An attempt without a whole answer: what happened, the status if one came, whether to try again."""

    what: str
    status: int | None = None
    was_sent: bool = True
    is_passing: bool = True


async def exchange(
    transport: httpx.AsyncBaseTransport,
    url: str,
    headers: httpx.Headers,
    *,
    timeouts: Timeouts,
    max_body_bytes: int,
    clock: Callable[[], datetime],
) -> Reply | Broken:
    """Send one GET and read the answer. Only cancellation and errors of this program are raised."""
    response: httpx.Response | None = None
    try:
        async with asyncio.timeout(timeouts.total_seconds):
            request = httpx.Request("GET", url, headers=headers, stream=_NO_BODY)
            response = await transport.handle_async_request(request)
            try:
                body = await _read_body(response, max_body_bytes)
            finally:
                await response.aclose()
    except TimeoutError:
        what = f"did not finish within {timeouts.total_seconds:g} s"
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return _not_connected(error, timeouts)
    except httpx.TimeoutException:
        what = f"sent nothing for {timeouts.read_seconds:g} s"
    except httpx.DecodingError:
        what = "sent a body whose compression is damaged"
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        what = f"closed the connection early ({type(error).__name__})"
    except httpx.InvalidURL:
        return Broken("cannot be requested: its address is not a valid URL", was_sent=False, is_passing=False)
    else:
        if body is not None:
            return _reply(response, body, clock())
        return Broken(f"sent more than {max_body_bytes} bytes", response.status_code, is_passing=False)
    if response is None:
        return Broken(what)
    if response.status_code >= 300:
        return _reply(response, b"", clock())  # the status says what there is to know, only its explanation is lost
    return Broken(what, response.status_code)


def _reply(response: httpx.Response, body: bytes, received_at: datetime) -> Reply:
    found = response.headers.get
    return Reply(response.status_code, body, received_at, found("date"), found("retry-after"), found("location"))


async def _read_body(response: httpx.Response, max_body_bytes: int) -> bytes | None:
    """Read a body up to the bound; beyond it, the beginning of an error's body is enough, of a good one nothing is."""
    is_good = 200 <= response.status_code < 300
    bound = max_body_bytes if is_good else _LONGEST_ERROR_BODY
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > bound:
            return None if is_good else b"".join(chunks)[:bound]
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _not_connected(error: httpx.ConnectError | httpx.ConnectTimeout, timeouts: Timeouts) -> Broken:
    if isinstance(error, httpx.ConnectTimeout):
        return Broken(f"could not be reached within {timeouts.connect_seconds:g} s", was_sent=False)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        what = "has a certificate that is not trusted here (behind a proxy of your own, set SSL_CERT_FILE)"
        return Broken(what, was_sent=False, is_passing=False)
    return Broken(f"could not be reached ({str(error)[:120] or type(error).__name__})", was_sent=False)
