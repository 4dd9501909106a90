"""Real runs of the job against the emulator, and what Dagster knows afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterInstance, Definitions, ExecuteInProcessResult

from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.lake import open_lake
from ionq_data.resources import STANDING
from ionq_data.warehouse import connect
from pipelines.graph import JOB, build_definitions, downstream_keys
from pipelines.lake_syncs import SIDE_FILES, lake_key
from pipelines.resources import Library

pytestmark = pytest.mark.slow

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
ANCHOR = datetime(2026, 5, 20, 9, tzinfo=UTC)
KEY_VARIABLE = "PIPELINE_TEST_KEY"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Emulator(Scenario(seed=3, days=30, jobs=150, anchor=ANCHOR, contract="2026-05")).serve() as running:
        yield running


@pytest.fixture
def environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, server.api_key)
    server.emulator.faults.clear()


def settings_of(server: Server, data_dir: Path) -> Settings:
    account = Account(base_url=server.base_url, api_key_env=KEY_VARIABLE, organization_id=server.organization_id)
    return Settings(
        data_dir=data_dir, accounts=(account,), clock="server", usage_start=date(2026, 4, 1), max_attempts=1
    )


def definitions_of(settings: Settings, **options: Any) -> Definitions:
    return build_definitions(settings, Library(settings, **{"may_retry": False, "in_ui": False} | options))


def execute(definitions: Definitions, instance: DagsterInstance, job: str = JOB, **options: Any) -> Any:
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance, run_config=QUIET, raise_on_error=False, **options
    )


def materializations(result: ExecuteInProcessResult) -> dict[AssetKey, dict[str, Any]]:
    """Return the metadata of each asset's last materialization."""
    found = {}
    for event in result.all_events:
        if event.is_step_materialization:
            metadata = event.step_materialization_data.materialization.metadata
            found[event.asset_key] = {name: value.value for name, value in metadata.items()}
    return found


def checks(result: ExecuteInProcessResult) -> dict[tuple[str, str], bool]:
    events = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    found = [event.asset_check_evaluation_data for event in events]
    return {(check.asset_key.to_user_string(), check.check_name): check.passed for check in found}


def failures(result: ExecuteInProcessResult) -> list[str]:
    events = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    failed = [event.step_failure_data for event in events]
    return [f.user_failure_data.description if f.user_failure_data else f.error_display_string for f in failed]


def test_one_run_goes_from_the_api_to_the_report(server: Server, environment: None, tmp_path: Path) -> None:
    settings = settings_of(server, tmp_path / "data")
    definitions = definitions_of(settings, in_ui=True)
    with DagsterInstance.ephemeral() as instance:
        result = execute(definitions, instance)
        assert result.success, failures(result)
        made = materializations(result)
        usage_dates = instance.get_materialized_partitions(lake_key("usage"))

    assert set(made) == {lake_key(name) for name in (*STANDING, *SIDE_FILES)} | set(downstream_keys(definitions))
    for name in set(STANDING) - {"projects"}:  # May's contract has none
        said = made[lake_key(name)]
        assert {"rows_seen", "rows_written", "requests", "duration_seconds", "watermark", "preview"} <= set(said), name
        assert said["complete"] is True
    assert made[lake_key("jobs")]["rows_written"] == 150
    assert usage_dates == {f"2026-{(date(2026, 4, 1) + timedelta(days=n)):%m-%d}" for n in range(50)}, "a full reading"

    jobs = made[AssetKey(["warehouse", "fct_jobs"])]
    assert jobs["dagster/row_count"] == 150
    assert {column.name for column in jobs["dagster/column_schema"].columns} >= {"job_id", "cost", "queue_seconds"}
    assert [record.data["job_id"] for record in jobs["preview"].records] != []
    for key, said in made.items():
        if key.path[0] in {"lake", "warehouse"}:
            assert said["dagster/row_count"] >= 0, key
    assert made[lake_key("jobs")]["dagster/row_count"] == 150
    assert made[lake_key("_syncs")]["dagster/row_count"] == len(STANDING)
    rows_by_mart = {
        record.data["mart"]: record.data["rows"] for record in made[AssetKey("marts_parquet")]["marts"].records
    }
    assert rows_by_mart["fct_jobs"] == 150
    sources = jobs["dagster/column_lineage"].deps_by_column["job_id"]
    assert AssetKey(["warehouse", "stg_ionq__jobs"]) in {source.asset_key for source in sources}

    passed = checks(result)
    assert all(passed[f"lake/{name}", "complete"] for name in STANDING)
    assert passed["published_warehouse", "costs_reconcile"]
    assert len([check for check in passed if check[0].startswith("warehouse/")]) > 50, "the dbt tests are asset checks"
    with connect(settings.data_dir) as connection:
        assert connection.sql("select count(*) from fct_jobs").fetchall() == [(150,)]
    assert (settings.data_dir / "marts" / "fct_jobs.parquet").is_file()
    assert (settings.data_dir / "report" / "index.html").is_file()


def test_a_later_run_evaluates_every_check_again_and_marks_the_trailing_week(
    server: Server, environment: None, tmp_path: Path
) -> None:
    """Dagster plans each check of a run; one that the run does not evaluate is shown as skipped, not as it was."""
    definitions = definitions_of(settings_of(server, tmp_path / "data"), in_ui=True)
    with DagsterInstance.ephemeral() as instance:
        first, again = execute(definitions, instance), execute(definitions, instance)
    assert (first.success, again.success) == (True, True), failures(again)

    assert any(metadata.get("is_reused") for metadata in materializations(again).values())
    assert checks(again) == checks(first)
    marked = {
        event.step_materialization_data.materialization.partition
        for event in again.all_events
        if event.is_step_materialization and event.asset_key == lake_key("usage")
    }
    assert marked - {None} == {f"2026-05-{day}" for day in range(13, 21)}


def test_a_backfill_of_dates_is_one_run_of_few_requests(server: Server, environment: None, tmp_path: Path) -> None:
    settings = settings_of(server, tmp_path / "data")
    dates = {"dagster/asset_partition_range_start": "2026-05-01", "dagster/asset_partition_range_end": "2026-05-10"}
    with DagsterInstance.ephemeral() as instance:
        result = execute(definitions_of(settings), instance, asset_selection=[lake_key("usage")], tags=dates)
        assert result.success, failures(result)
        covered = instance.get_materialized_partitions(lake_key("usage"))
    assert sorted(covered) == [f"2026-05-{day:02d}" for day in range(1, 11)]
    assert materializations(result)[lake_key("usage")]["rows_written"] == 20, "a row a date and grouping"
    assert materializations(result)[lake_key("usage")]["requests"] <= 4


def test_an_incomplete_sync_is_a_failed_check_and_keeps_what_it_got(
    server: Server, environment: None, tmp_path: Path
) -> None:
    server.emulator.faults.switch_on("status", path="/jobs/", status=503)
    settings = settings_of(server, tmp_path / "data")
    chosen = [lake_key("jobs"), lake_key("job_costs")]
    with DagsterInstance.ephemeral() as instance:
        result = execute(definitions_of(settings), instance, asset_selection=chosen)
    assert result.success, failures(result)
    passed = checks(result)
    assert passed["lake/job_costs", "complete"] is False
    assert materializations(result)[lake_key("jobs")]["rows_written"] == 150


def test_a_key_that_is_not_accepted_ends_the_run_before_anything_is_written(
    server: Server, environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "not-a-key")
    settings = settings_of(server, tmp_path / "data")
    with DagsterInstance.ephemeral() as instance:
        result = execute(definitions_of(settings), instance)
    assert not result.success
    (said,) = failures(result)
    assert "key" in said
    assert "not-a-key" not in "".join(str(event) for event in result.all_events)
    assert not (settings.data_dir / "lake").exists()
    assert not (settings.data_dir / "warehouse.duckdb").exists()


def test_trouble_is_tried_again_where_nobody_waits(
    server: Server, environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incomplete sync asks for another attempt, and the last attempt settles for what it got."""
    from dagster import RetryPolicy

    from pipelines import lake_assets

    monkeypatch.setattr(lake_assets, "RETRIES", RetryPolicy(max_retries=2, delay=0))
    server.emulator.faults.switch_on("status", path="/whoami", status=503, times=1)
    server.emulator.faults.switch_on("status", path="/sessions", status=503)
    settings = settings_of(server, tmp_path / "data")
    with DagsterInstance.ephemeral() as instance:
        chosen = [lake_key("whoami"), lake_key("sessions")]
        result = execute(definitions_of(settings, may_retry=True), instance, asset_selection=chosen)
    assert result.success
    retries = [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    assert len(retries) == 2
    assert checks(result)["lake/sessions", "complete"] is False


def test_what_an_attempt_has_completed_is_not_asked_for_again(
    server: Server, environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step that is tried again syncs the incomplete resources alone, and reports all of them."""
    from dagster import RetryPolicy

    from pipelines import lake_assets

    monkeypatch.setattr(lake_assets, "RETRIES", RetryPolicy(max_retries=2, delay=0))
    server.emulator.faults.switch_on("status", path="/jobs/estimate", status=503, times=1)
    settings = settings_of(server, tmp_path / "data")
    with DagsterInstance.ephemeral() as instance:
        chosen = [lake_key("backends"), lake_key("rates")]
        result = execute(definitions_of(settings, may_retry=True), instance, asset_selection=chosen)
    assert result.success
    assert [e.event_type_value for e in result.all_events].count("STEP_UP_FOR_RETRY") == 1
    lake = open_lake(settings)
    assert [len(lake.ledger("default", name)) for name in ("backends", "rates")] == [1, 2]
    passed = checks(result)
    assert passed["lake/backends", "complete"], "completed by the first attempt"
    assert passed["lake/rates", "complete"], "completed by the second"


def test_freshness_is_checked_by_a_job_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = Emulator(Scenario(seed=3, days=3, jobs=20, anchor=datetime.now(UTC)))
    with today.serve() as server, DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv(KEY_VARIABLE, server.api_key)
        definitions = definitions_of(settings_of(server, tmp_path / "data"))
        assert execute(definitions, instance, asset_selection=[lake_key("backends")]).success
        passed = checks(execute(definitions, instance, "check_freshness"))
    assert passed["lake/backends", "fresh"] is True
    assert passed["lake/jobs", "fresh"] is False, "jobs were never copied"
