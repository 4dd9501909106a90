"""What fails is told once, and taken back once the same succeeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    Definitions,
    RunStatusSensorContext,
    build_run_status_sensor_context,
    instance_for_test,
)
from dagster._core.events import DagsterEvent, DagsterEventType, JobFailureData, RunFailureReason
from dagster._core.test_utils import create_run_for_test

from ionq_data.alerts import open_alerts
from ionq_data.config import Settings
from pipelines.graph import JOB, build_definitions
from pipelines.lake_syncs import lake_key
from pipelines.resources import Library
from tests.alerts.receiver import Receiver

HOURLY = {"dagster/schedule_name": "jobs_hourly"}
OFTEN = {"dagster/schedule_name": "backends_every_10_minutes"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sensors") / "data"


@pytest.fixture(scope="module")
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> Definitions:
    return build_definitions(settings)


@pytest.fixture
def instance(data_dir: Path) -> Iterator[DagsterInstance]:
    for name in ("alerts.json", "failed_runs.json"):
        (data_dir / name).unlink(missing_ok=True)
    with instance_for_test() as instance:
        yield instance


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    receiver = Receiver()
    monkeypatch.setenv("IONQ_ALERT_URLS", receiver.url)
    yield receiver
    receiver.close()


class Sensors:
    """The two sensors, evaluated as the daemon evaluates them."""

    def __init__(self, definitions: Definitions, instance: DagsterInstance, settings: Settings) -> None:
        self.repository = definitions.get_repository_def()
        self.instance = instance
        self.given = Library(settings)

    def ran(self, *, failed: bool, job: str = JOB, **run: Any) -> DagsterRun:
        """Let a run end, as its worker reports it, and have the sensor that looks at such runs see it."""
        made = create_run_for_test(self.instance, job_name=job, status=DagsterRunStatus.STARTED, **run)
        self.end(made, failed=failed)
        self.see(made, failed=failed)
        return made

    def end(self, run: DagsterRun, *, failed: bool) -> None:
        kind = DagsterEventType.RUN_FAILURE if failed else DagsterEventType.RUN_SUCCESS
        reason = JobFailureData(error=None, failure_reason=RunFailureReason.STEP_FAILURE) if failed else None
        event = DagsterEvent(kind.value, run.job_name, event_specific_data=reason, message="Steps failed: ['lake'].")
        self.instance.report_dagster_event(event, run.run_id)

    def see(self, run: DagsterRun, *, failed: bool) -> None:
        now = self.instance.get_run_by_id(run.run_id)
        assert now is not None
        name = "failed_runs" if failed else "successful_runs"
        event = self.instance.all_logs(run.run_id)[-1].get_dagster_event()
        context: RunStatusSensorContext = build_run_status_sensor_context(
            name, event, self.instance, now, resources={"library": self.given}
        )
        sensor = self.repository.get_sensor_def(name)
        if failed:
            context = context.for_run_failure()
        sensor(context)  # type: ignore[operator]


@pytest.fixture
def sensors(definitions: Definitions, instance: DagsterInstance, settings: Settings, receiver: Receiver) -> Sensors:
    return Sensors(definitions, instance, settings)


def open_titles(settings: Settings) -> list[str]:
    return [alert.title for alert in open_alerts(settings.data_dir)]


def test_a_failed_run_is_told_once_and_its_success_takes_it_back(
    sensors: Sensors, receiver: Receiver, settings: Settings
) -> None:
    sensors.ran(failed=True, tags=HOURLY)
    assert receiver.titles == ["The job jobs_hourly failed"]
    assert "Steps failed" in receiver.messages[0]["message"]

    sensors.ran(failed=True, tags=HOURLY)
    sensors.ran(failed=True, tags=HOURLY)
    assert len(receiver.titles) == 1, "told once, not every hour"
    assert open_titles(settings) == ["The job jobs_hourly failed, 3 times in a row"]

    sensors.ran(failed=False, tags=HOURLY)
    assert open_titles(settings) == []
    sensors.ran(failed=True, tags=HOURLY)
    assert len(receiver.titles) == 2, "it came back, which is news"


def test_one_schedule_says_nothing_of_another(sensors: Sensors, receiver: Receiver, settings: Settings) -> None:
    """They share a job: what runs every ten minutes must not take back what fails every hour."""
    sensors.ran(failed=True, tags=HOURLY)
    for _ in range(3):
        sensors.ran(failed=False, tags=OFTEN)
        sensors.ran(failed=True, tags=HOURLY)
    assert receiver.titles == ["The job jobs_hourly failed"]


def test_a_whole_run_by_hand_takes_back_what_its_schedules_failed_at(sensors: Sensors, settings: Settings) -> None:
    sensors.ran(failed=True, tags=HOURLY)
    sensors.ran(failed=True, job="compact_lake", tags={"dagster/schedule_name": "compaction_daily"})
    sensors.ran(failed=False, tags={"dagster/step_selection": "lake"})
    sensors.ran(failed=False, asset_selection=frozenset({lake_key("backends")}))
    assert len(open_titles(settings)) == 2, "a part of the job proves nothing of the rest"
    sensors.ran(failed=False)
    assert open_titles(settings) == ["The job compaction_daily failed"]
    sensors.ran(failed=False, job="compact_lake")
    assert open_titles(settings) == []


def test_assets_started_by_hand_are_told_too(sensors: Sensors, receiver: Receiver, settings: Settings) -> None:
    sensors.ran(failed=True, job="__ASSET_JOB")
    assert receiver.titles == ["The job assets started by hand failed"]
    sensors.ran(failed=False, job="__ASSET_JOB")
    assert open_titles(settings) == []


def test_a_run_that_is_tried_again_by_itself_is_not_told(sensors: Sensors, receiver: Receiver) -> None:
    sensors.ran(failed=True, tags=HOURLY | {"dagster/will_retry": "true"})
    assert receiver.titles == []


def test_a_failure_that_is_seen_after_the_success_is_old_news(
    sensors: Sensors, receiver: Receiver, instance: DagsterInstance
) -> None:
    late = create_run_for_test(instance, job_name=JOB, status=DagsterRunStatus.STARTED, tags=HOURLY)
    sensors.end(late, failed=True)
    sensors.ran(failed=False, tags=HOURLY)
    sensors.see(late, failed=True)
    assert receiver.titles == []


def test_a_receiver_that_is_down_gets_it_later(sensors: Sensors, receiver: Receiver, settings: Settings) -> None:
    receiver.status = 503
    sensors.ran(failed=True, tags=HOURLY)
    assert receiver.titles == []
    assert open_titles(settings) == ["The job jobs_hourly failed"]
    receiver.status = 200
    sensors.ran(failed=True, tags=OFTEN)
    assert sorted(receiver.titles) == ["The job backends_every_10_minutes failed", "The job jobs_hourly failed"]
    kept = json.loads((settings.data_dir / "alerts.json").read_text())
    assert all(each["delivered"] for each in kept)
