"""The way in for Python: frames hold what the warehouse and the lake hold, and an error says what to do."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

import ionq_data
from ionq_data import site as site_module
from ionq_data.lake import Lake, LakeError
from ionq_data.resources import RESOURCES, Row, read_record
from ionq_data.site import Site, UnknownName
from ionq_data.warehouse import NoWarehouse
from tests.conftest import Simulated

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def site(simulated: Simulated) -> Site:
    return ionq_data.open(simulated.data_dir)


def test_every_example_is_true(simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(simulated.data_dir)
    monkeypatch.chdir(tmp_path)
    site = ionq_data.open("data")
    ran = [doctest.testmod(ionq_data), doctest.testmod(site_module, extraglobs={"site": site})]
    assert [result.failed for result in ran] == [0, 0]
    examples = [name for name in ("marts", "mart", "sql", "scan", "duckdb") if ">>>" in getattr(Site, name).__doc__]
    assert len(examples) == 5


def test_importing_is_cheap() -> None:
    heavy = ("duckdb", "polars", "pyarrow", "pydantic", "numpy", "dagster")
    script = f"import sys, ionq_data; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_mart_is_what_the_warehouse_holds(site: Site, simulated: Simulated) -> None:
    with simulated.connect() as connection:
        for name in site.marts():
            frame = site.mart(name)
            found = connection.execute(f'select * from main."{name}"')
            assert frame.columns == [column[0] for column in found.description]
            assert frame.height == len(found.fetchall()), name
        total = connection.execute("select sum(cost) from cost_per_project_monthly").fetchone()
    assert site.mart("cost_per_project_monthly")["cost"].sum() == total[0]
    asked = site.sql(
        "select sum(cost) as cost from cost_per_project_monthly where month = $month and currency = 'USD'",
        {"month": "2026-05-01"},
    )
    spent = [row for row in simulated.truth["cost"]["project_monthly"] if row["month"] == "2026-05"]  # the dollars
    assert f"{asked.item():f}" == f"{sum(pl.Series([row['cost'] for row in spent]).str.to_decimal(scale=6)):f}"


def test_a_scan_has_the_current_version_of_every_record(site: Site) -> None:
    lake = Lake(site.settings.lake_dir)
    for resource in RESOURCES.values():
        newest: dict[tuple[Any, ...], dict[str, Any]] = {}
        for file in lake.files(resource.name, "default"):
            for row in pq.ParquetFile(lake.root / file).read().to_pylist():
                key = tuple(row[name] for name in resource.key)
                order = (row["_extracted_at"], row["_run_id"])
                if key not in newest or order > (newest[key]["_extracted_at"], newest[key]["_run_id"]):
                    newest[key] = row
        frame = site.scan(resource.name).collect()
        assert frame.columns == [*resource.schema.names, "account"]
        found = {tuple(row[name] for name in resource.key): row["_hash"] for row in frame.iter_rows(named=True)}
        assert found == {key: row["_hash"] for key, row in newest.items()}, resource.name


def _job(status: str, *, minutes: int, deleted: bool = False, job_id: str = "a") -> Row:
    raw = json.dumps({"id": job_id, "status": status, "submitted_at": "2026-03-02T00:00:00Z"}).encode()
    read_at = NOON + timedelta(minutes=minutes)
    row = read_record(RESOURCES["jobs"], raw, extracted_at=read_at, run_id=f"run-{minutes}", deleted=deleted)
    assert isinstance(row, Row)
    return row


def test_a_filter_does_not_bring_an_older_version_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["default"])
    lake.append(RESOURCES["jobs"], "default", [_job("completed", minutes=2)])
    lake.append(RESOURCES["jobs"], "default", [_job("ready", minutes=1), _job("ready", minutes=1, job_id="b")])
    jobs = ionq_data.open(tmp_path).scan("jobs")
    assert jobs.filter(pl.col("status") == "ready").select("id").collect()["id"].to_list() == ["b"]
    assert sorted(jobs.select("id", "status").collect().rows()) == [("a", "completed"), ("b", "ready")]


def test_a_job_that_two_accounts_see_is_one_row(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["first", "second", "idle"])
    lake.append(RESOURCES["jobs"], "first", [_job("completed", minutes=1), _job("ready", minutes=1, job_id="b")])
    lake.append(RESOURCES["jobs"], "second", [_job("completed", minutes=5, deleted=True)])
    lake.append(RESOURCES["jobs"], "second", [_job("started", minutes=6, job_id="b")])
    found = ionq_data.open(tmp_path).scan("jobs").select("id", "status", "account", "_deleted").collect()
    assert sorted(found.rows()) == [("a", "completed", "first", False), ("b", "started", "second", False)]


def test_a_file_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["default"])
    lake.append(RESOURCES["jobs"], "default", [_job("ready", minutes=1)])
    (written,) = [lake.root / name for name in lake.files("jobs", "default") if "/empty-" not in name]
    pq.write_table(pq.read_table(written, partitioning=None).drop_columns(["stats_kwh"]), written)
    lake.append(RESOURCES["jobs"], "default", [_job("ready", minutes=2, job_id="b")])
    assert ionq_data.open(tmp_path).scan("jobs").select("id", "stats_kwh").collect().sort("id").rows() == [
        ("a", None),
        ("b", None),
    ]


def test_the_connection_only_reads(site: Site) -> None:
    with site.duckdb() as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("create table x (a int)")


def test_what_is_missing_says_what_to_do(tmp_path: Path, site: Site) -> None:
    nothing = ionq_data.open(tmp_path)
    with pytest.raises(NoWarehouse, match="ionq-data sync"):
        nothing.mart("fct_jobs")
    with pytest.raises(LakeError, match="ionq-data sync"):
        nothing.scan("jobs")
    with pytest.raises(UnknownName, match="Did you mean 'fct_jobs'"):
        site.mart("fct_job")
    with pytest.raises(UnknownName, match="job_costs, job_results, jobs"):
        nothing.scan("invoices")


def test_the_settings_say_where_things_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, simulated: Simulated
) -> None:
    monkeypatch.setenv("IONQ_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IONQ_LAKE", str(simulated.data_dir / "lake"))
    assert ionq_data.open().scan("whoami").collect().height == 1
    with pytest.raises(LakeError):
        ionq_data.open(tmp_path).scan("whoami")
