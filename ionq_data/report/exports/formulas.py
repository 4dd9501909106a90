"""Neutralize text that a spreadsheet would run as a formula, in all files that spreadsheets open."""

from __future__ import annotations

from collections.abc import Sequence

# Spreadsheets take a cell for a formula that starts with one of these, in the full-width form too; a tab or an end of
# line in front is dropped when the cell is read.
_DANGEROUS = r"^[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def neutralized(columns: Sequence[tuple[str, str]]) -> str:
    """Return the SQL select list that puts an apostrophe before every text that a spreadsheet would run.

    Args:
        columns: names and DuckDB types of the columns. A text that is a number stays as it is. A value that is
            neither text, number, time nor boolean, such as a list, becomes text.
    """
    return ", ".join(_column(name, kind) for name, kind in columns)


def _column(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == "VARCHAR":
        text = quoted
    elif kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "JSON")):
        text = f"{quoted}::varchar"
    else:
        return quoted
    is_formula = f"regexp_matches({text}, '{_DANGEROUS}') and not regexp_full_match({text}, '{_NUMBER}')"
    return f"case when {is_formula} then '''' || {text} else {text} end as {quoted}"
