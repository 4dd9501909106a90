"""The lake that the benchmarks start from is the one that a first sync leaves behind."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.lake_writer import write_lake
from benchmarks.measuring import run_work
from benchmarks.simulated import simulate
from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Server
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources import RESOURCES, STANDING

pytestmark = pytest.mark.slow

JOBS = 600
OF_THE_RUN = ("_ordered_at", "_extracted_at", "_run_id", "first_answered_at")


def _sync(server: Server, root: Path) -> list[SyncRecord]:
    def connect(_: Account) -> Client:
        return Client(server.base_url, api_key=server.api_key)

    return sync(Settings(base_url=server.base_url, data_dir=root.parent, clock="server"), Lake(root), connect=connect)


def _current(root: Path, resource: str) -> pl.DataFrame:
    """The newest version of each record with the month it lies in, less what differs from run to run.

    The hash of an answer about a cost covers when it was first given; ``answer_hash`` covers the answer alone.
    """
    described = RESOURCES[resource]
    key = [name for name in described.key if name != "_extracted_at"]
    rows = pl.scan_parquet(root / resource, hive_partitioning=True, try_parse_hive_dates=False)
    newest = rows.sort("_extracted_at", "_run_id").unique(key, keep="last", maintain_order=True)
    of_the_run = [*OF_THE_RUN, *(["_hash"] if resource == "job_costs" else [])]
    return newest.sort(key).drop(of_the_run, strict=False).collect()


@pytest.fixture(params=[False, True], ids=["busy", "at rest"])
def rests(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def written(tmp_path: Path, rests: bool) -> Path:
    root = tmp_path / "written" / "lake"
    write_lake(root, JOBS, rests=rests, processes=0)
    return root


@pytest.fixture
def server(rests: bool) -> Iterator[Server]:
    with simulate(JOBS, rests=rests).serve() as serving:
        yield serving


def test_the_written_lake_is_the_one_that_a_sync_reads(
    tmp_path: Path, written: Path, server: Server, rests: bool
) -> None:
    synced = tmp_path / "synced" / "lake"
    records = _sync(server, synced)
    assert all(record.complete for record in records)

    for resource in set(STANDING) - {"projects"}:  # May's contract has none
        ours, theirs = _current(written, resource), _current(synced, resource)
        assert theirs.height > 0, resource
        assert_frame_equal(ours, theirs, check_column_order=False)
    jobs = _current(written, "jobs")
    assert jobs.height == JOBS
    is_open = jobs["status"].is_in(["submitted", "ready", "started"]).any()
    assert is_open != rests, "a busy organization has open jobs, one at rest has none"
    assert _current(written, "job_costs")["is_settled"].all() == rests

    of_ours, of_theirs = (Lake(root).ledger("default", "jobs")[-1] for root in (written, synced))
    marks = of_theirs.parts | {"full_at": of_ours.parts["full_at"]}
    assert of_ours.parts == marks
    assert (of_ours.watermark, of_ours.mode, of_ours.rows_seen) == (of_theirs.watermark, of_theirs.mode, JOBS)


def test_a_sync_after_it_finds_nothing_new(written: Path, server: Server) -> None:
    records = _sync(server, written)
    assert all(record.complete for record in records)
    assert {record.resource: record.mode for record in records}["jobs"] == "incremental"
    changed = {record.resource: record.rows_written for record in records if not RESOURCES[record.resource].observation}
    assert changed == dict.fromkeys(changed, 0)


@pytest.mark.prove
def test_the_work_can_be_shared_out(tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone" / "lake", tmp_path / "shared" / "lake"
    write_lake(alone, JOBS, processes=0)
    run_work("write_lake", shared, str(JOBS))
    for resource in ("jobs", "job_costs"):
        assert_frame_equal(_current(alone, resource), _current(shared, resource))
