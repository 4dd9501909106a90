"""The key is searched for, as it is and in disguise, in everything that a run leaves behind."""

from __future__ import annotations

import base64
import codecs
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pyarrow.parquet as pq
import pytest

from ionq_data.api import Client
from ionq_data.api.errors import ApiError
from ionq_data.config import Account, ConfigurationError, Settings
from ionq_data.ingest import open_client, sync
from ionq_data.lake import Lake
from tests.sync.bench import Bench
from tests.sync.upstream import KEY, Upstream


def disguises(key: str) -> Iterator[bytes]:
    """Yield the forms in which a key could lie about: readable, encoded, reversed, in pieces of a header."""
    for text in (
        key,
        key[::-1],
        key.upper(),
        codecs.encode(key, "rot13"),
        quote(key, safe=""),
        key.replace("-", "%2D"),
    ):
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode().hex().encode()
        yield text.encode().hex().upper().encode()
    for before in (b"", b"a", b"ab", b"apiKey ", b":", b"apiKey:"):  # base64 has three ways to write what stands inside
        encoded = base64.b64encode(before + key.encode() + b"\0\0")
        start = -(-len(before) * 4 // 3)
        for coded in (encoded, base64.urlsafe_b64encode(before + key.encode() + b"\0\0")):
            yield coded[start + 1 : start + 1 + len(key)]
    yield key[6:-6].encode()
    yield ", ".join(str(code) for code in key.encode()).encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in key).encode()


def finds(content: bytes) -> list[bytes]:
    return [form for form in disguises(KEY) if form in content]


def contents(path: Path) -> bytes:
    """Return a file's bytes, and of Parquet also what compression hides: every value, and the metadata."""
    found = path.read_bytes()
    if path.suffix == ".parquet":
        table = pq.ParquetFile(path).read()
        found += repr(table.to_pylist()).encode() + repr(table.schema.metadata).encode()
    return found


def assert_clean(folder: Path, *texts: str) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert not finds(contents(path)), path
        assert not finds(str(path).encode()), path
    for text in texts:
        assert not finds(text.encode("utf-8", "replace")), text


@pytest.mark.parametrize("form", list(disguises(KEY))[:3])
def test_the_search_would_find_it(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "x").write_bytes(b"something " + form + b" something")
    with pytest.raises(AssertionError):
        assert_clean(tmp_path)
    coded = base64.b64encode(b"Authorization: apiKey " + KEY.encode())
    assert finds(coded)


def echo(request: httpx.Request) -> httpx.Response | None:
    """Refuse in the ways of a server or proxy that quotes the request it was sent."""
    said = f"you sent {dict(request.headers)} for {request.url}"
    path = request.url.path
    if path.endswith("/cost"):
        return httpx.Response(403, json={"message": said, "validation": {"keys": [KEY, quote(KEY)]}})
    if path.endswith("/estimate"):
        return httpx.Response(400, json={"message": said, "validation": {"keys": [said]}})
    if "/organizations/" in path:
        return httpx.Response(302, headers={"Location": f"https://evil.example/{KEY}"})
    return httpx.Response(500, text=said) if path == "/v0.4/jobs" and "next" in request.url.params else None


def test_a_run_full_of_refusals_leaves_no_trace_of_the_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench = Bench(Upstream(), Lake(tmp_path / "lake"))
    bench.upstream.add_jobs(120)
    records = bench.sync()
    bench.upstream.meddle = echo
    bench.upstream.now = bench.upstream.now.replace(year=2027)
    bench.upstream.add_jobs(120)
    records += bench.sync(full=True)
    assert any(not record.complete for record in records)
    assert any("403" in reason for (reason,) in bench.versions("job_costs", "select coalesce(reason, '') from r"))
    assert_clean(tmp_path, repr(records), caplog.text, repr([r.__dict__ for r in caplog.records]))


@pytest.mark.parametrize("status", [401, 403, 500, 302])
def test_no_exception_carries_the_key(
    tmp_path: Path, status: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    settings = Settings(data_dir=tmp_path, accounts=(Account(organization_id="mine"),), max_attempts=1)

    def refuse(request: httpx.Request) -> httpx.Response:
        body = {"message": f"not for {request.headers.get('Authorization')}"}
        return httpx.Response(status, json=body, headers={"Location": f"https://x.example/?k={KEY}"})

    def connect(account: Account) -> Client:
        client = open_client(settings, account)
        client._given_transport = httpx.MockTransport(refuse)
        return client

    said = ""
    try:
        said = repr(sync(settings, Lake(settings.lake_dir), connect=connect))
    except (ApiError, ConfigurationError) as error:
        said = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)
    assert re.search(f"{status}", said)
    (tmp_path / "something").touch()
    assert_clean(tmp_path, said, caplog.text, repr(settings), repr(connect(Account())))
