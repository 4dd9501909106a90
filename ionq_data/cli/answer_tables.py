"""Print the rows of an answer as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

from ionq_data.cli.answers import Answer, Rows, Shown
from ionq_data.cli.output import clean, duration, money
from ionq_data.cli.tables import Column, print_table

MOST_BARS = 16
_LEVELS = "▁▂▃▄▅▆▇█"
_LONGEST_NAME = 28
_RIGHT = {"count", "money", "duration", "metric", "change", "share"}
_WHOLE = {"key", "time", "date", "flag", "bars"}
_NOTHING = "–"


def print_answer(
    answer: Answer, rows: Rows, *, as_of: datetime | None = None, empty: str = "nothing yet", **words: object
) -> None:
    """Print an answer's rows, with a last line of sums for each unit where it has sums.

    Args:
        as_of: what counted as now (UTC).
        words: what the title leaves open.
    """
    columns = [
        Column(
            c.title,
            "right" if c.kind in _RIGHT else "left",
            rank=c.rank,
            is_whole=c.kind in _WHOLE,
            note=c.note,
        )
        for c in answer.columns
    ]
    entries = [[written(row, c) for c in answer.columns] for row in [*rows, *_totals(answer, rows)]]
    title = answer.title.format(**words) + (f", as of {as_of:%Y-%m-%d %H:%M} UTC" if as_of else "")
    print_table(title, columns, entries, caption=answer.caption, empty=empty)


def written(row: Mapping[str, Any], column: Shown) -> str:
    """Write a value of a row out."""
    value, unit = row[column.key], row.get(column.unit)
    if value is None:
        return _NOTHING
    match column.kind:
        case "count":
            return f"{value:,}"
        case "money":
            return money(value, unit)
        case "duration":
            return duration(value)
        case "metric":
            return _measured(value, unit)
        case "change":
            return _change(value, unit)
        case "share":
            return f"{value:.1%}"
        case "time":
            return f"{value:%Y-%m-%d %H:%M}"
        case "date":
            return f"{value:%Y-%m-%d}"
        case "flag":
            return "!" if value else ""
        case "bars":
            from_nothing = column.title == "by month"
            return sparkline(thinned([point["value"] for point in value]), from_nothing=from_nothing)
        case "key" | "name":
            return clean(str(value), longest=None if column.kind == "key" else _LONGEST_NAME) or _NOTHING


def sparkline(values: Sequence[Any], *, from_nothing: bool = False) -> str:
    """Return values as a line of small bars, from the lowest of them, or nothing, to the highest; a gap is a space."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return ""
    low = 0.0 if from_nothing else min(known)
    span, steps = (max(known) - low) or 1.0, len(_LEVELS) - 1
    return "".join(" " if v is None else _LEVELS[round((float(v) - low) / span * steps)] for v in values)


def thinned(values: Sequence[Any], most: int = MOST_BARS) -> list[float | None]:
    """Return at most so many values: means of as many neighbours each, counted from the newest."""
    step = max(1, -(-len(values) // most))
    parts = [values[max(0, end - step) : end] for end in range(len(values), 0, -step)][::-1]
    known = [[float(value) for value in part if value is not None] for part in parts]
    return [fmean(part) if part else None for part in known]


def _totals(answer: Answer, rows: Rows) -> Rows:
    units = dict.fromkeys(row["currency"] for row in rows) if answer.sums and len(rows) > 1 else {}
    totals = []
    for unit in units:
        mine = [row for row in rows if row["currency"] == unit]
        total: dict[str, Any] = {column.key: None for column in answer.columns}
        total |= {answer.columns[0].key: "total", "currency": unit}
        total |= {key: sum(row[key] for row in mine) for key in answer.sums}
        for column in answer.columns:
            if column.kind == "bars":
                series = zip(*(row[column.key] for row in mine), strict=True)
                total[column.key] = [{"value": sum(point["value"] for point in points)} for points in series]
        totals.append(total)
    return totals


def _measured(value: float, unit: str | None) -> str:
    """Write a metric out: a fraction in percent, a time in the unit that fits."""
    if unit == "fraction":
        return f"{value * 100:.3f} %"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if abs(value) * factor >= 1:
            return f"{value * factor:.3g} {name}"
    return f"{value * 1e9:.3g} ns"


def _change(value: float, unit: str | None) -> str:
    """Write a change of a metric out with its sign, that of a fraction in percentage points."""
    size = f"{abs(value) * 100:.3f} pp" if unit == "fraction" else _measured(abs(value), unit)
    is_nothing = not any(digit in size for digit in "123456789")
    return size if is_nothing else f"{'+' if value > 0 else '−'}{size}"
