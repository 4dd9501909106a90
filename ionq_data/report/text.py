"""Prepare names that users typed for display: whatever they hold, they stay text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_LABEL = 60
LONGEST_CELL = 120

# Characters that reorder or hide the text around them: a chart has no <bdi> to contain them.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def shown(text: str, longest: int = LONGEST_CELL) -> str:
    """Return a text as one line without control characters, cut to a length with an ellipsis."""
    line = _UNSEEN.sub(" ", unicodedata.normalize("NFC", text[: 4 * longest])).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"


def distinct_labels(names: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Return a label for each id: its name, prepared for display, with the beginning of the id if names collide.

    Args:
        names: the name of each id; an id without a name is its own label.
    """
    labels = {key: shown(name or "", LONGEST_LABEL) or shown(key, LONGEST_LABEL) or "(no name)" for key, name in names}
    taken: dict[str, int] = {}
    for label in labels.values():
        taken[label] = taken.get(label, 0) + 1
    distinct: dict[str, str] = {}
    used: set[str] = set()
    for key, label in labels.items():
        candidate = label if taken[label] == 1 else f"{label} ({shown(key, 8)})"
        while candidate in used:
            candidate += "*"
        used.add(candidate)
        distinct[key] = candidate
    return distinct
