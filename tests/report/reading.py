"""Read a report's file as a program would: its figures, its tables, and the data that its charts draw."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

Attributes = list[tuple[str, str | None]]


@dataclass
class Report:
    """What a page says.

    ``figures`` are the attributes of each card by its name, ``tables`` the exact values of each row by heading,
    ``alerts`` the title and reason of each.
    """

    figures: dict[str, dict[str, str]] = field(default_factory=dict)
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def rows(self, dataset: str) -> list[dict[str, Any]]:
        """Return the rows of a data set that charts draw."""
        columns = {name: unpack(column) for name, column in self.data["datasets"][dataset]["columns"].items()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read_report(data_dir: Path) -> Report:
    """Read the report of a data directory."""
    reader = _Reader()
    reader.feed((data_dir / "report" / "index.html").read_text(encoding="utf-8"))
    reader.close()
    return reader.report


def unpack(column: Any) -> list[Any]:
    """Return the values of an embedded column, as the page's script does."""
    if isinstance(column, list):
        return column
    if "words" in column:
        return [column["words"][position] for position in unpack(column["at"])]
    runs = column["runs"]
    return [value for value, count in zip(runs[::2], runs[1::2], strict=True) for _ in range(count)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.report = Report()
        self._inside: list[str] = []
        self._block = ""
        self._headings: list[str] = []
        self._cells: list[str] = []
        self._is_data = False
        self._is_reason = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.report.elements.append((tag, attributes))
        self._inside.append(tag)
        if "data-figure" in attributes:
            self.report.figures[attributes["data-figure"]] = attributes
        if tag == "div" and "block" in attributes.get("class", "").split():
            self._block, self._headings = attributes["id"], []
            self.report.tables[self._block] = []
        if tag == "tr":
            self._cells = []
        if tag == "td":
            self._cells.append(attributes["data-value"])
        if tag == "li" and "alert" in attributes.get("class", "").split():
            self.report.alerts.append(("", ""))
        self._is_reason = attributes.get("class") == "reason"
        self._is_data = attributes.get("id") == "report-data"

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self._cells:
            self.report.tables[self._block].append(dict(zip(self._headings, self._cells, strict=True)))
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._is_data and self._inside[-1] == "script":
            self.report.data = json.loads(data)
        elif "th" in self._inside and data.strip():
            self._headings.append(data.strip())
        if {"li", "strong"} <= set(self._inside):
            title, reason = self.report.alerts[-1]
            self.report.alerts[-1] = (title + data, reason)
        elif self._is_reason and self._inside[-1] == "p":
            title, reason = self.report.alerts[-1]
            self.report.alerts[-1] = (title, reason + data)
        if not {"script", "style"} & set(self._inside):
            self.report.text += data
