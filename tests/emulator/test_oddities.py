"""Answers that accounts have met: those that October's contract gives, and those that no contract describes."""

from collections.abc import Callable
from typing import get_args

import numpy as np

from ionq_data.emulator.faults import Kind
from ionq_data.emulator.instants import NEVER
from ionq_data.emulator.oddities import ODDITIES
from tests.emulator.conftest import Api


def test_every_oddity_is_a_fault() -> None:
    assert set(ODDITIES) <= set(get_args(Kind))


def test_odd_answers_are_switched_on_one_by_one(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=600)
    empty = "/backends/qpu.aria-1/characterizations"
    faults = api.emulator.faults
    assert api.get(empty, page=90)["characterizations"] == []
    failed = api.jobs(status="failed")[0]["id"]
    for kind in ("null_lists", "empty_cursor", "failure_error", "job_warnings", "null_qubits", "unknown_fields"):
        faults.switch_on(kind)
    assert api.get(empty, page=90)["characterizations"] is None
    assert api.get(empty)["characterizations"][0]["qubits"] is None
    page = api.get("/jobs", limit=5)
    assert page["next"] == ""
    assert all(job["warning"]["messages"] and job["added_upstream"] for job in page["jobs"])
    assert set(api.get(f"/jobs/{failed}")["failure"]) == {"code", "error"}
    faults.clear()
    assert set(api.get(f"/jobs/{failed}")["failure"]) == {"code", "message"}


def test_the_told_queue_time_is_hours_off_now_and_then(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=0)
    backlog, offs = api.emulator.history.backlogs[1], []
    for _ in range(120):
        api.emulator.clock.advance(3 * 3600)
        told = api.get("/backends/qpu.aria-1")["average_queue_time"]
        offs.append((told - backlog.wait_ms(api.emulator.clock.now_ms())) // 3_600_000)
    assert 0 < sum(off > 0 for off in offs) < 25
    assert set(offs) <= {0, 2, 3, 4, 5, 6}


def test_jobs_of_sessions_wait_in_a_queue_of_their_own(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=3000, days=60)
    waits: dict[bool, list[int]] = {True: [], False: []}
    jobs = api.emulator.jobs
    for at in np.flatnonzero((jobs.started < NEVER) & (jobs.machine > 0) & (jobs.parent < 0)).tolist():
        waits[bool(jobs.session[at] >= 0)].append(int(jobs.started[at] - jobs.submitted[at]))
    assert len(waits[True]) > 50
    assert np.median(waits[True]) < np.median(waits[False]) / 3


def test_older_and_in_between_answers(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=600)
    job_id = next(job["id"] for job in api.jobs(status="completed") if job["type"] == "ionq.circuit.v1")
    card = api.get("/jobs/estimate", backend="qpu.forte-enterprise-1", **{"2q_gates": 100})
    expiring = [one["id"] for one in api.get("/sessions")["sessions"] if "expires_at" in one["settings"]]
    assert expiring
    for kind in ("usage_date_times", "expiry_at_the_top", "settings_in_output", "no_timing", "rate_in_between"):
        api.emulator.faults.switch_on(kind)
    assert {day["from"][10:] for day in api.usage()["usage_data"]} == {"T00:00:00Z"}
    assert [one["id"] for one in api.get("/sessions")["sessions"] if "expires_at" in one] == expiring
    job = api.get(f"/jobs/{job_id}")
    assert "compilation" not in job["settings"]
    assert job["output"]["compilation"]["service_version"] == "v0.4"
    assert api.get("/backends/qpu.aria-1/characterizations")["characterizations"][0]["timing"] == {}
    told = api.get("/jobs/estimate", backend="qpu.forte-enterprise-1", **{"2q_gates": 100})
    assert told["rate_information"] == {
        "qct_cost_cents": 120, "rate_type": "qct", "job_cost_minimum": None, "cost_2q_gate": None,
        "cost_1q_gate": None, "organization": api.server.organization_id,
    }  # fmt: skip
    assert told["estimated_cost"] == card["estimated_total_cost"]
    assert told["estimated_execution_time"] == card["estimated_execution_time"] // 1000
    by_gates = api.get("/jobs/estimate", backend="qpu.forte-1")
    assert by_gates["rate_card"]["rates"][0]["unit"] == "gates"
