"""Data for the page's script: in columns, with repeated texts and runs stored once, and safe inside HTML."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from ionq_data.report.blocks import Dataset

_DIGITS = 7
# "</script>" or "<!--" would end or swallow the element; U+2028 and U+2029 end a line in older JavaScript.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def embedded(value: Any) -> str:
    """Return JSON that can stand inside a ``<script>`` element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)


def packed(dataset: Dataset) -> dict[str, Any]:
    """Return a data set as the page's script reads it.

    A column is a list of values, or a dictionary of ``words`` with the position of each value in ``at``. A list with
    long runs of one value is stored as ``runs``: value, length, value, length and so on.
    """
    return {
        "mart": dataset.mart,
        "filters": dict(dataset.filters),
        "columns": {name: _column(values) for name, values in dataset.columns.items()},
    }


def _column(values: Sequence[Any]) -> Any:
    plain = [_plain(value) for value in values]
    if not any(isinstance(value, str) for value in plain):
        return _shortest(plain)
    words = {word: position for position, word in enumerate(dict.fromkeys(plain))}
    return {"words": list(words), "at": _shortest([words[value] for value in plain])}


def _shortest(values: list[Any]) -> Any:
    runs = [part for value, run in groupby(values) for part in (value, sum(1 for _ in run))]
    return {"runs": runs} if len(runs) < len(values) else values


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, datetime | date) else value
