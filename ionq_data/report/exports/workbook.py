"""An Excel workbook of the marts: one sheet each, with types, a frozen head and filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

MOST_ROWS = 1_048_575
"""The most rows of a sheet below its head; further rows go to another sheet."""
_LONGEST_TEXT = 32_767
_LONGEST_SHEET_NAME = 31
_BATCH = 10_000
_FORMATS = {"time": "yyyy-mm-dd hh:mm:ss", "date": "yyyy-mm-dd", "money": "#,##0.00####"}


def write_workbook(path: Path, connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> None:
    """Write the rows of each query to a sheet of its name. Times are UTC; texts must be neutralized already.

    Rows are written as they are read, so memory does not grow with their number.
    """
    # Text stays text: it becomes neither formula, link nor number.
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
        formats["head"] = book.add_format({"bold": True, "bottom": 1})
        for name, query in queries.items():
            cursor = connection.execute(query)
            columns = [column[0] for column in cursor.description or ()]
            _write_sheets(book, name, columns, _rows(cursor), formats)


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterable[Sequence[Any]]:
    while batch := cursor.fetchmany(_BATCH):
        yield from batch


def _write_sheets(
    book: Any, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], formats: Mapping[str, Any]
) -> None:
    sheet, part, line = _new_sheet(book, name, 1, columns, formats), 1, 0
    for values in rows:
        if line == MOST_ROWS:
            sheet.autofilter(0, 0, line, len(columns) - 1)
            part, line = part + 1, 0
            sheet = _new_sheet(book, name, part, columns, formats)
        line += 1
        for position, value in enumerate(values):
            _write_cell(sheet, line, position, value, formats)
    sheet.autofilter(0, 0, line, len(columns) - 1)


def _new_sheet(book: Any, name: str, part: int, columns: Sequence[str], formats: Mapping[str, Any]) -> Any:
    suffix = f" ({part})" if part > 1 else ""
    sheet = book.add_worksheet(name[: _LONGEST_SHEET_NAME - len(suffix)] + suffix)
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, max(10, min(len(column) + 4, 40)))
        sheet.write_string(0, position, column, formats["head"])
    return sheet


def _write_cell(sheet: Any, line: int, position: int, value: Any, formats: Mapping[str, Any]) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(line, position, value)
        case datetime():
            sheet.write_datetime(line, position, value.replace(tzinfo=None), formats["time"])
        case date():
            sheet.write_datetime(line, position, value, formats["date"])
        case Decimal():
            sheet.write_number(line, position, value, formats["money"])
        case int() | float():
            if value == value and abs(value) != float("inf"):  # a sheet has no cell for NaN and infinity
                sheet.write_number(line, position, value)
        case _:
            sheet.write_string(line, position, str(value)[:_LONGEST_TEXT])
