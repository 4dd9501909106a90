"""A build on top of the last one gives what a build from nothing gives, and leaves alone what did not change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, NewJob, Scenario, Server
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.warehouse.layout import WAREHOUSE_FILE
from tests.sql.comparing import differing_tables
from tests.sql.marts import build

MARK = "left alone by the second build"


@pytest.mark.parametrize(
    ("seed", "jobs"),
    [pytest.param(seed, jobs, marks=pytest.mark.prove) for seed, jobs in ((5, 400), (6, 3000), (7, 3000))],
)
def test_builds_on_the_last_one(tmp_path: Path, seed: int, jobs: int) -> None:
    kept, fresh = tmp_path / "kept", tmp_path / "fresh"
    with Emulator(Scenario(seed=seed, days=60, jobs=jobs, credits=True)).serve() as server:
        lake = sync_lake(server, tmp_path)
        build(kept, lake).close()
        marked = mark_ended_jobs(kept / WAREHOUSE_FILE)
        changed = change_upstream(server)
        sync_lake(server, tmp_path)
    with build(kept, lake) as second:
        names = second.execute("select job_id from fct_jobs where job_name = ?", [MARK]).fetchall()
        left_alone = {job for (job,) in names}
    assert left_alone, "an unchanged job was built again"
    assert left_alone < marked
    assert not left_alone & changed, "a changed job was not built again"

    unmark(kept / WAREHOUSE_FILE)
    build(fresh, lake).close()
    assert differing_tables(kept / WAREHOUSE_FILE, fresh / WAREHOUSE_FILE) == []


def sync_lake(server: Server, data_dir: Path) -> Path:
    settings = Settings(data_dir=data_dir, accounts=(Account(),))
    clock = server.emulator.clock.now

    def connect(_: Account) -> Client:
        return Client(server.base_url, api_key=server.api_key, clock=clock)

    records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=clock, full=True)
    assert all(record.complete for record in records), [record.missing for record in records]
    return settings.lake_dir


def change_upstream(server: Server) -> set[str]:
    """Let four days pass, in which much happens also to the past; return the jobs that must be built again."""
    emulator = server.emulator
    ended = [job for job in emulator.truth(jobs=True)["jobs"] if job["status"] == "completed" and job["cost"]]
    now = emulator.clock.now()
    deleted, restated = ended[0]["id"], ended[-1]["id"]
    emulator.delete_job(deleted)
    emulator.restate_cost(restated, cents=12345)
    emulator.restate_usage((now - timedelta(days=3)).date(), cents=4200)
    emulator.add_job(NewJob(submitted_at=now - timedelta(days=20)))
    emulator.clock.advance(timedelta(days=4))
    return {deleted}


def mark_ended_jobs(file: Path) -> set[str]:
    """Write into the rows of jobs that ended, so that a row that is built again can be told; return their ids."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table kept_names as select job_id, job_name from fct_jobs where is_terminal")
        connection.execute("update fct_jobs set job_name = ? where is_terminal", [MARK])
        return {job for (job,) in connection.execute("select job_id from kept_names").fetchall()}


def unmark(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update fct_jobs set job_name = kept_names.job_name from kept_names "
            "where fct_jobs.job_id = kept_names.job_id and fct_jobs.job_name = ?",
            [MARK],
        )
        connection.execute("drop table kept_names")
