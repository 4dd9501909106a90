"""Webserver and daemon for real: schedules fire, runs fill the lake, and what fails reaches a person once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.graph import FIRST_USAGE
from tests.alerts.receiver import Receiver
from tests.operations.deployment import Deployment, deployed
from tests.operations.emulated import Emulated
from tests.operations.processes import wait_for

pytestmark = pytest.mark.timeout(5400)


@pytest.mark.prove
def test_a_server_runs_by_itself_and_says_when_it_cannot(api: Emulated, receiver: Receiver, tmp_path: Path) -> None:
    with deployed(tmp_path, api, settings={"IONQ_ALERT_URLS": receiver.url}) as server:
        assert {state["status"] for state in server.dagster.schedules().values()} == {"STOPPED"}
        server.dagster.switch_on(
            schedules=("backends_every_10_minutes", "usage_daily"), sensors=("failed_runs", "successful_runs")
        )
        server.make_due(by=timedelta(days=1, hours=1))
        with server.daemon():
            schedules_fill_the_lake(server)
            failure_is_told_once_and_taken_back(server, api, receiver)


def dates_with_usage(until: date) -> int:
    return (until - FIRST_USAGE).days + 1


def schedules_fill_the_lake(server: Deployment) -> None:
    began = datetime.now(UTC).date()
    for schedule in ("backends_every_10_minutes", "usage_daily"):
        assert server.first_run_of(schedule) == "SUCCESS"
        first, *more = reversed(server.dagster.schedules()[schedule]["ticks"])
        assert (first["status"], len(first["runIds"])) == ("SUCCESS", 1), "a day's worth of missed ticks is one run"
        assert all(tick["status"] in {"SUCCESS", "SKIPPED", "STARTED"} for tick in more)

    results = server.settled_checks()
    assets = server.dagster.assets()
    for key in ("lake/backends", "lake/usage"):
        (newest,) = assets[key]["assetMaterializations"]
        assert {"rows_written", "requests", "watermark", "preview", "dagster/row_count"} <= {
            entry["label"] for entry in newest["metadataEntries"]
        }
        for name in ("complete", "none_rejected", "no_problems"):
            assert results[key, name] == "SUCCEEDED", (key, name)
        assert assets[key]["freshnessStatusInfo"]["freshnessStatus"] in {"HEALTHY", "UNKNOWN"}
    read = assets["lake/usage"]["partitionStats"]["numMaterialized"]
    assert dates_with_usage(began) <= read <= dates_with_usage(datetime.now(UTC).date()), "the first is a full one"
    assert assets["lake/jobs"]["assetMaterializations"] == []


def failure_is_told_once_and_taken_back(server: Deployment, api: Emulated, receiver: Receiver) -> None:
    api.fail(kind="status", path="/sessions", status=401)  # a schedule may be due meanwhile, and has to succeed
    failed = server.dagster.launch("sync_everything", assets=("lake/sessions",))
    assert server.ended(failed) == "FAILURE"
    wait_for("an alert", lambda: receiver.titles, logs=[server.daemon_log])
    assert receiver.titles == ["The job assets started by hand failed"]
    assert server.open_alerts() == receiver.titles

    api.recover()
    again = server.dagster.rerun(failed, strategy="FROM_FAILURE")
    assert server.ended(again) == "SUCCESS"
    assert server.dagster.run(again).parent == failed
    wait_for("the alert's end", lambda: not server.open_alerts(), logs=[server.daemon_log])
    assert len(receiver.titles) == 1
