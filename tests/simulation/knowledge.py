"""What somebody knows of a year who reads the API at its end with no code of the pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tests.simulation.year import START, Year
from tests.sql.comparing import not_numbers
from tests.sync.truth import current
from tests.truth.answers import Answers, read_everything
from tests.truth.comparing import report
from tests.truth.knowledge import Knowledge
from tests.truth.reference import REFERENCES, compare

LOOKS = {
    "backend_availability_daily",
    "cost_audit",
    "data_freshness",
    "dim_backends",
    "fct_backend_snapshots",
    "month_close",
    "rates_in_force",
}
"""Marts of what the API said at each look of the pipeline, which it does not say again afterwards."""
SETTLED = ("cost_status", "unsettled_jobs")
"""Columns that go by when each bill was asked for, and by which report confirmed it: not by the API's last answers."""
LASTING = sorted(REFERENCES.keys() - LOOKS)


def knowledge(year: Year) -> Knowledge:
    """Return what the API shows at the last two syncs of a year; of the jobs that are gone, what was last seen."""
    year.emulator.faults.clear()
    looks = []
    seen = _last_seen(year, "jobs")
    # jobs that are gone may alone have named a backend, or a list of backends that nobody kept
    retired = {json.loads(raw)["backend"] for _, raw, _ in [*seen, *_last_seen(year, "characterizations")]}
    with year.emulator.serve() as server:
        for hours in (26, 0):
            year.emulator.clock.set(year.now - timedelta(hours=hours))
            at = year.emulator.clock.now().replace(tzinfo=None)
            since = START - timedelta(days=30)
            looks.append(read_everything(server.base_url, server.api_key, at=at, since=since, retired=retired))
    return Knowledge([*_gone(year, looks[0], seen), *looks])


def differing_marts(year: Year, warehouse: Path) -> Iterable[str]:
    """Return how the marts differ from what the references make of the API's answers, a few sentences for each."""
    known = knowledge(year)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield from (f"{column} holds what is no number" for column in not_numbers(connection))
        for mart in LASTING:
            _, words = compare(connection, mart, known, but=SETTLED)
            if words:
                yield report(words, mart)


def _last_seen(year: Year, resource: str) -> list[tuple[str, bytes, datetime]]:
    """Return the last answer about each record that the lake has ever seen, with its time, the oldest first."""
    with duckdb.connect() as connection:
        return connection.execute(
            "select id, max_by(_raw, _extracted_at), max(_extracted_at) from read_parquet(?, union_by_name = true)"
            " group by id order by 3",
            [f"{year.lake.root}/{resource}/**/*.parquet"],
        ).fetchall()


def _gone(year: Year, first: Answers, seen: list[tuple[str, bytes, datetime]]) -> list[Answers]:
    """Return a look for each job that is gone: no API shows it any more, so it is taken from the lake."""
    costs = current(year.lake, "job_costs")
    return [
        Answers(
            at.replace(tzinfo=None),
            jobs={job_id: json.loads(raw)},
            costs={job_id: costs[job_id][0]} if job_id in costs else {},
            usage=first.usage,
        )
        for job_id, raw, at in seen
        if job_id not in first.jobs
    ]
