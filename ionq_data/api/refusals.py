"""The error for each status that is final, in words that a person can act on."""

from __future__ import annotations

from typing import Any

import msgspec

from ionq_data.api.errors import (
    ApiError,
    AuthenticationError,
    BadRequest,
    NotFound,
    PermissionDenied,
    RequestRefused,
)

_LONGEST_QUOTE = 300

_REFUSALS: dict[int, tuple[type[ApiError], str]] = {
    400: (BadRequest, "the API does not accept a parameter of the request"),
    401: (
        AuthenticationError,
        "the API does not accept the key: check that it is complete, active and meant for this API",
    ),
    403: (
        PermissionDenied,
        "the key may not see this: ask the owner of the organization for access, or skip this resource",
    ),
    404: (NotFound, "the API does not know it: it was deleted, or the key belongs to another organization"),
}
_OTHER_REFUSAL = (RequestRefused, "repeating the request would not help: check the base URL and the version of the API")


def refusal(endpoint: str, status: int, body: bytes) -> ApiError:
    """Return the error for a final status, with what the API said about it.

    From the contract's error body: `message`, and for 400 `validation.keys` and `validation.source`. Any other body is
    passed over.
    """
    kind, advice = _REFUSALS.get(status, _OTHER_REFUSAL)
    said = _decode(body)
    validation = said.get("validation")
    validation = validation if isinstance(validation, dict) else {}
    listed = validation.get("keys")
    keys = tuple(_plain(key) for key in listed[:20]) if isinstance(listed, list) else ()
    message = f"{endpoint} answered {status}: {advice}"
    if keys:
        source = validation.get("source")
        where = f" in {_plain(source)}" if isinstance(source, str) else ""
        message += f"; refused{where}: {', '.join(keys)}"
    if said.get("message"):
        message += f"; the API says: {_plain(said['message'])}"
    error = kind(message, endpoint=endpoint, status=status, attempts=1)
    if isinstance(error, BadRequest):
        error.keys = keys
    return error


def _decode(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _plain(text: object) -> str:
    """Bring foreign text into one short printable line, so that it cannot forge log lines or move the cursor."""
    line = " ".join(str(text)[: 2 * _LONGEST_QUOTE].split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:_LONGEST_QUOTE]
