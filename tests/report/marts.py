"""The published marts as rows, to compare a page with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.report.reading import Report

Rows = list[dict[str, Any]]
TODAY = date(2026, 6, 17)
SINCE = date(2025, 6, 1)
QUEUED = "is_qpu and not dry_run and session_id is null and job_id = root_job_id"


class Marts:
    """The published marts, as rows."""

    def __init__(self, data_dir: Path) -> None:
        self.connection = duckdb.connect(str(data_dir / "warehouse.duckdb"), read_only=True)
        self.connection.execute("set TimeZone = 'UTC'")

    def __call__(self, mart: str, where: str = "") -> Rows:
        """Return the rows of a mart; the condition may stand in either argument."""
        cursor = self.connection.execute(f"from {mart}" + (f" where {where}" if where else ""))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


World = tuple[Report, Marts]
"""A page and the marts it was made from."""


def as_text(value: Any) -> str:
    """Return a value as the page holds it."""
    if value is None:
        return ""
    return (
        value.isoformat()
        if isinstance(value, date)
        else format(value, "f")
        if isinstance(value, Decimal)
        else str(value)
    )
