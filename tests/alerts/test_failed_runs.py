"""A job that fails is one alert until it succeeds."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from ionq_data.alerts import Alert, evaluate, note_failed_run, note_successful_run
from ionq_data.config import Settings
from ionq_data.lake import Lake
from tests.alerts.warehouse import NOW


def fail(data_dir: Path, number: int, *, job: str = "sync_everything", message: str = "The disk is full.") -> None:
    note_failed_run(data_dir, job=job, run_id=f"run-{number}", failed_at=NOW + timedelta(hours=number), message=message)


def found(data_dir: Path, *, enabled: bool = True) -> list[Alert]:
    settings = Settings(data_dir=data_dir, alerts={"rules": {"failed_run": {"enabled": enabled}}})
    return evaluate(settings, Lake(data_dir / "lake"), now=NOW)


def test_a_job_that_goes_on_failing_is_one_alert(tmp_path: Path) -> None:
    fail(tmp_path, 1)
    [first] = found(tmp_path)
    fail(tmp_path, 2)
    fail(tmp_path, 2)  # told twice of one run
    [second] = found(tmp_path)
    assert first.identity == second.identity == ("failed_run", "sync_everything", "run-1")
    assert first.title == "The job sync_everything failed"
    assert second.title == "The job sync_everything failed, 2 times in a row"
    assert "Run run-2 failed at 2026-06-15 14:00 UTC: The disk is full." in second.body


def test_a_success_ends_it_and_the_next_failure_is_another(tmp_path: Path) -> None:
    fail(tmp_path, 1)
    fail(tmp_path, 1, job="compact_lake")
    note_successful_run(tmp_path, jobs=["sync_everything"])
    assert [alert.subject for alert in found(tmp_path)] == ["compact_lake"]
    fail(tmp_path, 3)
    assert {alert.period for alert in found(tmp_path)} == {"run-1", "run-3"}


def test_a_success_that_follows_none_leaves_no_file(tmp_path: Path) -> None:
    note_successful_run(tmp_path, jobs=["sync_everything"])
    assert not list(tmp_path.glob("*.json"))


def test_the_message_is_plain_text_and_not_too_long(tmp_path: Path) -> None:
    fail(tmp_path, 1, message="<!channel> dbt said:\n" + "x" * 5000)
    [alert] = found(tmp_path)
    assert "‹!channel› dbt said: xxx" in alert.body
    assert len(alert.body) < 900


def test_the_rule_can_be_switched_off(tmp_path: Path) -> None:
    fail(tmp_path, 1)
    assert found(tmp_path, enabled=False) == []


def test_many_at_once_are_all_noted(tmp_path: Path) -> None:
    threads = [threading.Thread(target=fail, args=(tmp_path, 1), kwargs={"job": f"job_{n}"}) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {alert.subject for alert in found(tmp_path)} == {f"job_{n}" for n in range(12)}
