"""Where the client gets time, sleep and chance from, so that a test can put its own in their place."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the local clock's time in UTC, aware of its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timing:
    """Say how to measure a wait (seconds, monotonic), how to wait, and how to draw jitter from [0, 1)."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


SYSTEM = Timing()
