"""The truth equals what anyone can compute from the API's own answers."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import quantiles
from typing import Any

import numpy as np
import pytest

from tests.emulator.conftest import Api


@pytest.fixture(params=[0, 31])
def observed(fresh: Callable[..., Api], request: pytest.FixtureRequest) -> tuple[Api, dict[str, Any]]:
    api = fresh(jobs=700, days=40)
    api.emulator.clock.advance(timedelta(hours=request.param))
    return api, api.emulator.truth(jobs=True)


def seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def test_costs_by_project_user_and_backend(observed: tuple[Api, dict[str, Any]]) -> None:
    api, truth = observed
    sums: dict[str, dict[str, defaultdict[tuple[str, str], Decimal]]] = {
        table: defaultdict(lambda: defaultdict(Decimal)) for table in ("cost", "cost_in_credits")
    }
    for job in api.jobs():
        cost = api.get(f"/jobs/{job['id']}/cost").get("cost")
        if cost is None or job["backend"] == "simulator":
            continue
        expected = sums["cost" if cost["unit"] == "usd" else "cost_in_credits"]
        for name, one in (("project", job["project_id"]), ("user", job["submitter_id"]), ("backend", job["backend"])):
            expected[f"{name}_daily"][job["completed_at"][:10], one] += Decimal(str(cost["value"]))
            expected[f"{name}_monthly"][job["completed_at"][:7], one] += Decimal(str(cost["value"]))
    for currency, expected in sums.items():
        for table, rows in truth[currency].items():
            name, period = table.split("_")
            when = "date" if period == "daily" else "month"
            assert {(row[when], row[f"{name}_id"]): Decimal(row["cost"]) for row in rows} == expected[table]
    totals = truth["totals"]
    assert Decimal(totals["cost"]) == sum(sums["cost"]["user_monthly"].values())
    assert Decimal(totals["credits"]) == sum(sums["cost_in_credits"]["user_monthly"].values()) > 0


@pytest.mark.parametrize("table", ["queue_daily", "queue_daily_roots", "queue_daily_public"])
def test_queue_figures(observed: tuple[Api, dict[str, Any]], table: str) -> None:
    api, truth = observed
    left_out = {"queue_daily": (), "queue_daily_roots": ("parent_job_id",)}.get(table, ("parent_job_id", "session_id"))
    waits: defaultdict[tuple[str, str], list[float | None]] = defaultdict(list)
    for job in api.jobs():
        if job["backend"] == "simulator" or job["dry_run"] or any(job[name] for name in left_out):
            continue
        wait = seconds(job["started_at"], job["submitted_at"]) if job["started_at"] else None
        waits[job["backend"], job["submitted_at"][:10]].append(wait)
    rows = truth[table]
    assert {(row["backend"], row["date"]) for row in rows} == set(waits)
    for row in rows:
        known = waits[row["backend"], row["date"]]
        started = [wait for wait in known if wait is not None]
        assert (row["submitted"], row["started"]) == (len(known), len(started))
        assert row["censored"] == len(known) - len(started)
        if len(started) > 1:
            deciles = quantiles(started, n=100, method="inclusive")
            assert row["p50_seconds"] == pytest.approx(deciles[49], abs=1e-9)
            assert row["p90_seconds"] == pytest.approx(deciles[89], abs=1e-9)
            assert row["mean_seconds"] == pytest.approx(sum(started) / len(started), abs=1e-9)


def test_facts_of_jobs(observed: tuple[Api, dict[str, Any]]) -> None:
    api, truth = observed
    facts = {fact["id"]: fact for fact in truth["jobs"]}
    jobs = api.jobs()
    assert len(facts) == len(jobs) == truth["totals"]["jobs"]
    for job in jobs:
        fact = facts[job["id"]]
        assert (fact["status"], fact["backend"], fact["shots"]) == (
            job["status"], job["backend"], job.get("shots", fact["shots"])
        )  # fmt: skip
        assert (fact["parent_id"], fact["session_id"]) == (job["parent_job_id"], job["session_id"])
        assert fact["failure_code"] == (job["failure"] or {}).get("code")
        for name, shown in (
            ("submitted_at", "submitted_at"),
            ("started_at", "started_at"),
            ("ended_at", "completed_at"),
        ):
            assert (fact[name] and datetime.fromisoformat(fact[name])) == (
                job[shown] and datetime.fromisoformat(job[shown])
            )
        if job["execution_duration_ms"] is not None:
            assert fact["execution_seconds"] * 1000 == pytest.approx(job["execution_duration_ms"])
    assert truth["totals"]["by_status"] == {
        status: sum(job["status"] == status for job in jobs) for status in truth["totals"]["by_status"]
    }


def test_fidelities_and_backends(observed: tuple[Api, dict[str, Any]]) -> None:
    api, truth = observed
    for row in truth["fidelity"]:
        newest = api.get(f"/backends/{row['backend']}/characterizations")["characterizations"][0]
        assert row["id"] == newest["id"]
        for metric in ("1q", "2q", "spam"):
            assert row[metric] == newest["fidelity"][metric]["median"]
        assert (row["gate_1q"], row["t2"]) == (newest["timing"]["1q"], newest["timing"]["t2"])
    for row in truth["backends"]:
        shown = api.get(f"/backends/{row['backend']}")
        assert (row["status"], row["degraded"]) == (shown["status"], shown["degraded"])


def test_injected_changes_stand_out_of_the_noise() -> None:
    """Each is at least four sigma between fifteen measurements on either side, and the measurements show it."""
    from ionq_data.emulator import Emulator, Scenario
    from tests.emulator.conftest import ANCHOR

    found = 0
    for seed in range(4):
        emulator = Emulator(Scenario(seed=seed, days=365, jobs=0, anchor=ANCHOR))
        for change in emulator.truth()["changes"]:
            assert abs(change["after"] - change["before"]) >= 4 * change["sigma"]
            assert min(change["measurements_before"], change["measurements_after"]) >= 15
            machine = [model["backend"] for model in emulator.truth()["backends"]].index(change["backend"])
            series = emulator.calibrations.until(machine, emulator.clock.now_ms())
            at_ms = datetime.fromisoformat(change["changed_at"]).timestamp() * 1000
            known = [(one.measured_ms, one.values[change["metric"]]) for one in series]
            before = [value for ms, value in known if ms < at_ms and value is not None][-15:]
            after = [value for ms, value in known if ms >= at_ms and value is not None][:15]
            step = np.median(after) - np.median(before)
            assert step == pytest.approx(change["after"] - change["before"], abs=2 * change["sigma"])
            found += 1
    assert found > 60
