"""Tables as wide as the terminal: less important columns are dropped first, and figures are never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from ionq_data.cli.output import console, print_prose

_GAP = 2
_LEAST_TEXT = 10
"""The width that a column of texts keeps; below it, another column is left out instead."""


@dataclass(frozen=True)
class Column:
    """A column of a printed table.

    Attributes:
        rank: order in which columns are dropped if space is short, the greatest first; 0 stays.
        is_whole: its texts are not cut: two names that begin alike would look the same. Numbers never are.
        wraps: its texts go on in the next line instead of being cut.
        note: said below the table where the column is shown.
    """

    title: str
    align: Literal["left", "right"] = "left"
    rank: int = 0
    is_whole: bool = False
    wraps: bool = False
    note: str = ""


def numbers(*titles: str) -> list[Column]:
    """Return columns of numbers."""
    return [Column(title, "right") for title in titles]


def print_table(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    empty: str = "nothing yet",
) -> None:
    """Print a table; a column without any entry is left out, and a table without rows says so."""
    entries = list(rows)
    out = console()
    if not entries:
        out.print(Text(f"{title}: {empty}" if title else empty), soft_wrap=True)
        out.print()
        return
    filled = [n for n in range(len(columns)) if any(cells[n] for cells in entries)]
    widths = _widths(columns, entries)
    shown = _fitting(filled, columns, widths, out.width)
    if title:
        out.print(Text(title, style="bold"))
    cut = _cut({n: widths[n] for n in shown}, columns, out.width)
    _print(out, _table(cut, columns, entries))
    notes = [caption, *(columns[n].note for n in shown)]
    if missing := [columns[n].title for n in filled if n not in shown]:
        notes.append(f"Hidden columns: {', '.join(missing)}; widen the terminal or use --json.")
    if said := " ".join(note for note in notes if note):
        print_prose(said, style="dim")
    out.print()


def needed_width(columns: Sequence[Column], entries: Sequence[Sequence[str]]) -> int:
    """Return the least width in which a table of these columns can be read."""
    widths = _widths(columns, entries)
    return sum(_least(column, width) + _GAP for column, width in zip(columns, widths, strict=True)) - _GAP


def _widths(columns: Sequence[Column], entries: Sequence[Sequence[str]]) -> list[int]:
    return [max(cell_len(column.title), *(cell_len(cells[n]) for cells in entries)) for n, column in enumerate(columns)]


def _least(column: Column, width: int) -> int:
    return width if column.is_whole or column.align == "right" else min(width, max(_LEAST_TEXT, len(column.title)))


def _fitting(filled: Sequence[int], columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """Leave columns out, those of the greatest rank first, until the rest can be read."""
    shown = list(filled)
    while sum(_least(columns[n], widths[n]) + _GAP for n in shown) - _GAP > room:
        least_wanted = max(shown, key=lambda n: (columns[n].rank, n))
        if columns[least_wanted].rank == 0:
            break
        shown.remove(least_wanted)
    return shown


def _cut(widths: dict[int, int], columns: Sequence[Column], room: int) -> dict[int, int]:
    """Return the widths with the widest texts cut until all fit, as far as they may be."""
    cut = dict(widths)
    while sum(cut.values()) + _GAP * (len(cut) - 1) > room:
        spare = {n: width for n, width in cut.items() if width > _least(columns[n], widths[n])}
        if not spare:
            break
        cut[max(spare, key=lambda n: spare[n])] -= 1
    return cut


def _table(widths: dict[int, int], columns: Sequence[Column], entries: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for n, width in widths.items():
        column = columns[n]
        table.add_column(column.title, justify=column.align, header_style="dim", no_wrap=not column.wraps, width=width)
    for cells in entries:
        table.add_row(*(Text(cells[n], overflow="ellipsis", no_wrap=not columns[n].wraps) for n in widths))
    return table


def _print(out: Console, table: Table) -> None:
    """Print without the blanks that fill each line up: nobody wants them in a file."""
    for line in out.render_lines(table, pad=False):
        while line and not line[-1].text.strip():
            line.pop()
        if line:
            last = line.pop()
            line.append(Segment(last.text.rstrip(), last.style, last.control))
        out.print(Segments([*line, Segment.line()]), end="")
