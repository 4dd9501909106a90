"""The results of a benchmark: figures against their targets, tables, and series whose slopes show growth."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

TOUCHES_ALL, TOUCHES_LITTLE = 1.05, 0.1
"""The steepest slopes allowed on a log-log line, for work that has to read everything and for work that has not."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One target of the design, the figure that was measured, and why it is missed if it is."""

    what: str
    target: str
    figure: str
    is_met: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Figures side by side."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One figure at several numbers of jobs.

    Attributes:
        most: the steepest slope that is allowed, None for no target.
        reason: why the slope is missed if it is.
    """

    what: str
    unit: str
    most: float | None
    values: Mapping[int, float]
    reason: str = ""

    @property
    def slope(self) -> float | None:
        """The slope of the least-squares line through the logarithms; None where there are fewer than two points."""
        points = [(math.log(jobs), math.log(value)) for jobs, value in self.values.items() if value > 0]
        if len(points) < 2:
            return None
        mean_x = sum(x for x, _ in points) / len(points)
        mean_y = sum(y for _, y in points) / len(points)
        spread = sum((x - mean_x) ** 2 for x, _ in points)
        return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


@dataclass(frozen=True, kw_only=True)
class Section:
    """All that one benchmark has found."""

    title: str
    rows: Sequence[Row] = ()
    tables: Sequence[Table] = ()
    series: Sequence[Series] = ()
    notes: Sequence[str] = field(default=())

    def to_json(self) -> str:
        """Return the section as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Section:
        """Read a section back."""
        found: dict[str, Any] = json.loads(text)
        return cls(
            title=found["title"],
            rows=[Row(**row) for row in found["rows"]],
            tables=[Table(**table) for table in found["tables"]],
            series=[
                Series(**series | {"values": {int(jobs): value for jobs, value in series["values"].items()}})
                for series in found["series"]
            ],
            notes=found["notes"],
        )
