"""Print the rows of any query: as a table or row by row for people, as JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.text import Text

from ionq_data.cli.output import clean, console, print_json
from ionq_data.cli.tables import Column, needed_width, print_table

_FORMULA = re.compile(r"(?!(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\Z)[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet takes for a formula; a number is none."""
_LONGEST_CELL = 60


@dataclass(frozen=True)
class Result:
    """A query's rows with the names of their columns."""

    names: Sequence[str]
    rows: Sequence[Sequence[Any]]


def print_result(result: Result) -> None:
    """Print a result for a person: as a table where that fits the terminal, else row by row."""
    names = [clean(name) for name in result.names]
    numeric = [_is_numeric(row[n] for row in result.rows) for n in range(len(names))]
    columns = [Column(name, "right" if is_number else "left") for name, is_number in zip(names, numeric, strict=True)]
    entries = [[cell(value) for value in row] for row in result.rows]
    if entries and needed_width(columns, entries) > console().width:
        _print_records(names, entries)
    else:
        print_table("", columns, entries, empty="No row.")


def print_machine_readable(result: Result, *, as_json: bool) -> None:
    """Print a result as JSON, or as CSV without formulas."""
    if as_json:
        print_json([dict(zip(result.names, row, strict=True)) for row in result.rows])
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.names)
    writer.writerows([_csv_cell(value) for value in row] for row in result.rows)


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


def _print_records(names: Sequence[str], entries: Iterable[Sequence[str]]) -> None:
    """Print each row as lines of a name and a value, as ``psql`` does with wide tables."""
    width = max(map(len, names))
    for number, cells in enumerate(entries, start=1):
        console().print(Text(f"row {number}", style="bold"))
        for name, value in zip(names, cells, strict=True):
            console().print(Text(f"  {name:<{width}}  ", style="dim") + Text(value), soft_wrap=True)


def _csv_cell(value: Any) -> Any:
    """Return a value for CSV; a text that a spreadsheet would run gets an apostrophe before it."""
    if isinstance(value, list | dict):
        return json.dumps(value, default=str)
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _is_numeric(values: Any) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in known)
