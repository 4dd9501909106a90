"""Classifies an attempt without a good answer: a fault that may pass, or a final error."""

from __future__ import annotations

from typing import NamedTuple

from ionq_data.api.address import Address, redirect_target
from ionq_data.api.backoff import RetryAfter, parse_http_date, parse_retry_after
from ionq_data.api.errors import ApiError, InvalidAnswer, RedirectRefused, ServiceUnavailable
from ionq_data.api.exchange import Broken, Reply
from ionq_data.api.refusals import refusal

TOO_MANY_REQUESTS = 429
PASSING_STATUSES = frozenset({TOO_MANY_REQUESTS, 500, 502, 503, 504, *range(520, 530)})
_NO_WAIT_NAMED = RetryAfter(None, "")


class Fault(NamedTuple):
    """A failed attempt: the error that it becomes if retries do not help, its text, and the requested wait."""

    kind: type[ApiError]
    what: str
    status: int | None = None
    is_passing: bool = True
    wait: RetryAfter = _NO_WAIT_NAMED

    @property
    def is_throttled(self) -> bool:
        """Tell whether the API said that this key asks too often."""
        return self.status == TOO_MANY_REQUESTS

    @property
    def advice(self) -> str:
        """Say what a person can do about it."""
        if self.kind is InvalidAnswer:
            return "check whether a proxy answers instead of the API, or try again later"
        if self.status is None:
            return "check the network and the base URL, or try again later"
        return "the API is overloaded or broken, try again later"


def judge_broken(broken: Broken) -> Fault:
    """Return the fault of an attempt that brought no whole answer."""
    if broken.status is not None:
        return Fault(InvalidAnswer, f"answered {broken.status} but {broken.what}", broken.status, broken.is_passing)
    return Fault(ServiceUnavailable, broken.what, None, broken.is_passing)


def judge_status(endpoint: str, reply: Reply, address: Address) -> Fault | ApiError:
    """Return the fault of a status that may pass, or the error for one that asking again cannot change."""
    status = reply.status
    if status in PASSING_STATUSES:
        server_time = None if reply.date is None else parse_http_date(reply.date)
        wait = parse_retry_after(reply.retry_after, now=server_time or reply.received_at)
        return Fault(ServiceUnavailable, f"answered {status}", status, wait=wait)
    if 300 <= status < 400:
        message = (
            f"{endpoint} answered {status}, a redirect to {redirect_target(reply.location, address)}, "
            "which is not followed: if the API has moved, change the base URL"
        )
        return RedirectRefused(message, endpoint=endpoint, status=status, attempts=1)
    return refusal(endpoint, status, reply.body)
