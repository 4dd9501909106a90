"""Compaction: every version before is there after, at every moment in between and wherever it is cut off."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ionq_data.lake import Lake
from ionq_data.lake.compaction import PLANS, compact
from ionq_data.lake.lake import ordered_by_name
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.storage import LocalStorage
from ionq_data.lake.verification import verify
from ionq_data.resources import RESOURCES, Row, read_record

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
JOBS = RESOURCES["jobs"]
LATER = NOW + timedelta(hours=2)


def job(number: int, version: int) -> Row:
    raw = f'{{"id": "job-{number}", "name": "v{version}", "submitted_at": "2026-0{1 + number % 3}-02T00:00:00Z"}}'
    row = read_record(JOBS, raw.encode(), extracted_at=NOW + timedelta(minutes=version), run_id=f"run-{version}")
    assert isinstance(row, Row)
    return row


def versions(lake: Lake) -> set[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return set(
            connection.execute(
                f"select id, name, _hash, _extracted_at, _run_id from read_parquet('{lake.root}/jobs/**/*.parquet')"
            ).fetchall()
        )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["default"])
    for version in range(6):
        lake.append(JOBS, "default", [job(number, version) for number in range(9)])
        moment = NOW + timedelta(minutes=version)
        lake.record(
            "default",
            SyncRecord(
                resource="jobs",
                run_id=f"run-{version}",
                started_at=moment,
                finished_at=moment,
                complete=True,
                rows_written=9,
            ),
        )
    return lake


def files(lake: Lake) -> list[str]:
    return lake.files("jobs", "default")


def test_keeps_every_version_and_leaves_fewer_files(lake: Lake) -> None:
    before, count = versions(lake), len(files(lake))
    assert compact(lake, now=NOW).written == 4  # three months of jobs, and the ledger
    assert versions(lake) == before
    assert compact(lake, now=LATER).removed == 3 * 6 + 6
    assert versions(lake) == before
    assert len(files(lake)) == 4 < count
    assert verify(lake).is_sound
    assert len(lake.ledger("default")) == 6


def test_a_version_that_two_files_hold_is_kept_once(lake: Lake) -> None:
    lake.append(JOBS, "default", [job(number, 5) for number in range(9)])
    before = versions(lake)
    compact(lake, now=NOW)
    compact(lake, now=LATER)
    assert versions(lake) == before
    assert sum(pq.ParquetFile(lake.storage.local(name)).metadata.num_rows for name in files(lake)) == len(before) == 54
    assert max(filter(None, map(ordered_by_name, files(lake)))) == NOW + timedelta(minutes=5)  # that of its newest row


def test_leaves_merged_files_for_readers_that_have_listed_them(lake: Lake) -> None:
    listed = files(lake)
    compact(lake, now=NOW)
    compact(lake, now=NOW + timedelta(minutes=59))
    assert all(lake.storage.exists(name) for name in listed)


def test_removes_nothing_while_a_build_reads(lake: Lake) -> None:
    compact(lake, now=NOW)
    removed = threading.Event()

    def remove() -> None:
        compact(lake, now=LATER)
        removed.set()

    with lake.mirror() as folder:
        listed = list(folder.glob("jobs/**/*.parquet"))
        remover = threading.Thread(target=remove)
        remover.start()
        assert not removed.wait(0.3)
        assert all(path.exists() for path in listed)
    remover.join(timeout=10)
    assert removed.is_set()
    assert not all(path.exists() for path in listed)


def test_second_compaction_finds_nothing_to_do(lake: Lake) -> None:
    compact(lake, now=NOW)
    compact(lake, now=LATER)
    again = compact(lake, now=LATER + timedelta(hours=2))
    assert (again.merged, again.written, again.removed) == (0, 0, 0)


class DyingStorage(LocalStorage):
    """A storage whose owner is killed at its n-th change."""

    def __init__(self, root: Path, changes: int) -> None:
        super().__init__(root)
        self.left = changes

    def _spend(self) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1

    def write(self, name: str, content: bytes) -> None:
        self._spend()
        super().write(name, content)

    def delete(self, name: str) -> None:
        self._spend()
        super().delete(name)


@pytest.mark.parametrize("changes", range(0, 40, 3))
def test_is_right_wherever_it_is_killed(lake: Lake, changes: int) -> None:
    before = versions(lake)
    dying = Lake(lake.root, DyingStorage(lake.root, changes))
    for moment in (NOW, LATER):
        try:
            compact(dying, now=moment)
        except KeyboardInterrupt:
            break
    assert versions(lake) == before
    for hours in (1, 3, 5, 7):
        compact(lake, now=LATER + timedelta(hours=hours))
    assert versions(lake) == before
    with duckdb.connect() as connection:
        rows = connection.execute(f"select count(*) from read_parquet('{lake.root}/jobs/**/*.parquet')").fetchall()
    assert rows == [(54,)]
    assert not [name for name in lake.storage.list(PLANS) if name.endswith(".json")]
    assert verify(lake).is_sound


def test_readers_see_every_version_all_the_time(lake: Lake) -> None:
    before, wrong = versions(lake), []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            if (found := versions(lake)) != before:
                wrong.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    for round_ in range(6):
        for version in range(4):  # the same versions once more: nothing new to see, but more to merge
            lake.append(JOBS, "default", [job(number, version) for number in range(9)])
        compact(lake, now=NOW + timedelta(minutes=5 * round_))
    stop.set()
    reader.join()
    assert not wrong


def test_does_not_mix_a_file_of_an_older_schema_up(lake: Lake) -> None:
    name = files(lake)[0]
    path = lake.storage.local(name)
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["results"]), path)
    before = versions(lake)
    compact(lake, now=NOW)
    compact(lake, now=LATER)
    assert versions(lake) == before
    assert verify(lake).is_sound


def test_verify_names_what_is_wrong(lake: Lake) -> None:
    first, second, third = files(lake)[0:3]
    lake.storage.local(first).write_bytes(b"PAR1 not really PAR1")
    lake.storage.delete(second)
    lake.storage.write(third.replace("2026-01", "2026-03"), lake.storage.read(third))
    report = verify(lake)
    assert not report.is_sound
    told = "\n".join(f"{finding.where}: {finding.what}" for finding in report.findings)
    assert f"{first}: cannot be read" in told
    assert "says that 9 rows were written, but the lake has 6" in told
    assert "holds rows of 2026-01" in told


def test_verify_names_a_null_that_no_reader_expects_and_a_sync_that_ended_before_it_began(lake: Lake) -> None:
    sync = SyncRecord(
        resource="jobs", run_id="run-7", started_at=NOW, finished_at=NOW - timedelta(seconds=1), complete=True
    )
    lake.record("default", sync)
    name = files(lake)[0]
    table = pq.read_table(lake.storage.local(name))
    place = table.schema.get_field_index("_raw")
    nulls = pa.array([None, *table["_raw"].to_pylist()[1:]], table.schema.field(place).type)
    pq.write_table(table.set_column(place, "_raw", nulls), lake.storage.local(name))
    assert {
        ("_syncs: run run-7 of default/jobs", "finished before it started"),
        (name, f"_raw is null in 1 of {len(table)} rows"),
    } <= {(finding.where, finding.what) for finding in verify(lake).findings}
