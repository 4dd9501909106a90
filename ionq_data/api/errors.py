"""Errors between this program and the API, one class for each case that a caller may want to distinguish.

Each message says what happened, at which endpoint, and what to do next. None of them, nor anything chained to them,
carries the API key: they are raised away from the transport's own exceptions, whose requests hold the headers.
"""

from __future__ import annotations


class ApiError(Exception):
    """Base of everything the client raises on purpose; catch it to survive any failure of the API.

    `endpoint` is the method and path without the query, `status` the HTTP status or None if no answer came,
    `attempts` how many requests were made before giving up (0 if it was refused before sending).
    """

    def __init__(self, message: str, *, endpoint: str = "", status: int | None = None, attempts: int = 0) -> None:
        super().__init__(message)
        self.endpoint = endpoint
        self.status = status
        self.attempts = attempts


class AuthenticationError(ApiError):
    """Raised when there is no usable key, or the API does not accept the one it was given (401)."""


class PermissionDenied(ApiError):
    """Raised when the key is good but may not see this (403)."""


class NotFound(ApiError):
    """Raised when the API does not know the thing that was asked for (404)."""


class BadRequest(ApiError):
    """Raised when the API refuses a parameter (400); `keys` names it, from `validation.keys` of the answer."""

    keys: tuple[str, ...] = ()


class RequestRefused(ApiError):
    """Raised for any other status that asking again cannot change, and for a path that cannot be sent."""


class ServiceUnavailable(ApiError):
    """Raised when every attempt met a rate limit, a failing server, a timeout or a broken connection."""


class InvalidAnswer(ApiError):
    """Raised when the API said yes but sent no usable JSON: markup, a cut-off or oversized body, another shape."""


class RedirectRefused(ApiError):
    """Raised instead of following a redirect, or a link that leads away from the configured host."""


class PaginationError(ApiError):
    """Raised when a listing cannot come to an end: a cursor or a page that was already seen, or too many pages."""


class InsecureUrl(ApiError):
    """Raised for a base URL over which a key must not travel: plain http off this machine, or one with credentials."""
