"""Old runs are forgotten, but none that an asset's state is known by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import AssetMaterialization, DagsterInstance, DagsterRunStatus, instance_for_test, job, op
from dagster._core.test_utils import create_run_for_test

from pipelines.lake_syncs import lake_key
from pipelines.retention import Forgotten, forget_runs

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with instance_for_test() as instance:
        yield instance


def run_that_makes(instance: DagsterInstance, resource: str, partition: str | None = None) -> str:
    @op
    def materialize(context) -> None:  # type: ignore[no-untyped-def]  # Dagster looks at the annotation
        context.log_event(AssetMaterialization(lake_key(resource), partition=partition))

    @job
    def making() -> None:
        materialize()

    return making.execute_in_process(instance=instance, run_config=QUIET).run_id


def after_now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def remaining(instance: DagsterInstance) -> set[str]:
    return {run.run_id for run in instance.get_runs()}


def test_only_what_no_asset_is_known_by_goes(instance: DagsterInstance) -> None:
    for _ in range(3):
        run_that_makes(instance, "backends")
    newest = run_that_makes(instance, "backends")
    filled = run_that_makes(instance, "usage", "2026-01-01")
    filled_again = run_that_makes(instance, "usage", "2026-01-02")

    done = forget_runs(instance, ended_before=after_now())

    assert done == Forgotten(runs=3, logs_only=3)
    assert remaining(instance) == {newest, filled, filled_again}
    assert instance.get_materialized_partitions(lake_key("usage")) == {"2026-01-01", "2026-01-02"}
    event = instance.get_latest_materialization_event(lake_key("backends"))
    assert event is not None
    assert event.run_id == newest
    made = instance.fetch_materializations(lake_key("backends"), limit=10).records
    assert [record.run_id for record in made] == [newest]


def test_nothing_is_left_of_a_run_on_the_disk(instance: DagsterInstance) -> None:
    old = run_that_makes(instance, "jobs")
    run_that_makes(instance, "jobs")
    root = Path(instance.root_directory)
    logs = root / "storage" / old / "compute_logs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "step.err").write_text("a log")
    assert [path for path in root.rglob(f"*{old}*") if path.exists()]
    forget_runs(instance, ended_before=after_now())
    assert not list(root.rglob(f"*{old}*"))


def test_runs_that_are_young_or_not_done_stay(instance: DagsterInstance) -> None:
    young = {run_that_makes(instance, "jobs"), run_that_makes(instance, "jobs")}
    assert forget_runs(instance, ended_before=datetime.now(UTC) - timedelta(days=1)) == Forgotten(0, 0)
    running = create_run_for_test(instance, job_name="making", status=DagsterRunStatus.STARTED).run_id
    forget_runs(instance, ended_before=after_now())
    assert running in remaining(instance)
    assert remaining(instance) - {running} < young


def test_forgetting_twice_forgets_nothing_more(instance: DagsterInstance) -> None:
    for _ in range(3):
        run_that_makes(instance, "jobs")
    assert forget_runs(instance, ended_before=after_now()).runs == 2
    assert forget_runs(instance, ended_before=after_now()) == Forgotten(runs=0, logs_only=1)
