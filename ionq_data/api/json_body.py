"""Checks that a body is JSON and finds where its records begin and end. It does not interpret records."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])

# A surrogate pair (good), half of one (not a character), or any other escape: read in this order so that the
# backslash of `\\ud800` is not taken for the beginning of an escape.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


class MalformedBody(ValueError):
    """Raised when a body is not well-formed JSON in UTF-8, or not of the shape that was expected."""


def check_json(body: bytes) -> bytes:
    """Return the body if it is well-formed JSON; raise MalformedBody if not, without decoding any value.

    One thing is repaired: an escaped half of a surrogate pair (`\\ud800` alone), which a user can get into a name and
    which no strict parser takes, becomes `\\ufffd`. One such name must not make a page of jobs unreadable.
    """
    try:
        _scan(body)
        return body
    except MalformedBody:
        if not _HALF_CHARACTER.search(body):
            raise
    mended = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
    _scan(mended)
    return mended


def split_page(body: bytes, items: str, *, required: bool = True) -> tuple[list[bytes], dict[str, Any]]:
    """Split a page (an object with an array under the name `items`) into each record's exact bytes and the rest.

    The rest are the other top-level members, decoded. An array that is null is empty. Raises MalformedBody if it is no
    such object; where the contract does not require the array (`usage_data`), one that is absent is empty as well.
    """
    body = check_json(body)
    try:
        members = _MEMBERS.decode(body)
    except msgspec.DecodeError:
        raise MalformedBody(f"JSON that is no object with {items!r}") from None
    if required and items not in members:
        raise MalformedBody(f"an object without {items!r}")
    if bytes(members.get(items, b"null")) == b"null":
        members[items] = msgspec.Raw(b"[]")
    records = _split(members.pop(items), what=f"an object whose {items!r} is no array")
    try:
        return records, {name: msgspec.json.decode(value) for name, value in members.items()}
    except ValueError:  # msgspec's own error is one, and so is Python's limit on the digits of an integer
        raise MalformedBody(f"an unreadable member beside {items!r}") from None


def split_array(body: bytes) -> list[bytes]:
    """Split a body that is one array (`GET /backends`) into each record's exact bytes, or raise MalformedBody."""
    return _split(check_json(body), what="JSON that is no array")


def _split(array: bytes | msgspec.Raw, *, what: str) -> list[bytes]:
    try:
        return [bytes(record) for record in _ELEMENTS.decode(array)]
    except msgspec.DecodeError:
        raise MalformedBody(what) from None


def _scan(body: bytes) -> None:
    try:
        _ANYTHING.decode(body)
        if not body.isascii():
            body.decode()  # the scan above does not look whether text is valid UTF-8
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBody(_describe(body)) from None


def _describe(body: bytes) -> str:
    """Say in a few words what came instead of JSON, quoting nothing of it."""
    start = body[:200].lstrip()
    if not start:
        return "an empty body"
    if start.startswith(b"<"):
        return "markup instead of JSON (a proxy's or login page?)"
    return f"malformed or truncated JSON of {len(body)} bytes"
