"""Instants as whole milliseconds since 1970, as the simulation stores them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
NEVER = 1 << 62
"""The instant (in milliseconds) of an event that does not happen; later than every clock."""


def from_ms(instant_ms: int) -> datetime:
    """Return milliseconds since 1970 as an aware datetime in UTC, exactly."""
    return EPOCH + timedelta(milliseconds=instant_ms)


def to_ms(instant: datetime) -> int:
    """Return an aware datetime as whole milliseconds since 1970, rounded down."""
    return (instant - EPOCH) // timedelta(milliseconds=1)


def midnight_ms(day: date) -> int:
    """Return the beginning of a UTC date in milliseconds since 1970."""
    return (day - EPOCH.date()).days * DAY_MS
