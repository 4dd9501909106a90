"""The emulator's own time: it stands still, is moved by hand, or runs at any speed."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from ionq_data.emulator.instants import from_ms, to_ms


class Clock:
    """Tell the simulated time in UTC; safe to move from one thread while another reads."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._base_ms = to_ms(start)
        self._started: float | None = None
        self._speed = 1.0
        self._date: tuple[int, str] = (-1, "")

    def now_ms(self) -> int:
        """Return the simulated time in milliseconds since 1970."""
        started = self._started
        if started is None:
            return self._base_ms
        return self._base_ms + int((time.monotonic() - started) * 1000 * self._speed)

    def now(self) -> datetime:
        """Return the simulated time."""
        return from_ms(self.now_ms())

    def date_header(self) -> str:
        """Return the simulated time as HTTP writes it in `Date`."""
        second = self.now_ms() // 1000
        if self._date[0] != second:
            self._date = (second, format_datetime(from_ms(second * 1000), usegmt=True))
        return self._date[1]

    @property
    def mode(self) -> Literal["frozen", "running"]:
        """Whether the clock stands still."""
        return "frozen" if self._started is None else "running"

    @property
    def speed(self) -> float:
        """Simulated seconds per real second while running."""
        return self._speed

    def advance(self, by: timedelta | float) -> datetime:
        """Move the clock forward by a duration (a number means seconds) and return the new time."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        return self.set(self.now() + step)

    def set(self, instant: datetime) -> datetime:
        """Move the clock to an instant, in either direction, and return it."""
        with self._lock:
            self._base_ms = to_ms(instant)
            if self._started is not None:
                self._started = time.monotonic()
        return self.now()

    def run(self, speed: float = 1.0) -> None:
        """Let the clock run on from now, `speed` simulated seconds per real second."""
        if not 0 < speed <= 1_000_000:
            raise ValueError(f"The clock's speed must be above 0 and at most 1000000, not {speed}.")
        with self._lock:
            self._base_ms = self.now_ms()
            self._speed = speed
            self._started = time.monotonic()

    def freeze(self) -> None:
        """Stop the clock where it is."""
        with self._lock:
            self._base_ms = self.now_ms()
            self._started = None
