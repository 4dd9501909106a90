"""The period of the page, and the names that it shows: prepared once, for every query to join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from ionq_data.report.queries import fetch, fetch_one
from ionq_data.report.text import distinct_labels

MOST_PROJECTS = 24
MOST_SERIES = 8
MOST_USERS = 15
MOST_BACKENDS = 10
MOST_JOBS = 5_000
"""The most jobs that the page carries, at about 110 bytes each."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time that the page covers, and the projects and backends that it shows by name.

    Attributes:
        as_of: when the last complete look at the jobs began (UTC); None if there was none.
        today: the date of that look, or of the page's making.
        since: the first date shown, the first of a month.
        projects: labels of the projects that are shown by name, the costliest first.
        backends: the QPUs that are shown, the most used first.
        unshown_backends: the number of further QPUs.
    """

    as_of: datetime | None
    today: date
    since: date
    projects: tuple[str, ...]
    backends: tuple[str, ...]
    unshown_backends: int


def open_window(connection: duckdb.DuckDBPyConnection) -> Window:
    """Set the variables and temporary tables that the queries of this package use, and return them.

    The variables are ``as_of``, ``today``, ``since``, ``this_month`` and ``most_*``; the tables ``shown_projects``,
    ``shown_users`` and ``shown_backends``, each ``(id, label, place)``.
    """
    as_of = fetch_one(connection, "clock")["as_of"]
    today = (as_of or datetime.now(UTC)).date()
    since = date(today.year - 1, today.month, 1)
    variables = {
        "as_of": (as_of, "timestamp"),
        "today": (today, "date"),
        "since": (since, "date"),
        "this_month": (today.replace(day=1), "date"),
        "most_projects": (MOST_PROJECTS, "integer"),
        "most_series": (MOST_SERIES, "integer"),
        "most_users": (MOST_USERS, "integer"),
        "most_backends": (MOST_BACKENDS, "integer"),
        "most_jobs": (MOST_JOBS, "integer"),
    }
    for name, (value, kind) in variables.items():
        connection.execute(f"set variable {name} = $1::{kind}", [value])
    projects = _label(connection, "projects")
    _label(connection, "users")
    backends = _label(connection, "backends")
    return Window(
        as_of=as_of,
        today=today,
        since=since,
        projects=projects[:MOST_PROJECTS],
        backends=backends[:MOST_BACKENDS],
        unshown_backends=len(backends[MOST_BACKENDS:]),
    )


def _label(connection: duckdb.DuckDBPyConnection, what: str) -> tuple[str, ...]:
    """Fill ``shown_<what>`` with everything that has a name, in order, and return the labels."""
    rows = fetch(connection, f"shown_{what}")
    labels = distinct_labels((row["id"], row["name"]) for row in rows)
    _fill(connection, f"shown_{what}", ((key, label, place) for place, (key, label) in enumerate(labels.items(), 1)))
    return tuple(labels.values())


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[str, str, int]]) -> None:
    connection.execute(f"create or replace temp table {table} (id varchar, label varchar, place integer)")
    values = list(rows)
    if values:
        ids, labels, places = (list(column) for column in zip(*values, strict=True))
        connection.execute(f"insert into {table} select unnest($1), unnest($2), unnest($3)", [ids, labels, places])
