"""One rate limit for all requests with a key, across all clients, event loops and threads of the process.

Concurrency follows additive increase and multiplicative decrease: a rate-limited answer (429) halves it and holds
everybody back, each further success lets it grow a little, up to what the clients asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import threading
from collections import deque

from ionq_data.api.backoff import backoff_seconds
from ionq_data.api.timing import Timing

SUCCESSES_PER_SLOT = 10  # one more slot takes ten rounds of successes, so that growth is slow next to halving
THROTTLE_BASE_SECONDS = 1.0
RETRY_AFTER_JITTER = 0.1


class _Waiter:
    """A request in the queue; `future` is there only while it sleeps until someone wakes it."""

    __slots__ = ("future", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] | None = None


class Limiter:
    """Admit requests of one key: never more at once than the limit, none while a 429 holds them back.

    A ticket is the number of 429 bursts seen at admission. It keeps the several 429s that one burst of parallel
    requests earns from halving the limit several times, and late successes from undoing it.
    """

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._lock = threading.Lock()
        self._queue: deque[_Waiter] = deque()
        self._seats: list[int] = []
        self._ceiling = 1
        self._limit = math.inf  # unlimited but for the ceiling, until a first 429
        self._in_flight = 0
        self._held_until = -math.inf
        self._bursts = 0
        self._streak = 0

    @property
    def limit(self) -> int:
        """Return how many requests may be under way at once now."""
        return int(min(self._ceiling, self._limit))

    def take_seat(self, concurrency: int) -> None:
        """Count a client in. The smallest concurrency of those that share the key binds all of them."""
        with self._lock:
            self._seats.append(concurrency)
            self._ceiling = min(self._seats)

    def leave_seat(self, concurrency: int) -> None:
        """Count a client out again."""
        with self._lock:
            self._seats.remove(concurrency)
            self._ceiling = min(self._seats, default=1)
            self._wake_first()

    async def acquire(self, *, urgent: bool = False) -> int:
        """Wait for a turn and return its ticket; an urgent request (a repeated one) goes before the others.

        Repeats go first so that a request which was turned away cannot be overtaken until its attempts run out.
        """
        with self._lock:
            if not self._queue and self._in_flight < self.limit and self._seconds_held() <= 0:
                self._in_flight += 1
                return self._bursts
            waiter = _Waiter()
            if urgent:
                self._queue.appendleft(waiter)
            else:
                self._queue.append(waiter)
        try:
            return await self._wait_for_turn(waiter)
        except BaseException:
            with self._lock:
                if waiter in self._queue:
                    self._queue.remove(waiter)
                self._wake_first()
            raise

    async def _wait_for_turn(self, waiter: _Waiter) -> int:
        while True:
            with self._lock:
                held = self._seconds_held()
                if held <= 0:
                    if self._queue[0] is waiter and self._in_flight < self.limit:
                        self._queue.popleft()
                        self._in_flight += 1
                        self._wake_first()
                        return self._bursts
                    future = waiter.future = waiter.loop.create_future()
            if held > 0:
                await self._timing.sleep(held)
            else:
                await future

    def release(self, ticket: int, *, succeeded: bool) -> None:
        """Give the turn back; a success of the present burst lets the limit grow."""
        with self._lock:
            self._in_flight -= 1
            if succeeded and ticket == self._bursts:
                self._streak = 0
                if self._limit < self._ceiling:
                    self._limit += 1 / (SUCCESSES_PER_SLOT * self._limit)
                else:
                    self._limit = math.inf
            self._wake_first()

    def throttle(self, ticket: int, *, attempt: int, retry_after_seconds: float | None) -> float:
        """Hold back every request of the key after a 429 and return for how many seconds.

        With no usable `Retry-After` the wait doubles with each burst in a row, and with each attempt of the request
        that met it, whichever is more.
        """
        with self._lock:
            if ticket == self._bursts:
                self._bursts += 1
                self._streak += 1
                self._limit = max(1.0, min(self._limit, self._ceiling) / 2)
            draw = self._timing.random()
            if retry_after_seconds is None:
                rounds = max(self._streak, attempt)
                seconds = backoff_seconds(rounds, draw=draw, base_seconds=THROTTLE_BASE_SECONDS)
            else:
                seconds = retry_after_seconds * (1 + RETRY_AFTER_JITTER * draw)
            self._held_until = max(self._held_until, self._timing.monotonic() + seconds)
            return self._seconds_held()

    def _seconds_held(self) -> float:
        return self._held_until - self._timing.monotonic()

    def _wake_first(self) -> None:
        """Let the first in the queue look again. Whoever is admitted wakes the next, so one is enough."""
        while self._queue and self._in_flight < self.limit:
            first = self._queue[0]
            if first.future is None:
                return  # it is awake, or sleeping out a hold, and will look by itself
            future, first.future = first.future, None
            try:
                first.loop.call_soon_threadsafe(_resolve, future)
                return
            except RuntimeError:
                self._queue.popleft()  # its event loop is closed: it will never come


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


_limiters: dict[tuple[str, bytes, Timing], Limiter] = {}
_limiters_lock = threading.Lock()


def shared_limiter(origin: str, api_key: str | None, timing: Timing) -> Limiter:
    """Return the process's one limiter of a key at a host. It outlives the clients, and so does a hold.

    The registry knows the key by its digest only.
    """
    name = (origin, hashlib.sha256((api_key or "").encode()).digest(), timing)
    with _limiters_lock:
        if name not in _limiters:
            _limiters[name] = Limiter(timing)
        return _limiters[name]
