"""The notebook runs, and what it shows is what the marts say."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Simulated

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.py"


def test_the_notebook_shows_what_the_marts_say(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_DATA_DIR", str(simulated.data_dir))
    monkeypatch.delenv("IONQ_LAKE", raising=False)
    outputs, names = runpy.run_path(str(NOTEBOOK))["app"].run()
    assert sum(output is not None for output in outputs) >= 7

    with simulated.connect() as connection:
        total = connection.execute("select sum(cost) from cost_per_project_monthly").fetchone()
        who = connection.execute(
            "select submitter_name, count(*) from fct_jobs where is_qpu and started_at is not null group by 1 "
            "order by 2 desc"
        ).fetchone()
        jobs = connection.execute(
            "select job_id, fidelity_2q from fct_jobs where submitter_name = $1 and is_qpu and fidelity_2q is not null "
            "and started_at is not null",
            [who[0]],
        ).fetchall()
        waits = connection.execute(
            """
            select backend, count(*), median(queue_seconds) / 60, quantile_cont(queue_seconds, 0.9) / 60 from fct_jobs
            where is_qpu and parent_job_id is null and not dry_run and queue_seconds is not null
            group by backend order by backend
            """
        ).fetchall()
    assert names["costs"]["cost"].sum() == total[0]
    assert names["me"].value == who[0]
    assert sorted(names["mine"].select("job_id", "fidelity_2q").rows()) == sorted(jobs)
    shown = names["waits"].rows()
    assert [row[:2] for row in shown] == [row[:2] for row in waits]
    assert [row[2:] for row in shown] == [pytest.approx(row[2:], rel=1e-6) for row in waits]


def test_it_is_a_notebook_that_marimo_accepts() -> None:
    check = [sys.executable, "-m", "marimo", "check", "--strict", str(NOTEBOOK)]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
