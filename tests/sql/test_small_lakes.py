"""Every model builds and passes its tests on a lake with nothing in it and with one job; dbt's unit tests hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ionq_data.warehouse.dbt_process import run_dbt
from ionq_data.warehouse.layout import WAREHOUSE_FILE
from ionq_data.warehouse.project import sql_dir
from tests.sql.comparing import differing_tables
from tests.sql.marts import build, write_lake

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.slow
def test_nothing_by_dbt_alone(tmp_path: Path) -> None:
    """Of a lake without a row every mart is there, and empty; the unit tests bring their own rows.

    The same project, run by nothing but dbt: whoever runs ``dbt build`` in ``sql/`` gets what a build makes.
    """
    lake = write_lake(tmp_path / "lake", {})
    variables = {
        "IONQ_DATA_LAKE": str(lake),
        "IONQ_DATA_BUILD": str(tmp_path / "by_dbt" / WAREHOUSE_FILE),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    (tmp_path / "by_dbt").mkdir()
    outcome = run_dbt(["build", "--exclude-resource-type", "test"], project=sql_dir(), environment=variables)
    assert outcome.exit_code == 0, outcome.summary
    build(tmp_path, lake).close()
    assert differing_tables(tmp_path / "by_dbt" / WAREHOUSE_FILE, tmp_path / WAREHOUSE_FILE) == []
    with duckdb.connect(str(tmp_path / WAREHOUSE_FILE), read_only=True) as connection:
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
    with build(tmp_path, lake) as connection:
        waits = connection.execute(
            "select jobs_submitted, jobs_started, jobs_censored, p50_seconds, km_p50_seconds from queue_time_daily"
        ).fetchall()
        backlog = connection.execute("select hour(hour), jobs_waiting from queue_backlog_hourly order by 1").fetchall()
    assert waits == [(1, 0, 1, None, None)]
    assert backlog == [(12, 1), (13, 1), (14, 1)]
