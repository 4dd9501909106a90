"""What becomes of submitted jobs: they wait, run, are billed, use up budgets, and the truth knows them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.emulator.conftest import CONTRACTS, Api
from tests.emulator.submitting import BELL, Writer, circuit, circuits

Fresh = Callable[..., Api]


@pytest.fixture(params=CONTRACTS)
def writer(request: pytest.FixtureRequest, fresh: Fresh) -> Writer:
    return Writer(fresh(contract=request.param, jobs=200))


def seconds_between(job: Any, one: str, other: str) -> float:
    return (datetime.fromisoformat(job[other]) - datetime.fromisoformat(job[one])).total_seconds()


def test_a_job_waits_behind_all_that_arrived_before_it(writer: Writer) -> None:
    backlog = writer.emulator.history.backlogs[3]
    waits_ms = backlog.wait_ms(writer.emulator.clock.now_ms() + 1500)
    ids = [writer.submit(circuit("qpu.forte-1", shots=2000)) for _ in range(4)]
    assert [writer.job(one)["status"] for one in ids] == ["submitted"] * 4
    writer.emulator.clock.advance(2)
    assert [writer.job(one)["status"] for one in ids] == ["ready"] * 4
    writer.emulator.clock.advance(10 * 86400)
    jobs = [writer.job(one) for one in ids]
    assert seconds_between(jobs[0], "submitted_at", "started_at") >= waits_ms / 1000
    for before, after in pairwise(jobs):
        assert before["completed_at"] <= after["started_at"]
    for job in jobs:
        waited = seconds_between(job, "submitted_at", "started_at")
        assert waited * 0.6 <= job["predicted_wait_time_ms"] / 1000 <= waited * 1.4


def test_a_job_runs_for_as_long_as_its_gates_take(writer: Writer) -> None:
    job = writer.done(circuit("qpu.aria-1", shots=5000))
    # Three single-qubit gates in parallel on four ions' worth, one two-qubit gate, readout and reset; by 5000 shots.
    by_hand = 0.8 + 5000 * (job["stats"]["gate_counts"]["1q"] / 4 * 0.000135 + 0.0006 + 0.0003 + 0.00005)
    assert job["stats"]["gate_counts"]["2q"] == 1
    assert job["execution_duration_ms"] == int(by_hand * 1000)
    assert seconds_between(job, "started_at", "completed_at") == job["execution_duration_ms"] / 1000


def test_a_job_is_billed_by_its_backends_rate_card(writer: Writer) -> None:
    many = circuit("qpu.forte-1", shots=5000, input={"gateset": "qis", "circuit": BELL * 40})
    small, large = writer.submit(circuit("qpu.forte-1")), writer.submit(many)
    debiased = writer.submit(circuit("qpu.forte-1", settings={"error_mitigation": {"debiasing": True}}))
    dry = writer.submit(circuit("qpu.forte-1", dry_run=True))
    assert "cost" not in writer.api.get(f"/jobs/{small}/cost")
    writer.emulator.clock.advance(6 * 86400)
    gates = writer.job(large)["stats"]["gate_counts"]
    price = 5000 * (gates["1q"] * Decimal("0.0001645") + gates["2q"] * Decimal("0.001121"))
    cost = writer.api.get(f"/jobs/{large}/cost")["cost"]
    step = Decimal("0.01") if writer.contract == "2026-05" else Decimal("0.000001")
    assert (Decimal(str(cost["value"])), cost["unit"]) == (price.quantize(step, ROUND_HALF_UP), "usd")
    assert price > 100
    assert writer.api.get(f"/jobs/{small}/cost")["cost"]["value"] == 25.79
    minimum = 168.2 if writer.contract == "2026-05" else 168.195
    assert writer.api.get(f"/jobs/{debiased}/cost")["cost"]["value"] == minimum
    told = writer.api.get(f"/jobs/{dry}/cost")
    assert (told["dry_run"], told.get("cost", {"value": 0})["value"]) == (True, 0)
    assert writer.job(dry)["started_at"] is None


def test_october_bills_some_backends_by_time(fresh: Fresh) -> None:
    writer = Writer(fresh(jobs=60))
    job = writer.done(circuit("qpu.forte-enterprise-1", shots=20_000))
    assert job["cost_model"] == "QCT"
    billed = Decimal(job["stats"]["billed_quantum_compute_time_us"])
    cost = writer.api.get(f"/jobs/{job['id']}/cost")["cost"]["value"]
    assert Decimal(str(cost)) == (billed * Decimal("1.2") / 1_000_000).quantize(Decimal("0.000001"))


def test_parts_run_one_after_the_other_and_the_job_pays_for_them(writer: Writer) -> None:
    job = writer.done(circuits("qpu.forte-1", {"circuit": BELL}, {"circuit": BELL * 9, "name": "deep"}))
    parts = [writer.job(child) for child in job["child_job_ids"]]
    assert parts[0]["completed_at"] == parts[1]["started_at"]
    assert parts[1]["completed_at"] == job["completed_at"]
    assert parts[1]["name"] == "deep"
    assert sum(part["execution_duration_ms"] for part in parts) == job["execution_duration_ms"]
    assert writer.api.get(f"/jobs/{job['id']}/cost")["cost"]["value"] == 25.79
    counts = [job["stats"]["gate_counts"], *(part["stats"]["gate_counts"] for part in parts)]
    assert counts[0]["2q"] == counts[1]["2q"] + counts[2]["2q"] == 10


def test_usage_and_truth_know_them(writer: Writer) -> None:
    writer.emulator.clock.advance(1)
    before = writer.emulator.truth()["totals"]
    job = writer.done(circuit("qpu.forte-1", name="counted"))
    facts = next(one for one in writer.emulator.truth(jobs=True)["jobs"] if one["id"] == job["id"])
    assert (facts["status"], facts["cost"], facts["shots"]) == ("completed", "25.79", 1000)
    assert facts["queue_seconds"] == pytest.approx(seconds_between(job, "submitted_at", "started_at"))
    day = job["completed_at"][:10]
    following = (writer.emulator.clock.now() + timedelta(days=1)).date().isoformat()
    usage = writer.api.usage(group_by="job", start_date=day, end_date=following)
    groups = [group for one in usage["usage_data"] if one["from"][:10] == day for group in one["group_usages"]]
    own = [group for group in groups if group["group_id"] == job["id"]]
    total = next(one for one in usage["usage_data"] if one["from"][:10] == day)
    assert total["job_count"] >= 1
    assert not own or own[0]["amount"] == 25.79
    assert writer.emulator.truth()["totals"]["jobs"] > before["jobs"]


def test_a_budget_is_reserved_used_and_refused_beyond(fresh: Fresh) -> None:
    writer = Writer(fresh(jobs=60))
    world = writer.emulator
    from ionq_data.emulator.submissions.budgets import used_micros

    used = used_micros(world, 0, world.clock.now_ms())
    # Room for two jobs at the minimum price and a bit.
    world.quotas[0] = used + 60_000_000
    first = writer.submit(circuit("qpu.forte-1"))
    writer.submit(circuit("qpu.forte-1"))
    refusal = writer.refused(circuit("qpu.forte-1"), "shots")
    assert "8.42 left" in refusal
    assert "QuotaExhaustedError" in refusal
    # What costs nothing needs no budget, and what is canceled gives its own back.
    writer.submit(circuit())
    writer.submit(circuit("qpu.forte-1", dry_run=True))
    writer.written("PUT", f"/jobs/{first}/status/cancel", "/jobs/{UUID}/status/cancel", 200)
    writer.submit(circuit("qpu.forte-1"))
    world.clock.advance(5 * 86400)
    projects = writer.api.get("/projects")["projects"]
    assert projects[0]["quotaLimit"] == pytest.approx((used + 60_000_000) / 1e6)
    assert projects[0]["quotaUsage"] >= 2 * 25.79 + used / 1e6 - 0.01
    assert "8.42 left" in writer.refused(circuit("qpu.forte-1"), "shots")


def test_jobs_of_a_session_wait_in_its_own_queue(fresh: Fresh) -> None:
    writer = Writer(fresh(jobs=60))
    session = writer.written("POST", "/sessions", "/sessions", 201, {"backend": "qpu.forte-1"})["id"]
    public = writer.submit(circuit("qpu.forte-1"))
    own = [writer.submit(circuit("qpu.forte-1", session_id=session)) for _ in range(2)]
    writer.emulator.clock.advance(5 * 86400)
    waits = [seconds_between(writer.job(one), "submitted_at", "started_at") for one in (*own, public)]
    assert waits == sorted(waits)
    assert waits[1] < 60
