"""One request and its answer: sent once, read within bounds, every failure turned into a plain value.

The exceptions, whose requests hold the key, end here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import httpx

from ionq_data.api.transport import Incoming, Transport

_LONGEST_ERROR_BODY = 64 * 1024


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
    transport: Transport,
    url: str,
    headers: Mapping[str, str],
    *,
    timeouts: Timeouts,
    max_body_bytes: int,
    clock: Callable[[], datetime],
) -> Reply | Broken:
    """Send one GET and read the answer. Only cancellation and errors of this program are raised."""
    answer: Incoming | None = None
    try:
        async with asyncio.timeout(timeouts.total_seconds):
            answer = await transport.get(url, headers)
            try:
                body = await _read_body(answer, max_body_bytes)
            finally:
                await answer.aclose()
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
            return _reply(answer, body, clock())
        return Broken(f"sent more than {max_body_bytes} bytes", answer.status, is_passing=False)
    if answer is None:
        return Broken(what)
    if answer.status >= 300:
        return _reply(answer, b"", clock())  # the status says what there is to know, only its explanation is lost
    return Broken(what, answer.status)


def _reply(answer: Incoming, body: bytes, received_at: datetime) -> Reply:
    found = answer.headers.get
    return Reply(answer.status, body, received_at, found("date"), found("retry-after"), found("location"))


async def _read_body(answer: Incoming, max_body_bytes: int) -> bytes | None:
    """Read a body up to the bound; beyond it, the beginning of an error's body is enough, of a good one nothing is."""
    is_good = 200 <= answer.status < 300
    bound = max_body_bytes if is_good else _LONGEST_ERROR_BODY
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.pieces():
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
