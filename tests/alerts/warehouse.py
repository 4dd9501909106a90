"""A published warehouse made by hand: the columns that the rules read, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

_TABLES = {
    "fidelity_trends": (
        "backend varchar, metric varchar, measured_at timestamp, value double, unit varchar, "
        "rolling_median_30d double, robust_z double, is_regression boolean"
    ),
    "fidelity_changes": (
        "backend varchar, metric varchar, changed_at timestamp, before double, after double, unit varchar, "
        "is_regression boolean, confidence double"
    ),
    "budget_status": (
        "organization varchar, project_id varchar, project_name varchar, month date, budget decimal(18, 6), "
        "spent decimal(18, 6), forecast decimal(18, 6), low decimal(18, 6), high decimal(18, 6), "
        "probability_of_exceeding double, currency varchar, budget_source varchar"
    ),
    "cost_anomalies": (
        "organization varchar, date date, project_id varchar, project_name varchar, cost decimal(18, 6), "
        "expected decimal(18, 6), currency varchar, score double, reason varchar, days integer"
    ),
}


def publish(data_dir: Path, *, built_at: datetime = NOW, **rows: Sequence[tuple[Any, ...]]) -> None:
    """Put a warehouse with some marts' rows in place of the one before."""
    data_dir.mkdir(parents=True, exist_ok=True)
    private = data_dir / "private.duckdb"
    with duckdb.connect(str(private)) as connection:
        connection.execute("set TimeZone = 'UTC'; create schema meta")
        connection.execute("create table meta.build (started_at timestamptz, project_hash varchar)")
        connection.execute("insert into meta.build values (?, 'hash')", [built_at])
        for name, columns in _TABLES.items():
            connection.execute(f"create table {name} ({columns})")
            for row in rows.get(name, ()):
                connection.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)
    private.replace(data_dir / "warehouse.duckdb")
