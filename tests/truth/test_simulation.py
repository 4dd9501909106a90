"""The marts agree with the simulation itself, which knows what nobody can read from the API."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.truth.comparing import EPOCH, is_same, read_rows
from tests.truth.conftest import Lives
from tests.truth.knowledge import is_plausible
from tests.truth.worlds import ANCHOR, SWITCHES, World

Row = dict[str, Any]


def rows(world: World, mart: str) -> list[Row]:
    with world.connect() as connection:
        return read_rows(connection, mart)


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)


def test_every_job_is_as_it_was(world: World) -> None:
    there = {row["job_id"]: row for row in rows(world, "fct_jobs")}
    true = {job["id"]: job for job in world.truth["jobs"] if not job["is_deleted"]}
    assert {key for key, row in there.items() if not row["is_deleted"]} == true.keys()
    for key, job in true.items():
        bill = None if job["cost"] is None else Decimal(job["cost"])
        says_shots = "shots" in world.known.jobs[key].json  # October's quantum functions say none
        wanted = {
            "status": job["status"], "backend": job["backend"], "project_id": job["project_id"],
            "submitter_id": job["submitter_id"], "session_id": job["session_id"], "parent_job_id": job["parent_id"],
            "dry_run": job["is_dry"], "shots": job["shots"] if says_shots else None,
            "queue_seconds": job["queue_seconds"],
            "is_debiased": job["is_debiased"] and job["backend"] != "simulator",
            "submitted_at": instant(job["submitted_at"]), "started_at": instant(job["started_at"]),
            "completed_at": instant(job["ended_at"]), "failure_code": job["failure_code"],
            "execution_seconds": job["execution_seconds"] or None, "billed_cost": bill,
            "billed_currency": None if bill is None else job["currency"].upper(),
        }  # fmt: skip
        off = [name for name, value in wanted.items() if not is_same(value, there[key][name])]
        assert not off, (key, {name: (wanted[name], there[key][name]) for name in off})


def test_costs_of_jobs_add_up_to_what_was_charged(world: World) -> None:
    """To the cent, in each currency. Of a deleted job nobody can know more than its bill when it was last seen."""
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(world, "fct_jobs"):
        if row["cost"]:
            paid[row["currency"]] += row["cost"]
    charged: dict[str, Decimal] = defaultdict(Decimal)
    for job in world.truth["jobs"]:
        if job["is_deleted"] and job["id"] in world.known.bills:
            charged[job["currency"].upper()] += world.known.bills[job["id"]].cost or 0
        elif job["cost"] and not job["is_deleted"]:
            charged[job["currency"].upper()] += Decimal(job["cost"])
    assert sum(charged.values()) > 50_000
    assert paid == charged
    if not any(job["is_deleted"] for job in world.truth["jobs"]):
        assert paid["USD"] == Decimal(world.truth["totals"]["cost"])


def test_each_project_cost_what_its_jobs_were_charged(world: World) -> None:
    """By the simulation's bills and restatements, date by date; bills that can still change aside."""
    true: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for row in world.truth["cost"]["project_daily"]:
        true[date.fromisoformat(row["date"]), row["project_id"]] += Decimal(row["cost"])
    for row in world.truth["usage_restatements"]:
        true[date.fromisoformat(row["date"]), row["project_id"]] += Decimal(row["amount"])
    wholes: dict[date, Decimal] = defaultdict(Decimal)
    for (day, _), cost in true.items():
        wholes[day] += cost
    found = [row for row in rows(world, "cost_per_project_daily") if row["currency"] == "USD"]
    listed = [row for row in found if row["source"] == "usage_report"]
    assert len(listed) > 100
    assert [row for row in listed if row["cost"] != true[row["date"], row["project_id"]]] == []
    for row in found:
        wholes[row["date"]] -= row["cost"]
    assert {day: left for day, left in wholes.items() if left} == {}


def test_queues_are_as_long_as_they_were(world: World) -> None:
    true = {(day["backend"], date.fromisoformat(day["date"])): day for day in world.truth["queue_daily_public"]}
    found = {(row["backend"], row["submitted_date"]): row for row in rows(world, "queue_time_daily")}
    assert found.keys() == true.keys()
    for key, day in true.items():
        row = found[key]
        counts = (row["jobs_submitted"], row["jobs_started"], row["jobs_censored"])
        assert counts == (day["submitted"], day["started"], day["censored"]), key
        for name in ("mean_seconds", "p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds"):
            assert is_same(day[name], row[name]), (key, name)


def test_backends_have_their_latest_calibration(world: World) -> None:
    found = {row["backend"]: row for row in rows(world, "dim_backends")}
    said = world.known.last.characterizations
    sound = [true for true in world.truth["fidelity"] if is_plausible(said[true["id"]])]
    assert len(sound) > len(world.truth["fidelity"]) / 2
    for true in sound:
        row = found[true["backend"]]
        assert (row["characterization_id"], row["measured_at"]) == (true["id"], instant(true["measured_at"]))
        assert (row["fidelity_1q"], row["fidelity_2q"], row["fidelity_spam"]) == (true["1q"], true["2q"], true["spam"])


def test_sessions_ended_as_they_did(world: World) -> None:
    """One that never opened has no duration; its limit was still the only one."""
    found = [row for row in rows(world, "session_utilization") if row["ended_by"] != "open"]
    assert len(found) > 5
    same = {"expired": "duration_limit"}
    wrong = [row for row in found if same.get(row["ended_by"], row["ended_by"]) != world.ended_by[row["session_id"]]]
    assert wrong == []


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", SWITCHES)
def test_the_audit_finds_the_wrong_bills_and_no_others(lives: Lives, seed: int) -> None:
    """Among jobs that ran after prices were first read; no price changes within these two weeks."""
    world = lives(seed)["third"]
    wrong = {*world.truth["misbilled_job_ids"], *world.changed_bills}
    judged = [row for row in rows(world, "cost_audit") if row["rate_observed_at"] is not None and row["is_settled"]]
    started = {job.id: job.started for job in world.known.jobs.values()}
    first_read = ANCHOR.replace(tzinfo=None) + timedelta(seconds=1)
    judged = [row for row in judged if (started[row["job_id"]] or EPOCH) >= first_read]
    assert len(judged) > 10
    dollars = [row for row in judged if row["currency"] == "USD"]
    found = {row["job_id"] for row in dollars if row["verdict"] in ("overbilled", "underbilled")}
    assert found == {row["job_id"] for row in dollars} & wrong
    assert world.changed_bills & found
