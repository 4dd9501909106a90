"""What Dagster's users expect to find beside an asset: who answers for it, how old it may be, what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from dagster import AssetKey, AssetSpec, DagsterInstance, Definitions, instance_for_test

from ionq_data.alert_rules import StaleData
from ionq_data.config import Settings
from ionq_data.resources import RESOURCES, STANDING
from ionq_data.warehouse import manifest_path
from ionq_data.warehouse.graph import read_manifest
from pipelines.graph import JOB, build_definitions
from pipelines.lake_syncs import SIDE_FILES, lake_key
from pipelines.schedules import merge_small_files


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    rules = {"stale_data": {"after_hours": {"jobs": 7.0}, "warehouse_after_hours": 30.0}}
    return Settings(
        data_dir=tmp_path_factory.mktemp("documented") / "data",
        usage_start=date(2026, 1, 1),
        owners=("team:quantum", "ada@example.com"),
        alerts={"rules": rules},
    )


@pytest.fixture(scope="module", autouse=True)
def instance() -> Iterator[DagsterInstance]:
    with instance_for_test() as instance:
        yield instance


@pytest.fixture(scope="module")
def definitions(settings: Settings, instance: DagsterInstance) -> Definitions:
    return build_definitions(settings)


@pytest.fixture(scope="module")
def specs(definitions: Definitions) -> dict[AssetKey, AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


@pytest.mark.slow
def test_every_asset_has_the_owners_of_the_settings(specs: dict[AssetKey, AssetSpec]) -> None:
    assert {tuple(spec.owners) for spec in specs.values()} == {("team:quantum", "ada@example.com")}


def test_an_owner_is_somebody() -> None:
    with pytest.raises(ValueError, match="e-mail address, or team:name"):
        Settings(owners=("whoever",))


def test_every_asset_says_what_it_is_made_with(specs: dict[AssetKey, AssetSpec]) -> None:
    kinds = {key: spec.kinds for key, spec in specs.items()}
    assert {frozenset(kinds[lake_key(name)]) for name in RESOURCES} == {frozenset({"python", "parquet"})}
    assert kinds[AssetKey(["warehouse", "fct_jobs"])] == {"dbt", "duckdb"}
    assert kinds[AssetKey("report")] == {"html"}
    assert all(kinds.values())


def test_columns_of_the_lake_are_known_before_anything_ran(specs: dict[AssetKey, AssetSpec]) -> None:
    for name in (*RESOURCES, *SIDE_FILES):
        columns = {column.name for column in specs[lake_key(name)].metadata["dagster/column_schema"].columns}
        assert "run_id" in columns or "_run_id" in columns, name
    jobs = specs[lake_key("jobs")].metadata["dagster/column_schema"]
    assert next(column for column in jobs.columns if column.name == "status").description


def test_what_dagster_calls_fresh_is_what_the_alerts_call_fresh(specs: dict[AssetKey, AssetSpec]) -> None:
    windows = {
        key: spec.freshness_policy.fail_window.to_timedelta() for key, spec in specs.items() if spec.freshness_policy
    }
    rule = StaleData(after_hours={"jobs": 7.0})
    for name in STANDING:
        assert windows[lake_key(name)] == timedelta(hours=rule.allowed_hours(name, RESOURCES[name].every)), name
    assert windows[lake_key("jobs")] == timedelta(hours=7)
    published = [key for key, spec in specs.items() if spec.group_name in {"warehouse", "publish"}]
    assert {windows[key] for key in published} == {timedelta(hours=30)}
    assert set(specs) - set(windows) == {lake_key("job_results")}, "only what nobody promised has no policy"


def test_the_freshness_check_has_the_thresholds_of_the_settings(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    said = {
        key.asset_key: graph.get_check_spec(key).description for key in graph.asset_check_keys if key.name == "fresh"
    }
    assert "7 hours" in str(said[lake_key("jobs")])
    assert "1 hours" in str(said[lake_key("backends")])


def test_every_asset_that_is_made_here_has_a_code_version(specs: dict[AssetKey, AssetSpec]) -> None:
    without = {key for key, spec in specs.items() if not spec.code_version}
    assert without == {lake_key(name) for name in SIDE_FILES}


def test_every_job_has_a_time_limit(definitions: Definitions) -> None:
    jobs = [job for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")]
    assert {job.name for job in jobs} == {JOB, "check_freshness", "compact_lake", "tell_alerts", "forget_old_runs"}
    for job in jobs:
        assert 0 < int(job.tags["dagster/max_runtime"]) <= 24 * 3600, job.name


def test_what_needs_the_network_is_tried_again(definitions: Definitions) -> None:
    nodes = {node.name: node.definition for node in definitions.resolve_job_def(JOB).graph.nodes}
    assert nodes["lake"].retry_policy is not None
    assert nodes["lake"].retry_policy.max_retries == 2
    assert merge_small_files.retry_policy is not None


def test_every_dbt_test_is_a_check_of_an_asset(definitions: Definitions, settings: Settings) -> None:
    manifest = read_manifest(manifest_path(settings.data_dir, lake_dir=settings.lake_dir))
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    checks = {key.name: key.asset_key for key in definitions.resolve_asset_graph().asset_check_keys}
    assert not tests - set(checks)
    assert checks["every_measurement_has_a_trend"] == AssetKey(["warehouse", "fidelity_trends"])
