"""Runs that are killed, repeated, tried again, or started beside each other: lake and warehouse are right after."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ionq_data.lake import Lake
from ionq_data.lake.verification import verify
from pipelines.schedules import JOB
from tests.alerts.receiver import Receiver
from tests.operations.agreement import disagreements, published
from tests.operations.deployment import Deployment, deployed
from tests.operations.emulated import Emulated
from tests.operations.processes import wait_for

pytestmark = [pytest.mark.prove, pytest.mark.timeout(5400)]

_NOT_BY_ITSELF = {"dagster/max_retries": "0"}


@pytest.fixture(scope="module")
def server(api: Emulated, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    settings = {"IONQ_ALERT_URLS": receiver.url, "IONQ_MAX_ATTEMPTS": "1"}
    with deployed(tmp_path_factory.mktemp("server"), api, settings=settings) as server:
        server.dagster.switch_on(sensors=("failed_runs", "successful_runs"))
        with server.daemon():
            yield server


@pytest.fixture(autouse=True)
def nothing_wrong(api: Emulated, receiver: Receiver) -> None:
    api.recover()
    receiver.messages.clear()


def assert_right(server: Deployment, api: Emulated) -> None:
    """Sync once more while the emulated clock stands still, and hold lake and warehouse against the API."""
    with api.standing_still() as truth:
        assert server.ended(server.dagster.launch(JOB)) == "SUCCESS"
        assert disagreements(api, server.data_dir) == []
        counted = published(server.data_dir, "select count(*), count(distinct job_id) from fct_jobs")
        assert counted == [(truth["totals"]["jobs"],) * 2]
        assert published(server.data_dir, "select count(*) from cost_reconciliation where status = 'mismatch'") == [
            (0,)
        ]


def start_copying(server: Deployment, api: Emulated, tags: dict[str, str]) -> tuple[str, int]:
    """Start a run, and return it and its process once it waits for an answer, which is long in coming."""
    api.fail(kind="slow", path="/job{s}", seconds=60)  # braces: this endpoint alone, and not what begins with its path
    run_id = server.dagster.launch(JOB, tags=tags)
    wait_for("the run's copying", api.hits, logs=[server.daemon_log])
    found = [re.search(r"\(pid: (\d+)\)", event.get("message", "")) for event in server.dagster.events(run_id)]
    return run_id, next(int(each.group(1)) for each in found if each)


def kill_in_the_middle(server: Deployment, api: Emulated, tags: dict[str, str]) -> str:
    """Start a run, and kill its process once it is copying; return the run."""
    run_id, pid = start_copying(server, api, tags)
    os.kill(pid, signal.SIGKILL)
    api.recover()
    return run_id


def test_a_killed_run_is_repeated_by_hand(server: Deployment, api: Emulated, receiver: Receiver) -> None:
    killed = kill_in_the_middle(server, api, _NOT_BY_ITSELF)
    assert server.ended(killed) == "FAILURE"
    assert verify(Lake(server.data_dir / "lake")).is_sound
    wait_for("an alert", lambda: receiver.titles, logs=[server.daemon_log])
    assert receiver.titles == [f"The job {JOB} failed"]

    again = server.dagster.rerun(killed, strategy="ALL_STEPS")
    assert server.ended(again) == "SUCCESS"
    wait_for("the alert's end", lambda: not server.open_alerts(), logs=[server.daemon_log])
    assert_right(server, api)


def test_a_killed_run_is_repeated_by_dagster(server: Deployment, api: Emulated, receiver: Receiver) -> None:
    killed = kill_in_the_middle(server, api, {})
    assert server.ended(killed) == "FAILURE"
    again = wait_for(
        "the run's repetition",
        lambda: [run for run in server.dagster.runs() if run.parent == killed],
        logs=[server.daemon_log],
    )
    assert server.ended(again[0].run_id) == "SUCCESS"
    assert_right(server, api)
    assert receiver.titles == [], "what mends itself wakes nobody"


def test_a_run_that_is_ended_in_the_ui_is_canceled_and_no_failure(
    server: Deployment, api: Emulated, receiver: Receiver
) -> None:
    run_id, _ = start_copying(server, api, {})
    server.dagster.terminate(run_id)
    assert server.ended(run_id) == "CANCELED"
    assert verify(Lake(server.data_dir / "lake")).is_sound
    api.recover()
    assert_right(server, api)
    assert receiver.titles == []


def test_two_runs_and_a_backfill_at_once(server: Deployment, api: Emulated) -> None:
    today = datetime.now(UTC).date()
    dates = [(today - timedelta(days=n)).isoformat() for n in range(40, 0, -1)]
    runs = [server.dagster.launch(JOB), server.dagster.launch(JOB)]
    backfill = server.dagster.backfill("lake/usage", dates)
    filling = wait_for(
        "the backfill's run",
        lambda: [run for run in server.dagster.runs() if run.tags.get("dagster/backfill") == backfill],
        logs=[server.daemon_log],
    )
    assert len(filling) == 1, "any number of dates is one run"
    assert {server.ended(run_id) for run_id in (*runs, filling[0].run_id)} == {"SUCCESS"}
    assert server.dagster.assets()["lake/usage"]["partitionStats"]["numMaterialized"] >= len(dates)
    assert_right(server, api)


def test_trouble_with_the_api_is_tried_again_by_the_step(server: Deployment, api: Emulated, receiver: Receiver) -> None:
    api.fail(kind="status", path="/sessions", status=503, times=1)
    run_id = server.dagster.launch(JOB, assets=("lake/sessions",))
    assert server.ended(run_id) == "SUCCESS"
    kinds = [event["__typename"] for event in server.dagster.events(run_id)]
    assert kinds.count("ExecutionStepUpForRetryEvent") == 1
    assert receiver.titles == []
