"""How long to wait before a retry: exponential backoff, and the server's `Retry-After`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

LONGEST_BACKOFF_SECONDS = 30.0
LONGEST_RETRY_AFTER_SECONDS = 300.0
_SECONDS = re.compile(r"\d{1,15}(\.\d{0,9})?", re.ASCII)
_DOUBLINGS_THAT_MATTER = 20  # beyond it every base is past the cap, and 2**n would only grow without bound


class RetryAfter(NamedTuple):
    """The meaning of a `Retry-After` header: seconds to wait, or None if it is unusable, and why."""

    seconds: float | None
    remark: str


def backoff_seconds(attempt: int, *, draw: float, base_seconds: float = 0.5) -> float:
    """Compute the wait after the given attempt (from 1): doubling, capped, between half and all of it by chance.

    `draw` is uniform in [0, 1). Half is kept fixed so that a failing server always gets some rest; the other half is
    drawn so that many clients do not come back in the same instant.
    """
    doublings = min(max(attempt, 1) - 1, _DOUBLINGS_THAT_MATTER)
    return min(base_seconds * 2.0**doublings, LONGEST_BACKOFF_SECONDS) * (0.5 + 0.5 * draw)


def parse_retry_after(value: str | None, *, now: datetime) -> RetryAfter:
    """Read a `Retry-After` header in either of its forms, seconds or an HTTP date.

    `now` is the server's own time (its `Date` header) where known, since that is the clock such a date is meant by.
    A wait beyond `LONGEST_RETRY_AFTER_SECONDS` is capped to it; one that is absent, unreadable, negative or already
    over yields None, so that the caller's own backoff applies. Never raises.
    """
    if value is None:
        return RetryAfter(None, "no Retry-After")
    text = value.strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        at = _http_date(text)
        if at is None:
            return RetryAfter(None, f"Retry-After ignored, neither seconds nor a date: {text[:40]!r}")
        seconds = (at - now).total_seconds()
    if seconds <= 0:
        return RetryAfter(None, f"Retry-After ignored, already in the past: {text[:40]!r}")
    if seconds > LONGEST_RETRY_AFTER_SECONDS:
        return RetryAfter(
            LONGEST_RETRY_AFTER_SECONDS, f"Retry-After of {seconds:.0f} s capped at {LONGEST_RETRY_AFTER_SECONDS:.0f} s"
        )
    return RetryAfter(seconds, f"Retry-After: {seconds:g} s")


def parse_http_date(value: str) -> datetime | None:
    """Read an HTTP date (`Date`, `Retry-After`) as an aware UTC time, or None if it is not one."""
    return _http_date(value.strip())


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        # The standard parser lets all of these out for one or the other kind of garbage.
        return None
