"""One limit per key: how many at once, who waits, how it shrinks and grows."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_data.api.limiter import SUCCESSES_PER_SLOT, Limiter, shared_limiter
from ionq_data.api.timing import SYSTEM

pytestmark = pytest.mark.anyio


def limiter_of(virtual_time: Any, concurrency: int) -> Limiter:
    limiter = Limiter(virtual_time.timing)
    limiter.take_seat(concurrency)
    return limiter


async def test_no_more_at_once_than_the_limit_and_all_get_their_turn(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 3)
    at_once = most = done = 0

    async def one() -> None:
        nonlocal at_once, most, done
        ticket = await limiter.acquire()
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        limiter.release(ticket, succeeded=True)
        done += 1

    await asyncio.gather(*(one() for _ in range(50)))
    assert (most, done) == (3, 50)


async def test_a_burst_of_429_halves_once_and_later_ones_again(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 8)
    tickets = [await limiter.acquire() for _ in range(8)]
    for ticket in tickets:
        limiter.release(ticket, succeeded=False)
        limiter.throttle(ticket, attempt=1, retry_after_seconds=1)
    assert limiter.limit == 4
    for expected in (2, 1, 1):
        ticket = await limiter.acquire()
        limiter.release(ticket, succeeded=False)
        limiter.throttle(ticket, attempt=1, retry_after_seconds=1)
        assert limiter.limit == expected


async def test_a_429_holds_everybody_for_as_long_as_it_says(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 4)
    ticket = await limiter.acquire()
    limiter.release(ticket, succeeded=False)
    started = virtual_time.now
    limiter.throttle(ticket, attempt=1, retry_after_seconds=20)
    turns: list[float] = []

    async def one() -> None:
        await limiter.acquire()
        turns.append(virtual_time.now - started)

    await asyncio.gather(one(), one())
    assert turns == [pytest.approx(21)] * 2  # 20 s and the drawn half of a tenth


async def test_without_retry_after_the_hold_doubles_with_each_burst(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 1)
    holds = []
    for _ in range(3):
        ticket = await limiter.acquire()
        limiter.release(ticket, succeeded=False)
        holds.append(limiter.throttle(ticket, attempt=1, retry_after_seconds=None))
    assert holds == [pytest.approx(0.75), pytest.approx(1.5), pytest.approx(3.0)]


async def test_concurrency_grows_back_slowly_and_fully(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 4)
    ticket = await limiter.acquire()
    limiter.release(ticket, succeeded=False)
    limiter.throttle(ticket, attempt=1, retry_after_seconds=None)
    assert limiter.limit == 2
    limits = []
    for _ in range(6 * SUCCESSES_PER_SLOT):
        ticket = await limiter.acquire()
        limiter.release(ticket, succeeded=True)
        limits.append(limiter.limit)
    assert limits[SUCCESSES_PER_SLOT] == 2, "one round of successes must not be enough"
    assert limits == sorted(limits)
    assert limits[-1] == 4


async def test_successes_sent_before_a_429_do_not_undo_it(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 2)
    early = await limiter.acquire()
    ticket = await limiter.acquire()
    limiter.release(ticket, succeeded=False)
    first = limiter.throttle(ticket, attempt=1, retry_after_seconds=None)
    limiter.release(early, succeeded=True)
    ticket = await limiter.acquire()
    limiter.release(ticket, succeeded=False)
    assert limiter.throttle(ticket, attempt=1, retry_after_seconds=None) == pytest.approx(2 * first)


async def test_a_repeated_request_goes_before_those_that_wait(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 1)
    held = await limiter.acquire()
    order: list[str] = []

    async def one(name: str, urgent: bool) -> None:
        ticket = await limiter.acquire(urgent=urgent)
        order.append(name)
        limiter.release(ticket, succeeded=True)

    tasks = [asyncio.create_task(one(name, urgent=name == "repeated")) for name in ("first", "second", "repeated")]
    await asyncio.sleep(0)
    limiter.release(held, succeeded=True)
    await asyncio.gather(*tasks)
    assert order == ["repeated", "first", "second"]


async def test_the_most_careful_client_of_a_key_binds_all(virtual_time: Any) -> None:
    limiter = limiter_of(virtual_time, 8)
    limiter.take_seat(2)
    assert limiter.limit == 2
    limiter.leave_seat(2)
    assert limiter.limit == 8


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_cancelled_waiters_never_block_the_rest(data: st.DataObject) -> None:
    cancelled = data.draw(st.sets(st.integers(0, 9)))
    pauses = data.draw(st.lists(st.integers(0, 4), min_size=10, max_size=10))
    throttled = data.draw(st.sets(st.integers(0, 9)))

    async def scenario() -> int:
        async def no_wait(_: float) -> None:
            await asyncio.sleep(0)

        clock = iter(range(10**9))
        limiter = Limiter(type(SYSTEM)(monotonic=lambda: float(next(clock)), sleep=no_wait, random=lambda: 0.0))
        limiter.take_seat(2)
        done = 0

        async def one(number: int) -> None:
            nonlocal done
            ticket = await limiter.acquire(urgent=number % 3 == 0)
            try:
                for _ in range(pauses[number]):
                    await asyncio.sleep(0)
            finally:
                limiter.release(ticket, succeeded=True)
            if number in throttled:
                limiter.throttle(ticket, attempt=1, retry_after_seconds=7)
            done += 1

        tasks = [asyncio.create_task(one(number)) for number in range(10)]
        await asyncio.sleep(0)
        for number in sorted(cancelled):
            tasks[number].cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=5)
        return done

    assert asyncio.run(scenario()) >= 10 - len(cancelled)


def test_one_limit_holds_across_threads_and_event_loops() -> None:
    limiter = Limiter(SYSTEM)
    limiter.take_seat(2)
    lock = threading.Lock()
    at_once = most = done = 0

    async def one() -> None:
        nonlocal at_once, most, done
        ticket = await limiter.acquire()
        with lock:
            at_once += 1
            most = max(most, at_once)
        await asyncio.sleep(0.0005)
        with lock:
            at_once -= 1
            done += 1
        limiter.release(ticket, succeeded=True)

    async def many() -> None:
        await asyncio.wait_for(asyncio.gather(*(one() for _ in range(30))), timeout=20)

    threads = [threading.Thread(target=lambda: asyncio.run(many())) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, done) == (2, 90)
    assert time.monotonic() - started < 20


def test_the_registry_tells_keys_and_hosts_apart_and_holds_no_key(virtual_time: Any, key: str) -> None:
    from ionq_data.api import limiter as module

    timing = virtual_time.timing
    mine = shared_limiter("https://api.test", key, timing)
    assert shared_limiter("https://api.test", key, timing) is mine
    assert shared_limiter("https://api.test", "another", timing) is not mine
    assert shared_limiter("https://other.test", key, timing) is not mine
    assert key not in repr(module._limiters)
    assert key.encode() not in repr(module._limiters).encode()
