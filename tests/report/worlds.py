"""Published warehouses to report on: a hostile organization, and some with next to nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ionq_data import warehouse
from ionq_data.alerts import deliver, evaluate
from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.sql.marts import write_lake

ANCHOR = datetime(2026, 6, 17, 9, tzinfo=UTC)
"""A Wednesday morning, when some jobs wait."""
HOSTILE = Scenario(seed=105, days=120, jobs=900, anchor=ANCHOR, hostile=True, credits=True)


def make_hostile(data_dir: Path) -> None:
    """Publish the warehouse of an organization with hostile names, two currencies and budgets."""
    _live(data_dir, HOSTILE, budgets=(1_000_000, 1, 90_000))


def make_may(data_dir: Path) -> None:
    """Publish the warehouse of an organization that meets May's contract."""
    _live(data_dir, replace(HOSTILE, seed=106, hostile=False, contract="2026-05"), budgets=(1_000_000, 1, 90_000))


def make_year(data_dir: Path) -> None:
    """Publish the warehouse of an organization with a year of 20 000 jobs."""
    _live(data_dir, Scenario(anchor=ANCHOR), budgets=(30_000, 9_000, 110_000))


def _live(data_dir: Path, scenario: Scenario, *, budgets: tuple[int, int, int]) -> None:
    settings = Settings(data_dir=data_dir, accounts=(Account(),))
    with Emulator(scenario).serve() as server:
        clock = server.emulator.clock
        for hours in (1, 2):
            server.emulator.add_job(submitted_at=ANCHOR - timedelta(hours=hours), final=None)

        def connect(_: Account) -> Client:
            return Client(server.base_url, api_key=server.api_key, clock=clock.now)

        records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=clock.now)
        assert all(record.complete for record in records)
        file = _write_budgets(data_dir / "budgets.csv", server.emulator.history.organization.project_ids, budgets)
    result = warehouse.build(data_dir, lake_dir=settings.lake_dir, budgets=file)
    assert result.passed, result.explain()
    warehouse.publish(data_dir)
    note_alerts(settings)


def note_alerts(settings: Settings) -> None:
    """Evaluate the alerts two hours after the anchor, when some data is stale, and keep them, as a publication does."""
    deliver(settings, evaluate(settings, Lake(settings.lake_dir), now=ANCHOR + timedelta(hours=2)))


def _write_budgets(path: Path, project_ids: Sequence[str], budgets: tuple[int, int, int]) -> Path:
    """Write the budgets of two projects, and one for everything."""
    first, second, whole = budgets
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["organization", "project_id", "project_name", "month", "budget", "currency"])
        writer.writerow(["", project_ids[0], "", "", first, "USD"])
        writer.writerow(["", project_ids[1], "", "", second, "USD"])
        writer.writerow(["", "", "", "", whole, "USD"])
    return path


def make_empty(data_dir: Path) -> None:
    """Publish the warehouse of a lake that has no row."""
    _publish(data_dir, {})


def make_one_job(data_dir: Path) -> None:
    """Publish the warehouse of one QPU job that still waits; nothing else is known, not even the organization."""
    job = _job("only", "qpu.forte-1", status="ready", started_at=None, completed_at=None)
    _publish(data_dir, {"jobs": [job]})


def make_simulator_only(data_dir: Path) -> None:
    """Publish the warehouse of an organization that has run jobs on the simulator alone."""
    _publish(data_dir, {"jobs": [_job(f"job-{number}", "simulator") for number in range(3)]})


TYPED = ("javascript:alert(document.domain)", '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0", "\u202egnp.exe")
"""What a user or a server may write where the page shows a name."""


def make_typed(data_dir: Path) -> None:
    """Publish the warehouse of jobs whose project, user, backend and failure have names that break careless pages."""
    jobs, costs = [], []
    for number, name in enumerate(TYPED):
        values = {"project_id": name, "submitter_id": name, "name": name, "metadata": json.dumps({name: "x" * 40_000})}
        failure = {"status": "failed", "failure_code": name, "failure_message": name * 1000}
        jobs.append(_job(f"job-{number}", f"qpu.{name}", **values))
        jobs.append(_job(f"failed-{number}", f"qpu.{name}", **values, **failure))
        settled = {"is_settled": True, "first_answered_at": ANCHOR, "attempts": 2, "http_status": 200}
        costs.append({"job_id": f"job-{number}", "cost_value": 10 + number, "cost_unit": "USD", **settled})
    _publish(data_dir, {"jobs": jobs, "job_costs": costs})


WORLDS: Mapping[str, Callable[[Path], None]] = {
    "hostile": make_hostile,
    "may": make_may,
    "empty": make_empty,
    "one_job": make_one_job,
    "simulator_only": make_simulator_only,
    "typed": make_typed,
}


def _job(job_id: str, backend: str, **values: Any) -> dict[str, Any]:
    ended = {
        "status": "completed",
        "started_at": ANCHOR - timedelta(minutes=90),
        "completed_at": ANCHOR - timedelta(minutes=80),
    }
    return {
        "id": job_id,
        "type": "ionq.circuit.v1",
        "backend": backend,
        "dry_run": False,
        "submitted_at": ANCHOR - timedelta(hours=2),
        "shots": 100,
        **ended,
        **values,
    }


def _publish(data_dir: Path, tables: Mapping[str, list[dict[str, Any]]]) -> None:
    lake = write_lake(data_dir / "lake", tables, as_of={"default": ANCHOR} if tables else None)
    result = warehouse.build(data_dir, lake_dir=lake)
    assert result.passed, result.explain()
    warehouse.publish(data_dir)
