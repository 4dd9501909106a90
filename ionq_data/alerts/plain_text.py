"""Put what a user or a server wrote into a message, so that no receiver takes it for anything but text.

Chat services read markup, mentions and links out of messages. Characters that begin one of those are replaced by
look-alikes, and what nobody can see is left out.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_LONGEST_NAME = 60
_LOOK_ALIKES = str.maketrans(
    {"<": "‹", ">": "›", "@": "＠", "&": "＆", "#": "＃", "*": "∗", "`": "ʹ", "~": "∼", "|": "¦", "\\": "＼"}
    | {"[": "❲", "]": "❳", "{": "❴", "}": "❵", "$": "＄"}
)
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_EMPHASIS = re.compile(r"__+|(?<!\w)_|_(?!\w)")
_COLON = re.compile(r":(?=\S)")  # of a URL's scheme, or of an :emoji:
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")


def plain(text: str | None, *, at_most: int = _LONGEST_NAME) -> str:
    """Return a text on one line, without markup, mention or link, cut to a number of characters."""
    spaced = " ".join((text or "").split())
    line = "".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN).translate(_LOOK_ALIKES)
    line = _EMPHASIS.sub(lambda found: "＿" * len(found[0]), _COLON.sub("∶", line))
    return line if len(line) <= at_most else f"{line[: at_most - 1]}…"


def name(text: str | None) -> str:
    """Return a name that somebody chose, in quotation marks; what looks like a domain in it is no link either."""
    return f"“{_DOMAIN_DOT.sub('․', plain(text)) or 'no name'}”"


def money(amount: Decimal | None, currency: str | None) -> str:
    """Return an amount with two decimals and its currency."""
    return f"{amount or Decimal(0):,.2f} {plain(currency)}".strip()


def measured(value: float | None, unit: str | None) -> str:
    """Return a measured value: a fraction in percent, anything else with four digits and its unit."""
    if value is None:
        return "unknown"
    return f"{value * 100:.3f} %" if unit == "fraction" else f"{value:.4g} {plain(unit)}".strip()
