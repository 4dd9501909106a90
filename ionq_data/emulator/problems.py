"""The API's error answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class Problem(Exception):
    """Ends a request with an error in the contract's shape (`Error` or `BadRequestError`)."""

    def __init__(self, status: int, message: str, *, keys: list[str] | None = None, source: str = "query") -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "statusCode": status,
            "error": HTTPStatus(status).phrase + (" Error" if status in (401, 404) else ""),
            "message": message,
        }
        if keys is not None:
            self.body["validation"] = {"keys": keys, "source": source}


def bad_request(key: str, message: str, *, source: str = "query") -> Problem:
    """Return a 400 that names the offending parameter."""
    return Problem(400, f'"{key}" {message}', keys=[key], source=source)


def unauthorized() -> Problem:
    """Return the 401 for a missing or unknown key."""
    return Problem(401, "Invalid key provided. Send a valid one as: Authorization: apiKey your-api-key")


def forbidden() -> Problem:
    """Return the 403 for a record of another organization or project."""
    return Problem(403, "This key may not see the resource.")


def not_found() -> Problem:
    """Return the 404 for a record that does not exist."""
    return Problem(404, "Resource not found.")
