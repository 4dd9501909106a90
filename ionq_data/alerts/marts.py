"""Read the published marts as plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb


def rows(warehouse: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a query by column name."""
    found = warehouse.execute(query, dict(values))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def as_utc(moment: datetime) -> datetime:
    """Return a time as the warehouse keeps it: in UTC, without a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
