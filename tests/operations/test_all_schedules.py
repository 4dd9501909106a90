"""Every schedule due at the same moment, as after an outage: all of it comes right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.schedules import JOB, PLANS
from tests.alerts.receiver import Receiver
from tests.operations.agreement import disagreements, published
from tests.operations.deployment import Deployment, deployed
from tests.operations.emulated import Emulated
from tests.operations.processes import wait_for

pytestmark = [pytest.mark.prove, pytest.mark.timeout(5400)]

SCHEDULES = {
    *(plan.name for plan in PLANS),
    "compaction_daily",
    "retention_daily",
    "alerts_hourly",
    "freshness_hourly",
}


def test_all_schedules_at_once(api: Emulated, receiver: Receiver, tmp_path: Path) -> None:
    settings = {"IONQ_SCHEDULES": "on", "IONQ_ALERT_URLS": receiver.url}
    with deployed(tmp_path, api, settings=settings) as server:
        assert {state["status"] for state in server.dagster.schedules().values()} == {"RUNNING"}, (
            "one setting is enough"
        )
        assert set(server.dagster.sensors().values()) == {"RUNNING"}
        with server.daemon():
            wait_for("the daemon's seeing the schedules", lambda: known_schedules(server) >= SCHEDULES)
        server.make_due(by=timedelta(days=7, hours=1))  # the daemon was down for a week
        with server.daemon():
            for schedule in sorted(SCHEDULES):
                assert server.first_run_of(schedule) == "SUCCESS", schedule
            with api.standing_still() as truth:
                assert server.ended(server.dagster.launch(JOB)) == "SUCCESS"
                assert disagreements(api, server.data_dir) == []
                jobs = published(server.data_dir, "select count(*), count(distinct job_id) from fct_jobs")
                assert jobs == [(truth["totals"]["jobs"],) * 2]
            everything_is_there(server)
        assert not [title for title in receiver.titles if "failed" in title]


def known_schedules(server: Deployment) -> set[str]:
    with server.instance() as instance:
        return {state.instigator_name for state in instance.all_instigator_state()}


def everything_is_there(server: Deployment) -> None:
    checks = server.settled_checks()
    assets = server.dagster.assets()
    without = {key for key, node in assets.items() if not node["assetMaterializations"]}
    assert without == {"lake/job_results"}, "results are copied only where they are asked for"
    failed = {
        check: status
        for check, status in checks.items()
        if check[1] != "fresh" and check[0] not in without and status != "SUCCEEDED"
    }
    assert not failed, failed
    wait_for(
        "everything's being called fresh",
        lambda: (
            {
                node["freshnessStatusInfo"]["freshnessStatus"]
                for node in server.dagster.assets().values()
                if node["freshnessStatusInfo"] and node["assetMaterializations"]
            }
            == {"HEALTHY"}
        ),
        logs=[server.daemon_log],
    )
    assert (server.data_dir / "report" / "index.html").is_file()
