"""The jobs behind a figure: a selection of jobs that an address can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

ADDRESS = "#jobs?"
LONGEST_CODE = 40
"""Letters of a failure code that the data set ``jobs`` keeps."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """The jobs behind a mark of a chart or a row of a table.

    Attributes:
        on: the date of a job that counts: ``ended``, on which its cost stands, or ``submitted``.
        since: the field with the first date. Without it, the last ``days`` count, or the page's whole period.
        span: the length from that date: that of the chart's ``bucket``, of the row's ``grain``, or a fixed one.
        fields: the field that each column of the data set ``jobs`` has to equal, by column.
    """

    on: Literal["ended", "submitted"]
    since: str = ""
    span: Literal["bucket", "grain", "day", "week", "month"] = "day"
    days: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    def address(self, row: Mapping[str, Any], *, since: date, today: date) -> str:
        """Return the address of the jobs behind a table's row; for charts, the page's script does that.

        Args:
            since: the first date of the page, and ``today`` its last.
        """
        first = row[self.since] if self.since else since
        until = _next(first, self.span) if self.since else today + timedelta(days=1)
        equal = {column: str(row[name])[:LONGEST_CODE] for column, name in self.fields.items() if row[name] is not None}
        return ADDRESS + urlencode({"on": self.on, "from": first.isoformat(), "until": until.isoformat(), **equal})


def _next(first: date, span: str) -> date:
    if span == "month":
        return (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if span == "week" else 1)
