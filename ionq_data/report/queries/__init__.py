"""The report's SQL over the published marts, one file per question."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import duckdb


@cache
def sql(name: str) -> str:
    """Return the query of a file in this folder."""
    return (files(__name__) / f"{name}.sql").read_text(encoding="utf-8")


def fetch(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Run a query and return its rows by column name."""
    cursor = connection.execute(sql(name))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def fetch_one(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Run a query that returns one row."""
    (row,) = fetch(connection, name)
    return row


def fetch_columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, list[Any]]:
    """Run a query and return its columns."""
    cursor = connection.execute(sql(name))
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    return {key: [row[position] for row in rows] for position, key in enumerate(names)}
