"""Waits: bounded, growing, and never at the mercy of what a server writes into a header."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ionq_data.api.backoff import (
    LONGEST_BACKOFF_SECONDS,
    LONGEST_RETRY_AFTER_SECONDS,
    backoff_seconds,
    parse_http_date,
    parse_retry_after,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@given(attempt=st.integers(1, 10**6), draw=st.floats(0, 1, exclude_max=True))
def test_backoff_is_positive_and_bounded(attempt: int, draw: float) -> None:
    assert 0 < backoff_seconds(attempt, draw=draw) <= LONGEST_BACKOFF_SECONDS


def test_backoff_doubles_and_jitter_takes_at_most_half() -> None:
    assert [backoff_seconds(n, draw=0.0) for n in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert backoff_seconds(3, draw=0.999999) == pytest.approx(2.0, abs=1e-5)


@given(seconds=st.integers(1, int(LONGEST_RETRY_AFTER_SECONDS)))
def test_seconds_are_taken_at_their_word(seconds: int) -> None:
    assert parse_retry_after(str(seconds), now=NOW).seconds == seconds


@given(seconds=st.integers(1, int(LONGEST_RETRY_AFTER_SECONDS)))
def test_a_date_is_measured_from_the_server_time(seconds: int) -> None:
    value = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(value, now=NOW).seconds == seconds


def test_a_date_with_an_offset_is_understood() -> None:
    assert parse_retry_after("Sun, 01 Mar 2026 14:00:30 +0200", now=NOW).seconds == 30


@pytest.mark.parametrize("value", ["7200", "999999999", "Mon, 02 Mar 2026 12:00:00 GMT"])
def test_hours_are_capped_with_a_reason(value: str) -> None:
    wait = parse_retry_after(value, now=NOW)
    assert wait.seconds == LONGEST_RETRY_AFTER_SECONDS
    assert "capped" in wait.remark


@pytest.mark.parametrize(
    "value", ["-5", "0", "", "soon", "nan", "inf", "1e9", "٣", "9" * 400, "Sun, 01 Mar 2026 11:59:59 GMT", "5, 10"]
)
def test_what_makes_no_sense_is_ignored_with_a_reason(value: str) -> None:
    wait = parse_retry_after(value, now=NOW)
    assert wait.seconds is None
    assert "ignored" in wait.remark


def test_no_header_is_no_wait() -> None:
    assert parse_retry_after(None, now=NOW).seconds is None


@given(value=st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,9} [A-Z][a-z]{2} -?\d{1,9} [\d:.+-]{0,20}"))
@example("Mon, 99 Feb 0000 99:99:99 GMT")
@example("Mon, 01 Jan 9999 00:00:00 -2359")
def test_any_header_gives_a_bounded_wait_or_none(value: str) -> None:
    seconds = parse_retry_after(value, now=NOW).seconds
    assert seconds is None or (math.isfinite(seconds) and 0 < seconds <= LONGEST_RETRY_AFTER_SECONDS)
    at = parse_http_date(value)
    assert at is None or at.utcoffset() == timedelta(0)
