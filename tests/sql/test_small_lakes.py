"""Every model builds and passes its tests on a lake with nothing in it and with one job; dbt's unit tests hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.sql.marts import build, write_lake

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_nothing(tmp_path: Path) -> None:
    """Of a lake without a row every mart is there, and empty; the unit tests bring their own rows."""
    with build(tmp_path, write_lake(tmp_path / "lake", {}), "fqn:*", with_unit_tests=True) as connection:
        marts = connection.execute("select table_name from information_schema.tables where table_schema = 'main'")
        names = {name for (name,) in marts.fetchall()}
        assert {"fct_jobs", "fidelity_changes", "queue_backlog_hourly", "session_utilization"} <= names
        counts = {name: connection.execute(f'select count(*) from "{name}"').fetchone() for name in names}
        assert {name for name, count in counts.items() if count != (0,)} <= {"data_freshness"}


def test_one_job(tmp_path: Path) -> None:
    job = {
        "id": "j",
        "backend": "qpu.x",
        "status": "submitted",
        "dry_run": False,
        "submitted_at": NOON,
        "_deleted": False,
    }
    lake = write_lake(tmp_path / "lake", {"jobs": [job]}, as_of={"default": NOON.replace(hour=14, minute=30)})
    with build(tmp_path, lake, "fqn:*") as connection:
        waits = connection.execute(
            "select jobs_submitted, jobs_started, jobs_censored, p50_seconds, km_p50_seconds from queue_time_daily"
        ).fetchall()
        backlog = connection.execute("select hour(hour), jobs_waiting from queue_backlog_hourly order by 1").fetchall()
    assert waits == [(1, 0, 1, None, None)]
    assert backlog == [(12, 1), (13, 1), (14, 1)]
