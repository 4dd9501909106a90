"""The key goes to the configured host, where the API asks for it, and nowhere else: no log, message or exception."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from ionq_data.api import Client
from ionq_data.api import errors as api_errors
from ionq_data.api.address import locate, parse_base_url

pytestmark = pytest.mark.anyio
GOOD = b'{"ok": true}'


async def test_the_key_is_sent_only_where_it_is_asked_for(connect: Callable[..., Client], key: str) -> None:
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        assert request.headers["User-Agent"].startswith("ionq-data/")
        return httpx.Response(200, content=GOOD, headers={"Set-Cookie": "a=b"})

    async with connect(handler, api_key=f" {key}\n") as client:
        await client.get("/whoami", authenticated=True)
        await client.get("/backends")
        await client.get("/backends", authenticated=False)
    assert seen == [f"apiKey {key}", None, None]


@pytest.mark.parametrize("missing", [None, "", "  \n"])
async def test_without_a_key_nothing_is_sent(connect: Callable[..., Client], missing: str | None) -> None:
    async with connect(lambda _: httpx.Response(200, content=GOOD), api_key=missing) as client:
        with pytest.raises(api_errors.AuthenticationError, match="none is configured"):
            await client.get("/jobs", authenticated=True)
        assert client.requests == 0
        await client.get("/backends")


@pytest.mark.parametrize("broken", ["two words", "line\nbreak", "Schlüssel", "nul\0"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(connect: Callable[..., Client], broken: str) -> None:
    with pytest.raises(api_errors.AuthenticationError) as caught:
        connect(api_key=broken)
    assert broken not in str(caught.value)
    assert repr(broken)[1:-1] not in str(caught.value)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/v0.4/jobs",
        "https://api.test.evil.test/v0.4/jobs",
        "https://api.test@evil.test/v0.4/jobs",
        "https://user@api.test/v0.4/jobs",
        "https://api.test:8443/v0.4/jobs",
        "http://api.test/v0.4/jobs",
        "//evil.test/v0.4/jobs",
        "ftp://api.test/v0.4/jobs",
    ],
)
async def test_a_link_elsewhere_is_not_followed(connect: Callable[..., Client], link: str) -> None:
    async with connect(lambda _: httpx.Response(200, content=GOOD)) as client:
        with pytest.raises(api_errors.RedirectRefused):
            await client.get(link, authenticated=True)
        assert client.requests == 0


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/jobs", "https://api.test/v0.4/jobs"),
        ("jobs", "https://api.test/v0.4/jobs"),
        ("/v0.4/jobs/a/results/probabilities", "https://api.test/v0.4/jobs/a/results/probabilities"),
        ("https://api.test/v0.4/jobs?next=b", "https://api.test/v0.4/jobs?next=b"),
        ("https://API.test:443/v0.4/jobs#x", "https://api.test/v0.4/jobs"),
    ],
)
def test_a_path_leads_to_the_configured_host(path: str, url: str) -> None:
    assert locate(parse_base_url("https://api.test/v0.4/"), path, None) == (url, f"GET {httpx.URL(url).path}")


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/../organizations",
        "/jobs/..",
        "/jobs/%2e%2E/x",
        "/jobs/..%2fx",
        "/jobs/\r\nHost: x",
        "/jobs/a\\..\\b",
        "/./x",
    ],
)
async def test_an_id_cannot_lead_out_of_its_endpoint(connect: Callable[..., Client], path: str) -> None:
    async with connect(lambda _: httpx.Response(200, content=GOOD)) as client:
        with pytest.raises(api_errors.RequestRefused) as caught:
            await client.get(path, authenticated=True)
        assert client.requests == 0
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.test/steal?token=abc", "evil.test"),
        ("/elsewhere", "api.test"),
        ("http://evil.test:port/", "unreadable"),
        (None, "api.test"),
    ],
)
async def test_a_redirect_is_refused_and_its_host_named(
    connect: Callable[..., Client], status: int, location: str | None, named: str
) -> None:
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(status, headers={} if location is None else {"Location": location})

    async with connect(handler) as client:
        with pytest.raises(api_errors.RedirectRefused, match=named) as caught:
            await client.get("/jobs", authenticated=True)
    assert hosts == ["api.test"]
    assert "token" not in str(caught.value)


async def test_a_redirect_over_a_real_connection_reaches_nobody(
    connect: Callable[..., Client], loopback: Callable[..., Any], key: str
) -> None:
    async def never(head: str, writer: asyncio.StreamWriter) -> None:
        raise AssertionError(f"followed: {head}")

    async with loopback(never) as other:

        async def redirect(head: str, writer: asyncio.StreamWriter) -> None:
            writer.write(
                f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{other.port}/\r\nContent-Length: 0\r\n\r\n".encode()
            )

        async with loopback(redirect) as server, connect(base_url=f"http://127.0.0.1:{server.port}/v0.4") as client:
            with pytest.raises(api_errors.RedirectRefused):
                await client.get("/jobs", authenticated=True)
        assert (len(server.heads), other.connections) == (1, 0)
        assert f"authorization: apikey {key}" in server.heads[0].lower()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.ionq.co/v0.4",
        "http://127.0.0.1.evil.test/",
        "http://localhost.evil.test/",
        "http://0.0.0.0:8000/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "https://user:pass@api.ionq.co/v0.4",
        "https://api.ionq.co/v0.4?x=1",
        "https:///v0.4",
        "api.ionq.co/v0.4",
        "https://api.test:port/",
        "",
    ],
)
def test_a_base_url_that_is_not_safe_is_refused(connect: Callable[..., Client], url: str) -> None:
    with pytest.raises(api_errors.InsecureUrl) as caught:
        connect(base_url=url)
    assert "pass@" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://api.ionq.co/v0.4", "http://localhost:8000/v0.4/", "http://127.1.2.3:1/v0.4", "http://[::1]:9/v0.4"]
)
def test_tls_and_this_machine_are_fine(connect: Callable[..., Client], url: str) -> None:
    assert url.rstrip("/") in repr(connect(base_url=url))


async def test_plain_http_to_this_machine_never_goes_through_a_proxy(
    connect: Callable[..., Client], loopback: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with loopback(answer) as server, loopback(answer) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with connect(base_url=f"http://127.0.0.1:{server.port}/v0.4") as client:
            await client.get("/whoami", authenticated=True)
    assert (len(server.heads), proxy.connections) == (1, 0)


async def test_a_proxy_for_https_gets_a_tunnel_and_no_key(
    connect: Callable[..., Client], loopback: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async def refuse(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    async with loopback(refuse) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        async with connect(max_attempts=1) as client:
            with pytest.raises(api_errors.ServiceUnavailable):
                await client.get("/whoami", authenticated=True)
    assert proxy.heads[0].startswith("CONNECT api.test:443 ")
    assert key not in "".join(proxy.heads)


def every_word_of(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    """Yield what anybody could print of an exception: text, repr, traceback, attributes, and the same of its chain."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield str(error)
    yield repr(error)
    yield repr(vars(error))
    yield "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    for value in vars(error).values():
        yield from (str(getattr(value, "headers", "")), str(getattr(getattr(value, "headers", None), "raw", "")))
    yield from every_word_of(error.__cause__, seen)
    yield from every_word_of(error.__context__, seen)


def echoing(status: int) -> Callable[[httpx.Request], httpx.Response]:
    """A server that repeats the key wherever it can."""

    def handler(request: httpx.Request) -> httpx.Response:
        sent = request.headers["Authorization"].removeprefix("apiKey ")
        body = {"message": f"your key {sent} is odd", "validation": {"keys": [sent], "source": sent}}
        headers = {"Location": f"https://{sent}.test/{sent}", "Retry-After": sent, "Date": sent}
        if status == 200:
            return httpx.Response(200, headers=headers, content=f"<html>{sent}</html>".encode())
        return httpx.Response(status, headers=headers, json=body)

    return handler


def failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("cut", request=request)


@pytest.mark.parametrize(
    "handler",
    [*(echoing(status) for status in (200, 302, 400, 401, 403, 404, 418, 429, 503)), failing],
)
async def test_no_error_or_log_line_carries_the_key(
    connect: Callable[..., Client], caplog: pytest.LogCaptureFixture, key: str, handler: Callable[..., httpx.Response]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connect(handler, max_attempts=2) as client:
        # A bare pytest.raises would keep the frames of this test, whose variables hold the key by intent.
        error: BaseException | None = None
        try:
            await client.get(f"/jobs/{key}/{quote(key, safe='')}", params={"next": key}, authenticated=True)
        except api_errors.ApiError as raised:
            error = raised
        assert error is not None
        shown = f"{client!r} {client!s}"
        assert error.__cause__ is None
        assert error.__context__ is None
        error.__traceback__ = None
    words = [shown, caplog.text, *(repr(vars(record)) for record in caplog.records), *every_word_of(error, set())]
    for form in (key, base64.b64encode(key.encode()).decode(), key.encode().hex(), quote(key, safe="")):
        assert not [word for word in words if form in word]


async def test_no_error_of_a_real_connection_carries_the_key(
    connect: Callable[..., Client], loopback: Callable[..., Any], caplog: pytest.LogCaptureFixture, key: str
) -> None:
    caplog.set_level(logging.DEBUG)

    async def hang_up(head: str, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with loopback(hang_up) as server:
        async with connect(base_url=f"http://127.0.0.1:{server.port}/v0.4", max_attempts=2) as client:
            error: BaseException | None = None
            try:
                await client.get("/jobs", authenticated=True)
            except api_errors.ServiceUnavailable as raised:
                error = raised
        assert error is not None
        assert error.__cause__ is None
        assert error.__context__ is None
        # All frames but that of this test, which holds the key by intent, with the values of their variables.
        assert error.__traceback__ is not None
        error.__traceback__ = error.__traceback__.tb_next
        assert "endpoint = " in "".join(every_word_of(error, set()))
    assert any(key in head for head in server.heads)
    # The server of this test is no part of what is checked, only what client, httpx and httpcore wrote.
    assert key not in caplog.text
    assert not [word for word in every_word_of(error, set()) if key in word]
