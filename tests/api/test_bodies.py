"""What is not JSON is asked for again and then refused; what is JSON is taken to the byte."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.api import Client, MalformedBody, check_json, split_array, split_page
from ionq_data.api.errors import InvalidAnswer

pytestmark = pytest.mark.anyio
NOT_JSON = {
    "markup": b"<html><body>Sign in to the network</body></html>",
    "malformed": b'{"jobs": [nope]}',
    "truncated": b'{"jobs": [{"id": "a"}, {"id": "b',
    "empty": b"",
    "two documents": b"{}{}",
    "latin-1": b'{"name": "Z\xfcrich"}',
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "NaN": b'{"amount": NaN}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_what_is_no_json_is_asked_for_again(connect: Callable[..., Client], body: bytes) -> None:
    left = [body, body]

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=left.pop() if left else b'{"id": "a"}')

    async with connect(handler) as client:
        assert (await client.get("/jobs/a", authenticated=True)).body == b'{"id": "a"}'
        assert client.requests == 3


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_what_stays_no_json_is_an_invalid_answer(connect: Callable[..., Client], body: bytes) -> None:
    async with connect(lambda _: httpx.Response(200, content=body), max_attempts=2) as client:
        with pytest.raises(InvalidAnswer, match=r"GET /v0\.4/jobs/a answered 200 with ") as caught:
            await client.get("/jobs/a", params={"token": "of-a-query"}, authenticated=True)
    assert client.requests == 2
    assert caught.value.status == 200
    assert len(str(caught.value)) < 300
    assert "Sign in" not in str(caught.value)
    assert "of-a-query" not in str(caught.value)


async def test_a_body_beyond_the_bound_is_refused_at_once(connect: Callable[..., Client]) -> None:
    body = json.dumps({"id": "x" * 5000}).encode()
    async with connect(lambda _: httpx.Response(200, content=body), max_body_bytes=1000) as client:
        with pytest.raises(InvalidAnswer, match="more than 1000 bytes"):
            await client.get("/jobs/a", authenticated=True)
        assert client.requests == 1


async def test_the_bound_counts_unpacked_bytes(connect: Callable[..., Client]) -> None:
    packed = gzip.compress(b'"' + b"x" * 1_000_000 + b'"')
    assert len(packed) < 10_000

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(packed))

    async with connect(handler, max_body_bytes=10_000) as client:
        with pytest.raises(InvalidAnswer, match="more than 10000 bytes"):
            await client.get("/backends")


async def test_a_compressed_body_is_read_and_a_damaged_one_asked_for_again(connect: Callable[..., Client]) -> None:
    whole = gzip.compress(b'{"id": "a"}')
    left = [b"\x00" + whole]

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept-Encoding"] == "gzip"
        stream = httpx.ByteStream(left.pop() if left else whole)
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=stream)

    async with connect(handler) as client:
        assert (await client.get("/jobs/a", authenticated=True)).body == b'{"id": "a"}'
        assert client.requests == 2


async def test_a_parser_of_the_caller_decides_inside_the_retries(connect: Callable[..., Client]) -> None:
    left = [b'{"backends": []}']
    async with connect(lambda _: httpx.Response(200, content=left.pop() if left else b'[{"a":1}]')) as client:
        _, records = await client.read("/backends", parse=split_array)
        assert records == [b'{"a":1}']
        assert client.requests == 2


async def test_half_a_character_in_a_name_costs_no_page(connect: Callable[..., Client]) -> None:
    body = rb'{"jobs": [{"name": "\ud83d"}, {"name": "ok"}], "next": null}'
    async with connect(lambda _: httpx.Response(200, content=body)) as client:
        answer = await client.get("/jobs", authenticated=True)
    assert json.loads(answer.body)["jobs"] == [{"name": "\ufffd"}, {"name": "ok"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=JSON, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_any_json_passes_unchanged(value: object, ascii_only: bool, indent: int | None) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert check_json(body) == body


@given(body=st.binary(max_size=80))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    try:
        assert check_json(body) == body
    except MalformedBody:
        return
    msgspec.json.decode(body)


@given(
    pieces=st.lists(
        st.sampled_from(["\\ud83d", "\\udE00", "\\ud83d\\ude00", "\\\\", "\\\\ud83d", "\\n", "\\u00e4", "a", '\\"']),
        max_size=12,
    )
)
def test_only_lone_halves_are_mended(pieces: list[str]) -> None:
    body = ('"' + "".join(pieces) + '"').encode()
    expected = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in json.loads(body))
    assert json.loads(check_json(body)) == expected
    assert len(check_json(body)) == len(body)


@given(records=st.lists(JSON, max_size=5), indent=st.sampled_from([None, 2]), cursor=st.none() | st.text())
def test_records_come_out_to_the_byte(records: list[object], indent: int | None, cursor: str | None) -> None:
    texts = [json.dumps(record, indent=indent).encode() for record in records]
    body = b'{"total": 7,\n "jobs": [ ' + b" , ".join(texts) + b' ], "next": ' + json.dumps(cursor).encode() + b"}"
    assert split_page(body, "jobs") == (texts, {"total": 7, "next": cursor})
    assert split_array(b"[" + b",".join(texts) + b"]") == texts


def test_a_list_that_is_null_is_empty() -> None:
    assert split_page(b'{"jobs": null, "next": ""}', "jobs") == ([], {"next": ""})
    assert split_page(b'{"jobs": null}', "jobs", required=False) == ([], {})


@pytest.mark.parametrize(
    "body", [b"[]", b"5", b'{"other": []}', b'{"jobs": {}}', b'{"jobs": [], "pages": 1e999}', b"{"]
)
def test_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        split_page(body, "jobs")
