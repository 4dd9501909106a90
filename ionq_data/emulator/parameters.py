"""Query parameters, checked against the contract's types."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.datastructures import QueryParams

from ionq_data.emulator.instants import to_ms
from ionq_data.emulator.problems import bad_request

_INT32 = 1 << 31


def integer(query: QueryParams, name: str, default: int, *, least: int, most: int = _INT32 - 1) -> int:
    """Return an integer parameter; 400 if it is no integer or out of range."""
    text = query.get(name)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 10 or not least <= int(text) <= most:
        raise bad_request(name, f"must be an integer from {least} to {most}.")
    return int(text)


def boolean(query: QueryParams, name: str) -> bool | None:
    """Return a true/false parameter, None if it is absent; 400 if it is neither."""
    text = query.get(name)
    if text not in (None, "true", "false"):
        raise bad_request(name, "must be true or false.")
    return None if text is None else text == "true"


def choice(query: QueryParams, name: str, options: tuple[str, ...], *, required: bool = False) -> int | None:
    """Return the option that a parameter names, None if it is absent; 400 if it names no option."""
    text = query.get(name)
    if text is None and not required:
        return None
    if text not in options:
        raise bad_request(name, f"must be one of {', '.join(options)}.")
    return options.index(text)


def calendar_date(query: QueryParams, name: str) -> date:
    """Return a required date parameter (YYYY-MM-DD); 400 if it is absent or no date."""
    text = query.get(name, "")
    try:
        if len(text) != 10:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise bad_request(name, "must be a date such as 2026-01-31.") from None


def instant(query: QueryParams, name: str) -> int | None:
    """Return a date or date-time parameter in milliseconds since 1970 (UTC without a zone), None if absent."""
    text = query.get(name)
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return to_ms(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise bad_request(name, "must be a date or date-time in ISO 8601.") from None
