"""The graph that Dagster loads: one lineage, one job, and schedules that run parts of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    BackfillPolicy,
    DagsterInstance,
    DagsterRunStatus,
    DailyPartitionsDefinition,
    DefaultScheduleStatus,
    Definitions,
    RunRequest,
    build_schedule_context,
    instance_for_test,
)
from dagster._core.test_utils import create_run_for_test

from ionq_data.config import Settings
from ionq_data.resources import RESOURCES, STANDING
from pipelines.graph import JOB, build_definitions, downstream_keys
from pipelines.lake_syncs import lake_key
from pipelines.schedules import PLANS, Plan


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("graph") / "data", usage_start=date(2026, 1, 1))


@pytest.fixture(scope="module", autouse=True)
def instance() -> Iterator[DagsterInstance]:
    """An instance in force: Dagster asks the one last entered, which may be another test's and gone."""
    with instance_for_test() as instance:
        yield instance


@pytest.fixture(scope="module")
def definitions(settings: Settings, instance: DagsterInstance) -> Definitions:
    made = build_definitions(settings)
    Definitions.validate_loadable(made)
    return made


def test_the_lineage_is_one_graph_from_the_api_to_the_report(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    upstream = graph.get_ancestor_asset_keys(AssetKey("report")) - {AssetKey("report")}
    for name in STANDING:
        assert lake_key(name) in upstream, name
    assert {AssetKey("published_warehouse"), AssetKey(["warehouse", "fct_jobs"])} <= upstream
    unknown = {key for key in graph.get_all_asset_keys() if not graph.get(key).group_name or key.path[0] == "default"}
    assert not unknown
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == {"lake", "warehouse", "publish"}


def test_every_dbt_source_is_an_asset_of_the_lake(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    in_lake = {key for key in graph.get_all_asset_keys() if key.path[0] == "lake"}
    assert in_lake == {lake_key(name) for name in (*RESOURCES, "_syncs", "_rejected")}
    for name in STANDING:
        assert graph.get(lake_key(name)).child_keys, f"no model reads {name}"


def test_every_asset_is_documented(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert not [key for key in graph.get_all_asset_keys() if not graph.get(key).description]


def test_usage_has_a_partition_for_each_date_and_is_filled_in_one_run(definitions: Definitions) -> None:
    node = definitions.resolve_asset_graph().get(lake_key("usage"))
    assert isinstance(node.partitions_def, DailyPartitionsDefinition)
    assert node.partitions_def.get_partition_keys(current_time=datetime(2026, 1, 3, 5, tzinfo=UTC)) == [
        "2026-01-01",
        "2026-01-02",
        "2026-01-03",
    ]
    assert node.backfill_policy == BackfillPolicy.single_run()


def test_what_must_not_run_twice_at_once_has_a_pool(definitions: Definitions) -> None:
    job = definitions.resolve_job_def(JOB)
    pools = {node.name: node.definition.pools for node in job.graph.nodes}
    assert pools == {
        "lake": {"ionq_api"},
        "usage": {"ionq_api"},
        "warehouse": {"warehouse"},
        "published_warehouse": {"publish"},
        "marts_parquet": {"publish"},
        "report": {"publish"},
        "alerts": {"publish"},
    }


def test_schedules_wait_until_they_are_switched_on(definitions: Definitions, settings: Settings) -> None:
    def statuses(made: Definitions) -> set[DefaultScheduleStatus]:
        return {schedule.default_status for schedule in made.get_repository_def().schedule_defs}

    assert statuses(definitions) == {DefaultScheduleStatus.STOPPED}
    assert statuses(build_definitions(settings.model_copy(update={"schedules": True}))) == {
        DefaultScheduleStatus.RUNNING
    }


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_schedule_asks_for_its_part_of_the_one_job(
    definitions: Definitions, instance: DagsterInstance, plan: Plan
) -> None:
    repository = definitions.get_repository_def()
    schedule = repository.get_schedule_def(plan.name)
    assert schedule.job_name == JOB
    context = build_schedule_context(
        instance=instance, repository_def=repository, scheduled_execution_time=datetime(2026, 3, 1, tzinfo=UTC)
    )
    (request,) = schedule.evaluate_tick(context).run_requests
    assert isinstance(request, RunRequest)
    expected = {lake_key(name) for name in plan.resources}
    expected |= set(downstream_keys(definitions)) if plan.publishes else set()
    assert set(request.asset_selection) == expected
    steps = {"usage" if name == "usage" else "lake" for name in plan.resources} if plan.full else set()
    assert request.run_config == ({"ops": {step: {"config": {"full": True}} for step in steps}} if steps else {})


def test_a_schedule_does_not_pile_up_runs(definitions: Definitions, instance: DagsterInstance) -> None:
    repository = definitions.get_repository_def()
    schedule = repository.get_schedule_def("backends_every_10_minutes")
    run = create_run_for_test(
        instance, job_name=JOB, status=DagsterRunStatus.STARTED, tags={"dagster/schedule_name": schedule.name}
    )
    context = build_schedule_context(instance=instance, repository_def=repository)
    waiting = schedule.evaluate_tick(context)
    assert not waiting.run_requests
    assert isinstance(waiting.skip_message, str)
    instance.delete_run(run.run_id)
    assert schedule.evaluate_tick(context).run_requests


def test_every_resource_is_on_a_schedule() -> None:
    assert {name for plan in PLANS for name in plan.resources} == set(STANDING)


def test_the_workspace_names_a_module_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    import yaml

    root = Path(__file__).parents[2]
    (location,) = yaml.safe_load((root / "workspace.yaml").read_text())["load_from"]
    monkeypatch.setenv("IONQ_DATA_DIR", str(tmp_path / "data"))
    loaded = importlib.import_module(location["python_module"]["module_name"])
    assert isinstance(loaded.defs, Definitions)
