"""Counts kept month by month are those that a look at every version would give."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_data.lake import Lake, LakeError, counts
from ionq_data.lake.compaction import compact
from ionq_data.lake.counts import NOTES, Counts, count_records, count_rejected
from ionq_data.lake.verification import verify
from ionq_data.resources import RESOURCES, Rejection, read_record
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES
from tests.lake.test_pending import NOW, job

MARCH, APRIL = "2026-03-05T00:00:00Z", "2026-04-05T00:00:00Z"
CHANGES = st.lists(
    st.one_of(
        st.tuples(
            st.just("job"),
            st.integers(0, 4),
            st.sampled_from(["submitted", "completed", "odd", 7]),
            st.sampled_from([True, True, "soon", None]),
            st.booleans(),
        ),
        st.tuples(st.just("look")),
    ),
    max_size=12,
)


def looked_at(lake: Lake) -> Counts:
    """Count in plain Python over every version."""
    paths = lake.local(lake.files("jobs", "default"))
    columns = "id, status, _deleted, submitted_at, _problems, _extracted_at, _run_id"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.execute(f"select {columns} from read_parquet($paths)", {"paths": paths}).fetchall()
    current: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: row[5:]):
        current[row[0]] = row
    return Counts(
        rows=len(current),
        newest=max((row[3].astimezone(UTC) for row in rows if row[3]), default=None),
        open=sum(not row[2] and row[1] not in TERMINAL_STATUSES for row in current.values()),
        problems=sum(bool(row[4]) for row in current.values()),
    )


def tell(lake: Lake, changes: Iterable[tuple[Any, ...]]) -> None:
    for at, (what, *details) in enumerate(changes):
        if what == "look":
            count_records(lake, "default", JOBS)
        else:
            number, status, submitted_at, deleted = details
            if submitted_at is True:  # the month of a job is the same whenever it can be read
                submitted_at = APRIL if number % 2 else MARCH
            job(lake, number, status, at, submitted_at=submitted_at, deleted=deleted)


@given(changes=CHANGES)
@settings(max_examples=25)
def test_counts_are_those_of_a_look_at_everything(changes: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        lake.ensure(["default"])
        tell(lake, changes)
        found = count_records(lake, "default", JOBS)
        assert found == looked_at(lake)
        assert count_records(lake, "default", JOBS) == found
        assert verify(lake).is_sound


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["default"])
    tell(lake, [("job", 1, "submitted", MARCH, False), ("job", 2, "completed", APRIL, False)])
    return lake


def test_a_month_that_has_not_changed_is_not_read_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    count_records(lake, "default", JOBS)
    read: list[str] = []
    count = counts._count
    monkeypatch.setattr(counts, "_count", lambda *given: read.extend(given[3]) or count(*given))
    assert count_records(lake, "default", JOBS).open == 1
    assert not read
    job(lake, 1, "completed", 9, submitted_at=MARCH)
    assert count_records(lake, "default", JOBS).open == 0
    assert {name.split("/")[2] for name in read} == {"submitted_month=2026-03"}


def test_a_status_that_can_no_longer_be_read_counts_as_open(lake: Lake) -> None:
    job(lake, 2, 7, 9, submitted_at=APRIL)
    assert count_records(lake, "default", JOBS).open == 2


def test_compaction_changes_no_count(lake: Lake) -> None:
    before = count_records(lake, "default", JOBS)
    job(lake, 1, "submitted", 5, submitted_at=MARCH)
    compact(lake)
    assert count_records(lake, "default", JOBS) == before


def test_damaged_notes_cost_a_count_and_nothing_else(lake: Lake) -> None:
    before = count_records(lake, "default", JOBS)
    lake.storage.write(f"{NOTES}/account=default/jobs.json", b"{'spoiled")
    assert count_records(lake, "default", JOBS) == before


def test_a_lake_that_may_only_be_read_is_counted_all_the_same(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LakeError("read-only")

    monkeypatch.setattr(lake.storage, "write", refuse)
    assert count_records(lake, "default", JOBS).rows == 2


def test_rejected_records_are_counted_once_by_resource(lake: Lake) -> None:
    assert count_rejected(lake, "default") == {}
    for raw in (b"{}", b"{}", b"[]"):
        found = read_record(JOBS, raw, extracted_at=datetime(2026, 6, 15, tzinfo=UTC), run_id="run")
        assert isinstance(found, Rejection)
        lake.reject(JOBS, "default", [found])
    assert count_rejected(lake, "default") == {"jobs": 2}


def test_every_resource_is_counted(lake: Lake) -> None:
    assert NOW
    assert {name: count_records(lake, "default", found).rows for name, found in RESOURCES.items()} == {
        name: 2 if name == "jobs" else 0 for name in RESOURCES
    }
