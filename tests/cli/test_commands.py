"""The commands against the emulator: what they do, say and answer with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ionq_data.cli.pipeline_run import open_instance
from ionq_data.config import load_settings
from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.ingest import sync
from ionq_data.lake import open_lake
from tests.cli.conftest import ANCHOR, RunCommand

Environment = dict[str, str]


def lake_of(environment: Environment) -> Path:
    return Path(environment["IONQ_DATA_DIR"]) / "lake"


@pytest.mark.slow
def test_sync_then_status_then_build(connected: Environment, run_command: RunCommand, server: Server) -> None:
    ran = run_command("sync", "--json", env=connected)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["resources"]["jobs"]["rows_written"] == 120
    assert said["resources"]["jobs"]["complete"] is True
    assert server.api_key not in ran.stdout + ran.stderr

    told = run_command("status", "--json", env=connected)
    assert told.returncode == 0
    facts = {fact["resource"]: fact for fact in json.loads(told.stdout)["resources"]}
    waiting = sum(job["status"] not in {"completed", "failed", "canceled"} for job in truth_of_jobs(server))
    assert facts["jobs"]["rows"] == 120
    assert facts["jobs"]["open"] == waiting
    assert facts["jobs"]["rejected"] == 0
    assert json.loads(told.stdout)["warehouse_built_at"]

    warehouse = Path(connected["IONQ_DATA_DIR"]) / "warehouse.duckdb"
    warehouse.unlink()
    without_a_key = {name: value for name, value in connected.items() if name != "IONQ_API_KEY"}
    built = run_command("build", env=without_a_key)
    assert built.returncode == 0, built.stderr
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.sql("select count(*) from fct_jobs").fetchall() == [(120,)]


def truth_of_jobs(server: Server) -> list[dict[str, object]]:
    jobs: list[dict[str, object]] = server.emulator.truth(jobs=True)["jobs"]
    return jobs


@pytest.mark.prove
def test_what_is_missing_is_said_and_is_3(connected: Environment, run_command: RunCommand, server: Server) -> None:
    server.emulator.faults.switch_on("status", path="/jobs/", status=503)
    try:
        ran = run_command("sync", env=connected)
        assert ran.returncode == 3, ran.stderr
        assert "Missing: cost of job" in ran.stderr
        assert run_command("status", env=connected).returncode == 3
    finally:
        server.emulator.faults.clear()


def test_without_a_key_nothing_is_written(environment: Environment, run_command: RunCommand) -> None:
    ran = run_command("sync", env=environment)
    assert ran.returncode == 1
    assert "IONQ_API_KEY" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not Path(environment["IONQ_DATA_DIR"]).exists()


def test_a_wrong_key_is_one_sentence(connected: Environment, run_command: RunCommand) -> None:
    ran = run_command("sync", env=connected | {"IONQ_API_KEY": "wrong-and-secret"})
    assert ran.returncode == 1
    assert ran.stderr.count("Error: ") == 1
    assert "wrong-and-secret" not in ran.stdout + ran.stderr
    assert not lake_of(connected).exists()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("IONQ_BASE_URL", "http://api.example.org/v0.4", "https"),
        ("IONQ_PAGE_SIZE", "many", "page_size"),
        ("DAGSTER_HOME", "/nowhere/at/all", "DAGSTER_HOME"),
    ],
)
def test_a_wrong_setting_is_named(
    connected: Environment, run_command: RunCommand, setting: str, value: str, said: str
) -> None:
    ran = run_command("sync", env=connected | {setting: value})
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not lake_of(connected).exists()


def test_an_unknown_resource_lists_the_known_ones(connected: Environment, run_command: RunCommand) -> None:
    ran = run_command("sync", "--resource", "job", env=connected)
    assert ran.returncode == 1
    assert "job_costs" in ran.stderr


def test_the_status_of_nothing_says_what_to_do(environment: Environment, run_command: RunCommand) -> None:
    ran = run_command("status", env=environment)
    assert ran.returncode == 0
    assert "ionq-data demo" in ran.stdout


def test_the_doctor_finds_nothing_wrong(connected: Environment, run_command: RunCommand, server: Server) -> None:
    from datetime import UTC, datetime

    at, now = server.emulator.clock.now(), datetime.now(UTC)
    server.emulator.clock.set(now)
    try:
        ran = run_command("doctor", "--json", env=connected)
    finally:
        server.emulator.clock.set(at)
    findings = json.loads(ran.stdout)
    assert ran.returncode == 0, findings
    assert all(finding["is_good"] for finding in findings)
    assert any(server.organization_id in finding["detail"] for finding in findings)
    assert server.api_key not in ran.stdout + ran.stderr
    assert not lake_of(connected).exists()


@pytest.mark.prove
def test_a_key_that_may_see_nothing_but_jobs_and_costs(
    environment: Environment, run_command: RunCommand, tmp_path: Path
) -> None:
    scenario = Scenario(seed=6, days=20, jobs=40, anchor=ANCHOR, contract="2026-10", role="jobs_only")
    with Emulator(scenario).serve() as server:
        key = {"IONQ_BASE_URL": server.base_url, "IONQ_API_KEY": server.api_key, "IONQ_CLOCK": "server"}
        ran = run_command("sync", env=environment | key | {"COLUMNS": "140"})
        assert ran.returncode == 0, ran.stderr
        table = ran.stdout.partition("Not available to this key")[2]
        for name in ("projects", "rates", "sessions", "usage"):
            assert name in table
        assert "the audit of bills" in table
        seen = run_command("doctor", "--json", env=environment | key)
        jobs = truth_of_jobs(server)
    access = {found["what"]: found["detail"] for found in json.loads(seen.stdout)}
    assert access["jobs of account default"] == access["job_costs of account default"] == "available"
    assert access["usage of account default"].startswith("not available to this key")
    status = run_command("status", "--json", env=environment)
    assert status.returncode == 0, status.stdout
    said = {fact["resource"]: fact["availability"] for fact in json.loads(status.stdout)["resources"]}
    assert {name for name, what in said.items() if what == "not available to this key"} == {
        "projects", "rates", "sessions", "usage"
    }  # fmt: skip
    with duckdb.connect(str(Path(environment["IONQ_DATA_DIR"]) / "warehouse.duckdb"), read_only=True) as warehouse:
        found = {row[0]: row[1:] for row in warehouse.execute(
            "select job_id, cost, lower(currency) from fct_jobs where cost > 0").fetchall()}  # fmt: skip
    paid = {job["id"]: (Decimal(str(job["cost"])), job["currency"]) for job in jobs if job["cost"]}
    assert found == paid
    assert len(found) > 5


def test_the_doctor_says_how_to_mend(connected: Environment, run_command: RunCommand) -> None:
    wrong_key = run_command("doctor", env=connected | {"IONQ_API_KEY": "wrong-and-secret"})
    assert wrong_key.returncode == 1
    assert "✗ key of account default" in wrong_key.stdout
    assert "wrong-and-secret" not in wrong_key.stdout + wrong_key.stderr

    wrong_clock = run_command("doctor", "--json", env=connected)  # the emulator's clock stands in another month
    clock = next(finding for finding in json.loads(wrong_clock.stdout) if finding["what"] == "clock")
    assert not clock["is_good"]
    assert "IONQ_CLOCK=server" in clock["mend"]

    another = run_command("doctor", "--json", env=connected | {"IONQ_ORGANIZATION_ID": "another"})
    assert any("another" in f["detail"] and not f["is_good"] for f in json.loads(another.stdout))


def test_dagster_reports_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with open_instance() as instance:
        assert instance.is_ephemeral
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with open_instance() as instance:
        assert not instance.is_ephemeral
        assert instance.root_directory == str(tmp_path)
        assert not instance.telemetry_enabled


@pytest.mark.prove
def test_a_run_shows_in_the_ui_where_dagster_has_a_home(
    connected: Environment, run_command: RunCommand, tmp_path: Path
) -> None:
    home = tmp_path / "dagster"
    home.mkdir()
    ran = run_command("sync", "--resource", "backends", "--json", env=connected | {"DAGSTER_HOME": str(home)})
    assert ran.returncode == 0, ran.stderr
    assert list(json.loads(ran.stdout)["resources"]) == ["backends"], "Dagster's own log does not get into the facts"
    script = """
from dagster import AssetKey, DagsterInstance
instance = DagsterInstance.get()
newest = instance.get_latest_materialization_event(AssetKey(["lake", "backends"]))
print(len(instance.get_runs()), newest is not None)
"""
    home_of = connected | {"DAGSTER_HOME": str(home)}
    asked = subprocess.run([sys.executable, "-c", script], env=home_of, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["1", "True"]


@pytest.mark.prove
def test_ctrl_c_ends_a_sync_and_the_next_one_goes_on(
    connected: Environment, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.emulator.faults.switch_on("slow", path="/jobs/", seconds=0.5)
    try:
        command = [sys.executable, "-m", "ionq_data.cli", "sync"]
        with subprocess.Popen(command, env=connected, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if "/characterizations: " in line:  # costs come next
                    break
            os.kill(process.pid, signal.SIGINT)
            rest = process.stderr.read()
            process.wait(60)
        assert process.returncode == 130
        assert "Interrupted" in rest
    finally:
        server.emulator.faults.clear()
    for name, value in connected.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    synced = {record.resource: record for record in sync(settings, open_lake(settings))}
    assert all(record.complete for record in synced.values())
    assert synced["jobs"].rows_written == 0, "the jobs were in the lake already"
