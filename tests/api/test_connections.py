"""Real connections that go wrong: cut off, dripping, silent, dropped, untrusted; and good ones, reused."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ionq_data.api import Client, Timeouts
from ionq_data.api import errors as api_errors

pytestmark = pytest.mark.anyio
GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"id": "a"}'


async def write_good(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(GOOD)


def base_url(server: Any) -> str:
    return f"http://127.0.0.1:{server.port}/v0.4"


def after(bad: Callable[[asyncio.StreamWriter], Any], times: int) -> Callable[..., Any]:
    """Answer badly so many times, then well."""
    left = [bad] * times

    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        if left:
            await left.pop()(writer)
        else:
            writer.write(GOOD)

    return answer


async def cut_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": ')
    await writer.drain()
    writer.close()


async def cut_off_without_length(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"id": ')
    await writer.drain()
    writer.close()


async def no_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    writer.close()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


SHORT = Timeouts(connect_seconds=5, read_seconds=0.15, total_seconds=0.3)


@pytest.mark.parametrize("bad", [cut_off, cut_off_without_length, no_http, hang_up, say_nothing, drip])
async def test_a_bad_connection_is_followed_by_another(
    connect: Callable[..., Client], loopback: Callable[..., Any], bad: Callable[..., Any]
) -> None:
    async with loopback(after(bad, 2)) as server, connect(base_url=base_url(server), timeouts=SHORT) as client:
        assert (await client.get("/jobs/a", authenticated=True)).body == b'{"id": "a"}'
        assert client.requests == len(server.heads) == 3


@pytest.mark.parametrize(
    ("bad", "kind", "words"),
    [
        (cut_off, api_errors.InvalidAnswer, "answered 200 but closed the connection early"),
        (cut_off_without_length, api_errors.InvalidAnswer, "truncated JSON"),
        (drip, api_errors.InvalidAnswer, "answered 200 but did not finish within 0.3 s"),
        (hang_up, api_errors.ServiceUnavailable, "closed the connection early"),
        (no_http, api_errors.ServiceUnavailable, "closed the connection early"),
        (say_nothing, api_errors.ServiceUnavailable, "sent nothing for 0.15 s"),
    ],
)
async def test_a_lasting_one_is_named(
    connect: Callable[..., Client], loopback: Callable[..., Any], bad: Any, kind: type[Exception], words: str
) -> None:
    options = {"timeouts": SHORT, "max_attempts": 2}
    async with loopback(after(bad, 2)) as server, connect(base_url=base_url(server), **options) as client:
        with pytest.raises(api_errors.ApiError, match=words) as caught:
            await client.get("/jobs/a", authenticated=True)
    assert type(caught.value) is kind


async def test_a_body_that_drips_faster_than_the_read_timeout_still_ends(
    connect: Callable[..., Client], loopback: Callable[..., Any]
) -> None:
    options = {"timeouts": Timeouts(connect_seconds=5, read_seconds=30, total_seconds=0.2), "max_attempts": 1}
    async with loopback(after(drip, 9)) as server, connect(base_url=base_url(server), **options) as client:
        with pytest.raises(api_errors.InvalidAnswer, match=r"within 0\.2 s"):
            await asyncio.wait_for(client.get("/jobs/a", authenticated=True), timeout=10)


async def test_an_error_whose_explanation_is_cut_off_is_still_that_error(
    connect: Callable[..., Client], loopback: Callable[..., Any]
) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\n{")
        await writer.drain()
        writer.close()

    async with loopback(answer) as server, connect(base_url=base_url(server)) as client:
        with pytest.raises(api_errors.NotFound):
            await client.get("/jobs/a", authenticated=True)
        assert client.requests == 1


async def test_a_long_error_page_is_not_read_to_its_end(
    connect: Callable[..., Client], loopback: Callable[..., Any]
) -> None:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 200_000)

    async with loopback(answer) as server, connect(base_url=base_url(server)) as client:
        with pytest.raises(api_errors.PermissionDenied):
            await asyncio.wait_for(client.get("/jobs/a", authenticated=True), timeout=10)


async def test_nobody_listening_is_no_request(connect: Callable[..., Client], loopback: Callable[..., Any]) -> None:
    async with loopback(write_good) as server:
        closed = base_url(server)
    async with connect(base_url=closed, max_attempts=2) as client:
        with pytest.raises(api_errors.ServiceUnavailable, match="could not be reached"):
            await client.get("/jobs/a", authenticated=True)
        assert client.requests == 0


async def test_connections_are_reused_and_no_more_than_the_concurrency(
    connect: Callable[..., Client], loopback: Callable[..., Any]
) -> None:
    async with loopback(write_good) as server, connect(base_url=base_url(server), concurrency=3) as client:
        for _ in range(3):
            await asyncio.gather(*(client.get(f"/jobs/{n}") for n in range(20)))
    assert len(server.heads) == 60
    assert server.connections <= 3


async def test_a_certificate_is_checked_against_those_of_the_environment(
    connect: Callable[..., Client], loopback: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, private = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private)
    async with loopback(write_good, ssl=context) as server:
        url = base_url(server).replace("http:", "https:")
        async with connect(base_url=url) as client:
            with pytest.raises(api_errors.ServiceUnavailable, match="SSL_CERT_FILE") as caught:
                await client.get("/whoami", authenticated=True)
        assert caught.value.attempts == 1
        assert server.heads == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with connect(base_url=url) as client:
            assert (await client.get("/whoami", authenticated=True)).status == 200


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of its own authority for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
