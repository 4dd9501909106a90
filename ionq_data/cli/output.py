"""How facts are printed: lines for people, JSON for programs, one sentence for an error.

Names come from other people. They are shown as text: control characters, which a terminal would obey, and markers of
writing direction, which would reorder the line, are replaced.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

_LONGEST_NAME = 48
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def console(*, stderr: bool = False) -> Console:
    """Return the console for facts; without any style where the output is no terminal, or ``NO_COLOR`` is set."""
    return Console(stderr=stderr, highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")


def error_console() -> Console:
    """Return the console for progress and errors, so that facts can be piped."""
    return console(stderr=True)


def print_lines(*lines: str) -> None:
    """Print plain lines, markup and all as it stands."""
    for line in lines:
        console().print(Text(line), soft_wrap=True)


def print_prose(sentence: str, *, style: str = "") -> None:
    """Print a sentence, wrapped between words where it is longer than the terminal is wide."""
    out = console()
    for line in Text(sentence, style=style).wrap(out, out.width):
        line.rstrip()
        out.print(line)


def print_heading(words: str) -> None:
    """Print the heading of a part of what is told."""
    console().print(Text(words, style="bold underline"), soft_wrap=True)


def print_json(facts: Any) -> None:
    """Print facts as JSON: money as text, so that no digit is lost, and times in ISO 8601."""
    sys.stdout.write(json.dumps(facts, default=_jsonable, indent=2, ensure_ascii=True) + "\n")


def say_error(sentence: str) -> None:
    """Print an error on the error stream."""
    out = error_console()
    out.print(Text("Error: ", style="bold red") + Text(clean(sentence, longest=None)), soft_wrap=True)


def say_note(sentence: str) -> None:
    """Print a sentence about the facts on the error stream, so that it does not get among them."""
    error_console().print(Text(clean(sentence, longest=None), style="dim"), soft_wrap=True)


def clean(text: str, *, longest: int | None = _LONGEST_NAME) -> str:
    """Return text that a terminal shows and does not obey, on one line unless it may be of any length."""
    kept = "".join(
        c if unicodedata.category(c) not in _UNPRINTABLE or (longest is None and c == "\n") else "�" for c in text
    )
    return kept if longest is None or len(kept) <= longest else kept[: longest - 1] + "…"


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount with its currency, to the cent: ``1,234.50 USD``."""
    return "–" if amount is None else f"{amount:,.2f} {currency or ''}".rstrip()


def duration(seconds: float | None) -> str:
    """Return a duration in the two largest units that matter: ``2 h 05 min``."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24:02d} h"


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was, in its largest unit: ``3 h``."""
    if moment is None:
        return "never"
    seconds = max((now - moment).total_seconds(), 0)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _jsonable(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
