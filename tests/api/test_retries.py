"""Which failures are tried again, how often and after what wait, and what they become in the end."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from ionq_data.api import Client
from ionq_data.api import errors as api_errors

pytestmark = pytest.mark.anyio
GOOD = httpx.Response(200, json={"ok": True}).content


def script(*answers: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Answer in this order; the last one is repeated."""
    left = list(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler


def good() -> httpx.Response:
    return httpx.Response(200, content=GOOD)


@pytest.mark.parametrize("status", [500, 502, 503, 504, *range(520, 530), 429])
async def test_a_passing_status_is_tried_again(connect: Callable[..., Client], virtual_time: Any, status: int) -> None:
    async with connect(script(httpx.Response(status), httpx.Response(status), good())) as client:
        answer = await client.get("/jobs", authenticated=True)
    assert answer.body == GOOD
    assert client.requests == 3
    assert len(virtual_time.slept) == 2
    assert all(seconds > 0.2 for seconds in virtual_time.slept)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.WriteError("x"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_broken_connection_is_tried_again(connect: Callable[..., Client], failure: Exception) -> None:
    async with connect(script(failure, good())) as client:
        assert (await client.get("/backends")).status == 200
        assert client.requests == 2


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")])
async def test_an_attempt_that_never_connected_is_no_request(
    connect: Callable[..., Client], failure: Exception
) -> None:
    async with connect(script(failure, failure, good())) as client:
        await client.get("/backends")
        assert client.requests == 1


async def test_attempts_are_bounded_and_waits_double(connect: Callable[..., Client], virtual_time: Any) -> None:
    async with connect(script(httpx.Response(503)), max_attempts=5) as client:
        with pytest.raises(api_errors.ServiceUnavailable, match=r"GET /v0\.4/jobs answered 503 .*try again") as caught:
            await client.get("/jobs", params={"limit": 1}, authenticated=True)
    assert client.requests == 5
    assert (caught.value.status, caught.value.attempts, caught.value.endpoint) == (503, 5, "GET /v0.4/jobs")
    assert virtual_time.slept == [0.375, 0.75, 1.5, 3.0]


async def test_a_lasting_rate_limit_ends_as_unavailable(connect: Callable[..., Client]) -> None:
    async with connect(script(httpx.Response(429)), max_attempts=3) as client:
        with pytest.raises(api_errors.ServiceUnavailable, match="429"):
            await client.get("/jobs", authenticated=True)
    assert client.requests == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, api_errors.BadRequest),
        (401, api_errors.AuthenticationError),
        (403, api_errors.PermissionDenied),
        (404, api_errors.NotFound),
        (405, api_errors.RequestRefused),
        (408, api_errors.RequestRefused),
        (418, api_errors.RequestRefused),
        (422, api_errors.RequestRefused),
        (501, api_errors.RequestRefused),
    ],
)
async def test_a_final_status_is_asked_once(connect: Callable[..., Client], status: int, kind: type[Exception]) -> None:
    async with connect(script(httpx.Response(status, text="<html>no</html>"), good())) as client:
        with pytest.raises(api_errors.ApiError) as caught:
            await client.get("/jobs/7/cost", authenticated=True)
    assert type(caught.value) is kind
    assert client.requests == 1
    assert f"GET /v0.4/jobs/7/cost answered {status}: " in str(caught.value)


async def test_a_bad_request_names_the_parameters(connect: Callable[..., Client]) -> None:
    body = {
        "statusCode": 400,
        "error": "Bad Request",
        "message": "limit too\nlarge\x1b[2J",
        "validation": {"keys": ["limit"], "source": "query"},
    }
    async with connect(script(httpx.Response(400, json=body))) as client:
        with pytest.raises(api_errors.BadRequest) as caught:
            await client.get("/jobs", authenticated=True)
    assert caught.value.keys == ("limit",)
    assert "in query: limit" in str(caught.value)
    assert "limit too large" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "body", [b"[]", b'{"validation": 5}', b'{"validation": {"keys": {"a": 1}}}', b'{"message": [1]}', b"[" * 5000]
)
async def test_an_error_body_of_any_shape_is_survived(connect: Callable[..., Client], body: bytes) -> None:
    async with connect(script(httpx.Response(400, content=body))) as client:
        with pytest.raises(api_errors.BadRequest):
            await client.get("/jobs", authenticated=True)


async def test_retry_after_of_a_503_is_kept(connect: Callable[..., Client], virtual_time: Any) -> None:
    async with connect(script(httpx.Response(503, headers={"Retry-After": "17"}), good())) as client:
        await client.get("/jobs", authenticated=True)
    assert virtual_time.slept == [17.0]


async def test_retry_after_as_a_date_is_read_on_the_servers_clock(
    connect: Callable[..., Client], virtual_time: Any
) -> None:
    headers = {"Date": "Sun, 01 Mar 2020 12:00:00 GMT", "Retry-After": "Sun, 01 Mar 2020 12:00:40 GMT"}
    async with connect(script(httpx.Response(429, headers=headers), good())) as client:
        await client.get("/jobs", authenticated=True)
    assert sum(virtual_time.slept) == pytest.approx(42)


@pytest.mark.parametrize(("value", "longest"), [("86400", 330), ("-1", 2), ("soon", 2)])
async def test_an_absurd_retry_after_is_capped_or_ignored_and_logged(
    connect: Callable[..., Client], virtual_time: Any, caplog: pytest.LogCaptureFixture, value: str, longest: float
) -> None:
    caplog.set_level(logging.INFO, "ionq_data.api")
    async with connect(script(httpx.Response(429, headers={"Retry-After": value}), good())) as client:
        await client.get("/jobs", authenticated=True)
    assert 0 < sum(virtual_time.slept) <= longest
    assert "capped" in caplog.text or "ignored" in caplog.text


async def test_a_429_makes_every_client_of_the_key_wait_and_no_other(
    connect: Callable[..., Client], virtual_time: Any
) -> None:
    sent: list[tuple[str, float]] = []
    first = [httpx.Response(429, headers={"Retry-After": "30"})]

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path[-1], virtual_time.now))
        return first.pop() if first else good()

    started = virtual_time.now
    async with connect(handler) as one, connect(handler) as two, connect(handler, api_key="of-another") as other:
        limited = asyncio.create_task(one.get("/a", authenticated=True))
        while not sent or first:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.gather(two.get("/b", authenticated=True), two.get("/c"), other.get("/d", authenticated=True))
        await limited
    waits = {path: at - started for path, at in sent}
    assert waits["d"] == 0
    assert all(waits[path] >= 30 for path in "abc")


async def test_a_request_that_was_turned_away_comes_first_after_the_hold(connect: Callable[..., Client]) -> None:
    arrived: list[str] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        arrived.append(request.url.path[-1])
        return httpx.Response(429) if len(arrived) == 1 else good()

    async with connect(handler, concurrency=1) as client:
        await asyncio.gather(*(client.get(f"/{name}", authenticated=True) for name in "abcd"))
    assert arrived == ["a", "a", "b", "c", "d"]


async def test_many_requests_get_through_a_strict_server(connect: Callable[..., Client], virtual_time: Any) -> None:
    """A server that takes two requests a second, and says no more than 429: nothing is lost, nobody gives up."""
    admitted: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if sum(at > virtual_time.now - 1 for at in admitted) >= 2:
            return httpx.Response(429)
        admitted.append(virtual_time.now)
        return good()

    async with connect(handler, concurrency=8) as client:
        await asyncio.gather(*(client.get(f"/jobs/{n}/cost", authenticated=True) for n in range(60)))
    assert len(admitted) == 60
    assert client.requests < 60 * 4


async def test_the_clocks_difference_is_taken_from_the_date(connect: Callable[..., Client]) -> None:
    local = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    headers = {"Date": "Sun, 01 Mar 2026 12:01:30 GMT"}
    answer = httpx.Response(200, content=GOOD, headers=headers)
    async with connect(script(answer), clock=lambda: local) as client:
        assert client.clock_offset is None
        got = await client.get("/backends")
    assert client.clock_offset == timedelta(seconds=90)
    assert got.received_at == local
    assert got.headers == {"date": headers["Date"]}


async def test_an_unreadable_date_is_no_offset(connect: Callable[..., Client]) -> None:
    async with connect(script(httpx.Response(200, content=GOOD, headers={"Date": "yesterday"}))) as client:
        await client.get("/backends")
    assert client.clock_offset is None


async def test_a_cancelled_request_gives_its_turn_back(connect: Callable[..., Client]) -> None:
    stuck = asyncio.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("stuck"):
            await stuck.wait()
        return good()

    async with connect(handler, concurrency=1) as client:
        task = asyncio.create_task(client.get("/stuck"))
        for _ in range(10):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await asyncio.wait_for(client.get("/backends"), timeout=5)).status == 200


async def test_errors_survive_pickling() -> None:
    error = api_errors.BadRequest("no", endpoint="GET /jobs", status=400, attempts=2)
    error.keys = ("limit",)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.endpoint, copy.status, copy.attempts, copy.keys) == ("no", "GET /jobs", 400, 2, ("limit",))


async def test_a_client_is_used_open(connect: Callable[..., Client]) -> None:
    client = connect(script(good()))
    with pytest.raises(RuntimeError, match="async with"):
        await client.get("/backends")
    async with client:
        await client.get("/backends")
    with pytest.raises(RuntimeError, match="async with"):
        await client.get("/backends")


@pytest.mark.parametrize("options", [{"concurrency": 0}, {"max_attempts": 0}])
def test_senseless_bounds_are_refused(connect: Callable[..., Client], options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        connect(**options)
