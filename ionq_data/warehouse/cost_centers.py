"""The rules that book cost on cost centers: a CSV that the user edits, and that is checked before a build reads it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ionq_data.warehouse.errors import BuildFailed

COLUMNS = ("cost_center", "organization", "project", "user", "backend", "tag", "name")
_WRITTEN = ("line", "cost_center", "organization", "project", "user", "backend", "tag_key", "tag_value", "name")


def write_rules(rules: Path | None, destination: Path) -> None:
    """Write the rules in the form that the dbt project reads: with line numbers, and with patterns of SQL.

    Without a file of rules, write a file without a row.

    Raises:
        BuildFailed: the file cannot be read, or a cell is wrong; the message names line and column.
    """
    rows = [] if rules is None else list(_rows(rules))
    with destination.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([_WRITTEN, *rows])


def _rows(rules: Path) -> Iterator[tuple[str, ...]]:
    lines = _read(rules)
    header = next(lines, None)
    if header is None:
        return
    at, names = header
    names = [name.strip() for name in names]
    for place, name in enumerate(names, start=1):
        if name not in COLUMNS or names.index(name) != place - 1:
            what = "is there twice" if name in COLUMNS else f"is none of {', '.join(COLUMNS)}"
            raise _wrong(rules, at, name or f"number {place}", f"the column {what}")
    if "cost_center" not in names:
        raise _wrong(rules, at, "cost_center", "the column is missing")
    for line, cells in lines:
        if len(cells) != len(names):
            column = names[min(len(cells), len(names)) - 1]
            raise _wrong(
                rules, line, column, f"there are {len(cells)} cells for {len(names)} columns (a comma in quotes?)"
            )
        yield _row(rules, line, dict(zip(names, (cell.strip() for cell in cells), strict=True)))


def _row(rules: Path, line: int, cells: dict[str, str]) -> tuple[str, ...]:
    if not cells["cost_center"]:
        raise _wrong(rules, line, "cost_center", "it is blank: name the cost center")
    key, has_value, value = (part.strip() for part in cells.get("tag", "").partition("="))
    if has_value and not (key and value):
        raise _wrong(rules, line, "tag", f"{cells['tag']!r} is not written like team=chemistry or team")
    if "*" in key:
        raise _wrong(rules, line, "tag", f"the key {key!r} has a *, which only its value may have")
    patterns = {name: _pattern(cells.get(name, "")) for name in ("project", "user", "backend", "name")}
    return (
        str(line),
        cells["cost_center"],
        cells.get("organization", ""),
        patterns["project"],
        patterns["user"],
        patterns["backend"],
        key,
        _pattern(value or "*") if key else "",
        patterns["name"],
    )


def _read(rules: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that is neither blank nor a note, with its number."""
    try:
        text = rules.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildFailed(f"Cannot read the cost centers in {rules}: {error}") from error
    for line, written in enumerate(text.splitlines(), start=1):
        if written.strip() and not written.startswith("#"):
            try:
                yield line, next(csv.reader([written], strict=True))
            except csv.Error as error:
                raise _wrong(rules, line, "cost_center", f"the line is no CSV: {error}") from error


def _pattern(cell: str) -> str:
    """Return a cell as a pattern of SQL's ``like`` with a backslash as its escape."""
    escaped = cell.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def _wrong(rules: Path, line: int, column: str, what: str) -> BuildFailed:
    return BuildFailed(
        f"{rules.name}, line {line}, column {column}: {what}. Correct {rules} and build again; the published tables "
        "are unchanged."
    )
