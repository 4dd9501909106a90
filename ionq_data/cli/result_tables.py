"""Print the rows of any query: a table that fits the terminal, JSON, or CSV without formulas."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ionq_data.cli.output import Column, clean, print_json, print_table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 60
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Result:
    """A query's rows with the names of their columns, and what they are about."""

    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    caption: str = ""


def print_result(result: Result, *, as_json: bool, as_csv: bool) -> None:
    """Print a result for a person, or for a program."""
    if as_json:
        print_json([dict(zip(result.names, row, strict=True)) for row in result.rows])
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(result.names)
        writer.writerows([_csv_cell(value) for value in row] for row in result.rows)
    else:
        numeric = [_is_numeric(row[n] for row in result.rows) for n in range(len(result.names))]
        columns = [
            Column(clean(name), "right" if is_number else "left")
            for name, is_number in zip(result.names, numeric, strict=True)
        ]
        rows = [[cell(value) for value in row] for row in result.rows]
        print_table(result.title, columns, rows, caption=result.caption)


def sparkline(values: Sequence[float | None]) -> str:
    """Return values as a line of small bars, the lowest to the highest of them; a gap is a space."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1
    steps = len(_LEVELS) - 1
    return "".join(" " if v is None else _LEVELS[round((v - low) / span * steps)] for v in values)


def cell(value: Any) -> str:
    """Return a value as a table shows it: money with its digits, times to the second, names made harmless."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if value == round(value, 2) else f"{value:,f}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return clean(str(value), longest=_LONGEST_CELL)


def _csv_cell(value: Any) -> Any:
    """Return a value for CSV; a text that a spreadsheet would run gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _is_numeric(values: Any) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in known)
