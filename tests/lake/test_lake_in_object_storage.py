"""A whole lake in an object store: synced, killed, compacted and read, as right as one in a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from ionq_data.config import Settings
from ionq_data.lake import Lake, open_lake
from ionq_data.lake.compaction import compact
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.verification import verify
from ionq_data.resources import RESOURCES, STANDING
from tests.lake.test_compaction import LATER, NOW, job
from tests.sync.conftest import Bench
from tests.sync.upstream import Crash, Upstream

pytestmark = pytest.mark.slow


def with_history() -> Upstream:
    """An upstream with 120 jobs over two months, most of them done and paid, and a measurement."""
    upstream = Upstream(most_per_page=25)
    for number in range(120):
        submitted = upstream.now - timedelta(hours=12 * number)
        job_id = upstream.add_job(number, submitted)
        if number > 3:
            upstream.finish(job_id, submitted + timedelta(hours=1))
    measured = {"id": "c1", "date": "2026-06-01T00:00:00Z", "backend": "qpu.forte-1", "qubits": 36}
    upstream.characterizations["qpu.forte-1"] = [measured]
    return upstream


def current(lake: Lake) -> set[tuple[object, ...]]:
    """The newest version of every job: id, month, status and what it cost."""
    source = "read_parquet('{}/{}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
    latest = "qualify row_number() over (partition by {} order by _extracted_at desc, _run_id desc) = 1"
    with lake.mirror() as folder, duckdb.connect() as connection:
        jobs = f"select id, submitted_month, status from {source.format(folder, 'jobs')} {latest.format('id')}"
        costs = f"select job_id, cost_value from {source.format(folder, 'job_costs')} {latest.format('job_id')}"
        return set(connection.execute(f"from ({jobs}) left join ({costs}) on job_id = id").fetchall())


def test_syncs_are_the_same_as_into_a_folder(s3_lake: Lake, tmp_path: Path) -> None:
    into_store, into_folder = Bench(with_history(), s3_lake), Bench(with_history(), Lake(tmp_path / "lake"))
    for hours in (0, 1, 30):
        told = []
        for bench in (into_store, into_folder):
            bench.upstream.now += timedelta(hours=hours)
            bench.upstream.finish(f"{hours % 4:08x}-0000-4000-8000-000000000000", bench.upstream.now)
            told.append([(r.resource, r.complete, r.requests, r.rows_seen, r.rows_written) for r in bench.sync()])
        assert told[0] == told[1]
        assert all(complete for _, complete, *_ in told[0])
        assert current(s3_lake) == current(into_folder.lake)
    assert len(current(s3_lake)) == 120
    assert verify(s3_lake).is_sound


@pytest.mark.parametrize("requests", [pytest.param(9, marks=pytest.mark.prove), 90])
def test_a_sync_cut_off_goes_on_from_another_machine(s3_lake: Lake, s3_url: str, tmp_path: Path, requests: int) -> None:
    upstream = with_history()
    upstream.crash_after = requests
    with pytest.raises(Crash):
        Bench(upstream, s3_lake).sync()
    upstream.crash_after = None
    elsewhere = open_lake(Settings(data_dir=tmp_path / "another-machine", lake=s3_url))
    assert all(record.complete for record in Bench(upstream, elsewhere).sync())
    assert {row[0] for row in current(elsewhere)} == set(upstream.jobs)
    assert verify(elsewhere).is_sound


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.lake.test_lake_in_object_storage import with_history
from tests.sync.conftest import Bench
from ionq_data.config import Settings
from ionq_data.lake import open_lake
from ionq_data.lake.object_storage import ObjectStorage

def write(self, name, content, left=[int(sys.argv[3])], send=ObjectStorage.write):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    send(self, name, content)

ObjectStorage.write = write
Bench(with_history(), open_lake(Settings(data_dir=Path(sys.argv[2]), lake=sys.argv[1]))).sync()
"""


@pytest.mark.parametrize(
    "writes", [pytest.param(3, marks=pytest.mark.prove), 20, pytest.param(25, marks=pytest.mark.prove)]
)
def test_a_process_killed_while_it_writes_leaves_a_lake_that_the_next_sync_completes(
    s3_lake: Lake, s3_url: str, tmp_path: Path, writes: int
) -> None:
    arguments = [sys.executable, "-c", _KILLED, s3_url, str(tmp_path / "killed"), str(writes)]
    root = Path(__file__).parents[2]
    killed = subprocess.run(arguments, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert 0 < len(s3_lake.storage.list("")) <= writes
    upstream = with_history()
    assert all(record.complete for record in Bench(upstream, s3_lake).sync())
    assert {row[0] for row in current(s3_lake)} == set(upstream.jobs)
    assert verify(s3_lake).is_sound


@pytest.mark.prove
def test_two_machines_that_sync_at_once_are_both_right(s3_lake: Lake, s3_url: str, tmp_path: Path) -> None:
    elsewhere = open_lake(Settings(data_dir=tmp_path / "another-machine", lake=s3_url))
    benches = [Bench(with_history(), lake) for lake in (s3_lake, elsewhere)]
    complete: list[bool] = []
    threads = [
        threading.Thread(target=lambda bench=bench: complete.extend(r.complete for r in bench.sync()))
        for bench in benches
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(complete) == 2 * len(STANDING)
    assert all(complete)
    assert {row[0] for row in current(elsewhere)} == set(benches[0].upstream.jobs)
    assert len(current(s3_lake)) == 120


def append(lake: Lake, version: int) -> None:
    moment = NOW + timedelta(minutes=version)
    lake.append(RESOURCES["jobs"], "default", [job(number, version) for number in range(9)])
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


def versions(lake: Lake) -> set[tuple[object, ...]]:
    with lake.mirror() as folder, duckdb.connect() as connection:
        return set(connection.execute(f"select id, _run_id from read_parquet('{folder}/jobs/**/*.parquet')").fetchall())


def test_compaction_keeps_every_version_and_verify_agrees(s3_lake: Lake) -> None:
    s3_lake.ensure(["default"])
    for version in range(6):
        append(s3_lake, version)
    before = versions(s3_lake)
    assert compact(s3_lake, now=NOW).written == 4
    assert versions(s3_lake) == before
    assert compact(s3_lake, now=LATER).removed == 3 * 6 + 6
    assert versions(s3_lake) == before
    assert len(s3_lake.files("jobs", "default")) == 4
    assert verify(s3_lake).is_sound
    assert len(s3_lake.ledger("default")) == 6


def test_readers_elsewhere_see_every_version_while_files_are_merged_and_removed(
    s3_lake: Lake, s3_url: str, tmp_path: Path
) -> None:
    elsewhere = open_lake(Settings(data_dir=tmp_path / "another-machine", lake=s3_url))
    append(s3_lake, 0)
    before, wrong, stop = versions(s3_lake), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            if not before <= (found := versions(elsewhere)):
                wrong.append(before - found)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for round_ in range(3):
            for version in range(3):
                append(s3_lake, version)
            compact(s3_lake, now=NOW + timedelta(hours=2 * round_))
    finally:
        stop.set()
        reader.join()
    assert not wrong
    assert versions(elsewhere) == {(f"job-{n}", f"run-{v}") for v in range(3) for n in range(9)}


def test_two_machines_that_compact_at_once_lose_nothing(s3_lake: Lake, s3_url: str, tmp_path: Path) -> None:
    for version in range(5):
        append(s3_lake, version)
    before = versions(s3_lake)
    other = open_lake(Settings(data_dir=tmp_path / "another-machine", lake=s3_url))
    for hours in (0, 2, 4, 6):
        now = NOW + timedelta(hours=hours)
        threads = [threading.Thread(target=compact, args=(lake,), kwargs={"now": now}) for lake in (s3_lake, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert versions(s3_lake) == versions(other) == before
    assert verify(s3_lake).is_sound
