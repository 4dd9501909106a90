"""The rules over the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ionq_data.alert_rules import STALE_AFTER_HOURS, StaleData
from ionq_data.alerts import Alert, evaluate
from ionq_data.config import Settings
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources import STANDING, Every
from tests.alerts.warehouse import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Every resource was read half an hour ago."""
    lake = Lake(tmp_path / "lake")
    for resource in STANDING:
        record(lake, resource, NOW - HOUR / 2)
    return lake


def record(lake: Lake, resource: str, at: datetime, *, missing: tuple[str, ...] = (), account: str = "default") -> None:
    run_id = f"{at:%Y%m%dT%H%M%SZ}-{resource}"
    lake.record(
        account,
        SyncRecord(
            resource=resource,
            run_id=run_id,
            started_at=at,
            finished_at=at + timedelta(seconds=9),
            complete=not missing,
            missing=missing,
        ),
    )


def found(lake: Lake, *, now: datetime = NOW, **rules: Any) -> list[Alert]:
    return evaluate(Settings(data_dir=lake.root.parent, alerts={"rules": rules}), lake, now=now)


def test_a_fresh_and_complete_lake_has_no_alerts(lake: Lake) -> None:
    assert found(lake) == []


def test_each_resource_is_stale_after_its_own_hours(lake: Lake) -> None:
    def stale(hours: float) -> set[str]:
        alerts = found(lake, now=NOW - HOUR / 2 + hours * HOUR)
        assert {alert.rule for alert in alerts} <= {"stale_data"}
        return {alert.subject.removeprefix("default/") for alert in alerts}

    assert stale(1) == set()
    assert stale(1.1) == {"backends"}
    hourly = {"whoami", "sessions", "rates", "jobs", "job_costs"}
    assert stale(4.1) == {"backends", *hourly}
    assert stale(18.1) == {"backends", "characterizations", *hourly}
    assert stale(50.1) == set(STANDING)


def test_what_is_copied_more_often_is_stale_sooner() -> None:
    assert set(STALE_AFTER_HOURS) <= set(Every)
    allowed = [StaleData().allowed_hours("any", every) for every in Every]
    assert allowed == sorted(allowed)
    assert StaleData(after_hours={"any": 9}).allowed_hours("any", Every.HOUR) == 9


def test_an_alert_of_stale_data_stays_the_same_until_it_is_over(lake: Lake) -> None:
    first, later = (found(lake, now=NOW + hours * HOUR)[0] for hours in (2, 3))
    assert first.identity == later.identity == ("stale_data", "default/backends", "2026-06-15T11:30:00Z")
    assert first.title == "backends of account default: no complete sync for 2 hours"
    assert "began at 2026-06-15 11:30 UTC; the limit is 1 hours" in first.body
    record(lake, "backends", NOW + 3 * HOUR)
    assert found(lake, now=NOW + 3.5 * HOUR) == []
    assert found(lake, now=NOW + 5 * HOUR)[0].identity != first.identity


def test_hours_are_those_of_the_configuration(lake: Lake) -> None:
    late = NOW + 5 * HOUR
    rule = {"after_hours": {"backends": 24}, "otherwise_after_hours": 5}
    assert {alert.subject for alert in found(lake, now=late, stale_data=rule)} == {
        f"default/{name}" for name in set(STANDING) - {"backends", "characterizations"}
    }
    assert found(lake, now=late, stale_data={"enabled": False}) == []


def test_what_was_never_read_is_stale_when_the_account_has_been_known_for_long_enough(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    record(lake, "backends", NOW)
    assert found(lake, now=NOW + HOUR / 2) == []
    alerts = {alert.subject: alert for alert in found(lake, now=NOW + 5 * HOUR)}
    hourly = {"whoami", "sessions", "rates", "jobs", "job_costs"}
    assert set(alerts) == {f"default/{name}" for name in ("backends", *hourly)}
    assert alerts["default/jobs"].period == "never"
    assert "No sync was ever complete" in alerts["default/jobs"].body


def test_an_incomplete_sync_names_what_is_missing_and_stays_one_alert(lake: Lake) -> None:
    record(lake, "jobs", NOW, missing=tuple(f"jobs: page {n} <b>answered</b> 503" for n in range(7)))
    [first] = found(lake)
    record(lake, "jobs", NOW + HOUR / 6, missing=("jobs: GET /jobs timed out",))
    [second] = found(lake)
    assert first.identity == second.identity == ("incomplete_sync", "default/jobs", "2026-06-15T12:00:00Z")
    assert first.title == "jobs of account default: sync incomplete since 2026-06-15 12:00 UTC"
    assert "jobs: page 4 ‹b›answered‹/b› 503\n… and 2 more" in first.body
    assert "timed out" in second.body
    record(lake, "jobs", NOW + HOUR / 3)
    assert found(lake) == []


def test_some_incomplete_syncs_in_a_row_can_be_allowed(lake: Lake) -> None:
    for minutes in (0, 10):
        assert found(lake, incomplete_sync={"after_runs": 2}) == []
        record(lake, "jobs", NOW + timedelta(minutes=minutes), missing=("x",))
    assert len(found(lake, incomplete_sync={"after_runs": 2})) == 1
    assert found(lake, incomplete_sync={"enabled": False}) == []


def test_accounts_are_apart(lake: Lake) -> None:
    for resource in STANDING:
        record(lake, resource, NOW, account="second", missing=("x",) if resource == "jobs" else ())
    assert [alert.subject for alert in found(lake)] == ["second/jobs"]


def test_with_the_server_s_clock_ages_are_judged_by_the_last_sync(lake: Lake) -> None:
    record(lake, "jobs", NOW + 3 * HOUR)
    settings = Settings(data_dir=lake.root.parent, clock="server")
    assert [alert.subject for alert in evaluate(settings, lake)] == ["default/backends"]
    local = evaluate(Settings(data_dir=lake.root.parent), lake, now=NOW + 600 * HOUR)
    assert len(local) == len(STANDING)


def refuse(lake: Lake, resource: str, at: datetime, account: str = "default") -> None:
    refusal = {"availability": "refused", "unavailable_reason": f"GET /{resource} answered 403"}
    sync = SyncRecord(
        resource=resource,
        run_id=f"{at:%Y%m%dT%H%M%SZ}-{resource}-refused",
        started_at=at,
        finished_at=at + timedelta(seconds=1),
        complete=True,
        mode="refused",
        **refusal,  # type: ignore[arg-type]
    )
    lake.record(account, sync)


def test_losing_what_was_available_is_a_warning_until_it_is_back(lake: Lake) -> None:
    for minutes in (20, 10):
        refuse(lake, "usage", NOW - timedelta(minutes=minutes))
    (alert,) = found(lake)
    assert (alert.severity, alert.subject, alert.period) == ("warning", "default/usage", "2026-06-15T11:40:00Z")
    assert "not available to this key any more" in alert.title
    assert "GET /usage answered 403" in alert.body
    record(lake, "usage", NOW - timedelta(minutes=5))
    assert found(lake) == []


def test_what_never_was_available_is_no_alert(lake: Lake) -> None:
    for resource in STANDING:
        refuse(lake, resource, NOW - HOUR / 4, account="other")
    assert found(lake) == []
