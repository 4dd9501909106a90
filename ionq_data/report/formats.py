"""The formats of values for readers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ionq_data.report.blocks import Kind

MISSING = "–"
_MINUS = "−"
_SCALES = ((86400, "d"), (3600, "h"), (60, "min"))
_FRACTIONS = ((1e3, "ms"), (1e6, "µs"), (1e9, "ns"))


def written(value: Any, kind: Kind, unit: str = "") -> str:
    """Format a value.

    Args:
        unit: the currency of money; the unit of a metric (``fraction`` or ``seconds``).
    """
    if value is None:
        return MISSING
    match kind:
        case "money":
            return money(value, unit)
        case "change":
            return ("+" if value > 0 else "") + money(value, unit)
        case "count":
            return f"{value:,}"
        case "seconds":
            return duration(value)
        case "percent":
            return f"{100 * value:.1f} %".replace("-", _MINUS)
        case "fidelity":
            return f"{100 * value:.3f} %"
        case "metric":
            return f"{100 * value:.3f} %".replace("-", _MINUS) if unit == "fraction" else duration(value)
        case "slope":
            return _signed(f"{100 * value:.3f} pp" if unit == "fraction" else duration(value))
        case "number":
            return f"{value:,.2f}".replace("-", _MINUS)
        case "time":
            return f"{value:%Y-%m-%d %H:%M}"
        case "date":
            return f"{value:%Y-%m-%d}"
        case "month":
            return f"{value:%b %Y}"
        case "code":
            return str(value).replace("_", " ")
        case "text":
            return str(value)


def _signed(text: str) -> str:
    """Put a sign before a formatted value, unless all its digits are zero."""
    size = text.lstrip("-" + _MINUS)
    if not any(digit in size for digit in "123456789"):
        return size
    return f"+{size}" if size == text else _MINUS + size


def money(value: Decimal, currency: str) -> str:
    """Write an amount with two decimals: dollars with their sign, other units with their name."""
    amount = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    digits = f"{abs(amount):,.2f}"
    sign = _MINUS if amount < 0 else ""
    return f"{sign}${digits}" if currency == "USD" else f"{sign}{digits} {currency}".rstrip()


def duration(seconds: float) -> str:
    """Write a duration in the largest unit that it fills, down to nanoseconds."""
    size, sign = abs(seconds), _MINUS if seconds < 0 else ""
    for length, name in _SCALES:
        if size >= length * (2 if name == "min" else 1):
            return f"{sign}{size / length:.1f} {name}"
    if size >= 1 or size == 0:
        return f"{sign}{size:.3g} s"
    factor, name = next((each for each in _FRACTIONS if size * each[0] >= 1), _FRACTIONS[-1])
    return f"{sign}{size * factor:.3g} {name}"


def counted(number: int, noun: str) -> str:
    """Write a number of things: ``1 job``, ``2,000 jobs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def sortable(value: Any) -> str:
    """Return the exact value as text, which the page sorts by and tests compare."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
