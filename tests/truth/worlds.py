"""Simulated organizations that go on living between syncs, with what an outsider read of them at each."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.emulator.sessions import BY_USER, COST_LIMIT, EXPIRED, JOB_LIMIT
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.warehouse import build, publish
from tests.conftest import COST_CENTERS, SCENARIO, Simulated
from tests.truth.answers import Answers, read_backends, read_everything
from tests.truth.knowledge import Knowledge

ANCHOR = datetime(2026, 3, 24, 18, tzinfo=UTC)
"""A Tuesday evening, when some jobs wait and run; the last visit is in the next month."""
SWITCHES: dict[int, dict[str, Any]] = {
    101: {"contract": "2026-05"},
    102: {"contract": "2026-05", "mean_fidelities": True},
    103: {"contract": "2026-05", "hostile": True, "credits": True},
    104: {"contract": "2026-10"},
    105: {"contract": "2026-10", "credits": True},
    106: {"contract": "2026-10", "credits": True, "hostile": True, "mean_fidelities": True},
}
STAGES = ("second", "third", "from nothing")
"""After the second visit, after the third, and after the third built upon no build before it."""


@dataclass(frozen=True)
class World:
    """A built warehouse, what an outsider knows of the same organization, and the emulator's truth about it.

    ``ended_by`` says what ended each session, ``changed_bills`` whose bills were changed by hand.
    """

    warehouse: Path
    known: Knowledge
    truth: dict[str, Any]
    ended_by: dict[str, str]
    changed_bills: frozenset[str] = frozenset()

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.warehouse), read_only=True)


def seen_anew(simulated: Simulated) -> World:
    """Read the API of the organization that `simulated` has synced: the same scenario gives the same answers."""
    emulator = Emulator(Scenario(**SCENARIO))
    with emulator.serve() as server:
        known = read_first(server)
    known = replace(known, cost_centers=simulated.data_dir / "cost_centers.csv")
    return World(simulated.data_dir / "warehouse.duckdb", known, simulated.truth, ended_by(emulator))


def ended_by(emulator: Emulator) -> dict[str, str]:
    """Return what ended, or will end, each session."""
    words = {JOB_LIMIT: "job_count_limit", COST_LIMIT: "cost_limit", BY_USER: "user", EXPIRED: "duration_limit"}
    return {emulator.session_ids[session.number]: words[session.ended_by] for session in emulator.history.sessions}


def read_first(server: Server) -> Knowledge:
    """Return what one visit tells."""
    return Knowledge([visit(server)])


def visit(server: Server) -> Answers:
    """Read everything that an emulator says now."""
    scenario, now = server.emulator.scenario, server.emulator.clock.now().replace(tzinfo=None)
    assert scenario.anchor is not None
    since = scenario.anchor - timedelta(days=scenario.days + 5)
    return read_everything(server.base_url, server.api_key, at=now, since=since)


def live(folder: Path, seed: int) -> dict[str, World]:
    """Sync three times while life goes on; return the world after the second and the third visit.

    The last is built twice: upon the build before it, and from nothing.
    """
    scenario = Scenario(seed=seed, days=140, jobs=1_500, anchor=ANCHOR, **SWITCHES[seed])
    settings = Settings(data_dir=folder, accounts=(Account(),))
    worlds: dict[str, World] = {}
    with Emulator(scenario).serve() as server:
        (folder / "cost_centers.csv").write_text(COST_CENTERS)
        known = Knowledge([], budgets=_budgets(folder, server.emulator), cost_centers=folder / "cost_centers.csv")
        server.emulator.restate_usage(ANCHOR.date() - timedelta(days=40), cents=2_500, project=4, user=1)
        waiting = [server.emulator.add_job(submitted_at=ANCHOR - timedelta(hours=n), final=None) for n in (1, 2, 3)]
        known = _sync(known, server, settings)
        changed = _a_day_later(server.emulator, waiting)
        known = _sync(known, server, settings)
        worlds["second"] = _built(known, server, settings, folder / "second.duckdb", changed)
        known = _looks(known, server, settings)
        server.emulator.delete_job(waiting[2])
        _a_week_later(server.emulator, known)
        known = _sync(known, server, settings)
        worlds["third"] = _built(known, server, settings, folder / "third.duckdb", changed)
        scratch = settings.model_copy(update={"data_dir": folder / "scratch", "lake": str(settings.lake_dir)})
        worlds["from nothing"] = _built(known, server, scratch, folder / "scratch.duckdb", changed)
    return worlds


def _a_day_later(emulator: Emulator, waiting: list[str]) -> frozenset[str]:
    """Thirty hours later: one waiting job is gone, one canceled, bills have changed and a date is restated."""
    emulator.delete_job(waiting[0])
    emulator.cancel_job(waiting[1])
    emulator.clock.advance(timedelta(hours=30))
    jobs = [job for job in emulator.truth(jobs=True)["jobs"] if job["status"] == "completed" and job["cost"]]
    fresh = [job["id"] for job in jobs if job["started_at"] > ANCHOR.isoformat() and job["currency"] == "usd"]
    for job_id in fresh[:2]:
        emulator.restate_cost(job_id, cents=12_345)
    emulator.restate_usage(ANCHOR.date() - timedelta(days=12), cents=4_321, project=1, user=2)
    emulator.restate_usage(ANCHOR.date() - timedelta(days=30), cents=3_210, project=2, user=1)  # of a closed month
    return frozenset(fresh[:2])


def _a_week_later(emulator: Emulator, known: Knowledge) -> None:
    """Nine days later: jobs that were paid for are gone, one appears late, and dates are restated again."""
    paid = [key for key, bill in known.counted_bills.items() if bill.cost and not known.jobs[key].is_deleted]
    for job_id in (min(paid), max(paid)):
        emulator.delete_job(job_id)
    unsettled = [key for key in paid if not known.bills[key].is_settled and key not in (min(paid), max(paid))]
    for job_id in unsettled[:1]:
        emulator.delete_job(job_id)
    emulator.add_job(submitted_at=ANCHOR - timedelta(days=6), project=2, user=3)
    emulator.restate_usage(ANCHOR.date() - timedelta(days=20), cents=-777, project=0, user=0)
    emulator.add_characterization("qpu.forte-1", values={"2q": 0.97})
    emulator.clock.advance(timedelta(days=9))


def connected(server: Server) -> Any:
    """Return how a sync reaches an emulator, by the emulator's clock."""
    return lambda _: Client(server.base_url, api_key=server.api_key, clock=server.emulator.clock.now)


def _sync(known: Knowledge, server: Server, settings: Settings, resources: list[str] | None = None) -> Knowledge:
    records = sync(
        settings, Lake(settings.lake_dir), resources=resources, connect=connected(server),
        clock=server.emulator.clock.now,
    )  # fmt: skip
    assert all(record.complete for record in records), [record.missing for record in records]
    now = server.emulator.clock.now().replace(tzinfo=None)
    seen = read_backends(server.base_url, server.api_key, at=now) if resources else visit(server)
    return replace(known, visits=[*known.visits, seen])


def _looks(known: Knowledge, server: Server, settings: Settings) -> Knowledge:
    """Look at the backends alone, at uneven intervals for a day and a half."""
    for minutes in (10, 10, 45, 75, 200, 30, 500, 20, 15, 600, 50, 600):
        server.emulator.clock.advance(timedelta(minutes=minutes))
        known = _sync(known, server, settings, ["backends"])
    return known


def _built(known: Knowledge, server: Server, settings: Settings, copy: Path, changed: frozenset[str]) -> World:
    result = build(
        settings.data_dir, lake_dir=settings.lake_dir, budgets=known.budgets, cost_centers=known.cost_centers
    )
    assert result.passed, result
    publish(settings.data_dir)
    shutil.copyfile(settings.data_dir / "warehouse.duckdb", copy)
    return World(copy, known, server.emulator.truth(jobs=True), ended_by(server.emulator), changed)


def _budgets(folder: Path, emulator: Emulator) -> Path:
    """Write budgets by id and by name, for all months and for one, and for the organization as a whole."""
    organization = emulator.history.organization
    lines = [
        {"project_id": organization.project_ids[0], "budget": "9000"},
        {"project_id": organization.project_ids[0], "budget": "20.5", "month": "2026-04"},
        {"project_name": organization.project_names[1], "budget": "1500"},
        {"budget": "25000"},
        {"project_id": organization.project_ids[3], "budget": "100", "currency": "CREDITS"},
    ]
    path = folder / "budgets.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["organization", "project_id", "project_name", "month", "budget", "currency"])
        writer.writeheader()
        writer.writerows(lines)
    return path
