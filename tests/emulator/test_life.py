"""Answers are the history up to the clock: jobs go on living as it moves."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from ionq_data.emulator.instants import NEVER, from_ms
from tests.emulator.conftest import ANCHOR, Api


def test_a_job_goes_through_its_states(fresh: Callable[..., Api]) -> None:
    api = fresh(contract="2026-05")
    job_id = api.emulator.add_job(queue_seconds=600, execution_seconds=20, settles_after_seconds=3600)
    seen = []
    for step in (0, 1, 598, 1, 19, 1):
        api.emulator.clock.advance(step)
        seen.append(api.get(f"/jobs/{job_id}"))
    assert [job["status"] for job in seen] == ["submitted", "ready", "ready", "started", "started", "completed"]
    first, _, waiting, running, _, done = seen
    assert (first["stats"], first["started_at"], first["results"]) == ({}, None, None)
    assert waiting["stats"]["gate_counts"] == {"1q": 40, "2q": 20}
    assert (running["started_at"], running["completed_at"]) == ("2026-03-10T18:10:00.000Z", None)
    assert (done["completed_at"], done["execution_duration_ms"]) == ("2026-03-10T18:10:20.000Z", 20_000)
    assert sum(api.get(done["results"]["probabilities"]["url"].removeprefix("/v0.4")).values()) == pytest.approx(1)
    assert "cost" not in api.get(f"/jobs/{job_id}/cost")
    api.emulator.clock.advance(3599)
    assert "cost" not in api.get(f"/jobs/{job_id}/cost")
    api.emulator.clock.advance(1)
    # 1000 shots x (40 x 0.0001645 + 20 x 0.001121) = 29.00 USD
    assert api.get(f"/jobs/{job_id}/cost")["cost"] == {"value": 29.0, "unit": "usd"}


def test_every_state_shown_is_the_lifes(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=400)
    jobs = api.emulator.jobs
    for hours in (-300, -24, -1, 0, 5, 200):
        now = ANCHOR + timedelta(hours=hours)
        api.emulator.clock.set(now)
        stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        shown = {job["id"]: job for job in api.jobs()}
        assert len(shown) == (jobs.submitted <= int(now.timestamp() * 1000)).sum()
        for at in range(len(jobs)):
            job = shown.get(api.emulator.job_id(at))
            if job is None:
                assert from_ms(int(jobs.submitted[at])) > now
                continue
            started = jobs.started[at] < NEVER and from_ms(int(jobs.started[at])) <= now
            ended = from_ms(int(jobs.ended[at])) <= now
            assert (job["started_at"] is not None) == started
            assert (job["completed_at"] is not None) == ended == (job["status"] in ("completed", "failed", "canceled"))
            assert (job["failure"] is not None) == (job["status"] == "failed")
            began = job["started_at"] or job["submitted_at"]
            assert job["submitted_at"] <= began <= (job["completed_at"] or stamp) <= stamp


def test_the_future_brings_new_jobs_and_characterizations(fresh: Callable[..., Api]) -> None:
    api = fresh()
    jobs, path = len(api.jobs()), "/backends/qpu.aria-1/characterizations"
    newest = api.get(path)["characterizations"][0]
    assert api.get("/backends/qpu.aria-1")["characterization_id"] == newest["id"]
    api.emulator.clock.advance(timedelta(days=39))
    assert len(api.jobs()) > jobs * 1.5
    assert api.get(path)["characterizations"][0]["date"] > newest["date"]


def test_the_date_header_tells_the_emulators_time(fresh: Callable[..., Api]) -> None:
    api = fresh()
    assert parsedate_to_datetime(api.ask("/backends").headers["date"]) == ANCHOR
    api.emulator.clock.set(datetime(2026, 3, 12, 1, 2, 3, tzinfo=UTC))
    answer = api.ask("/jobs", key=None)
    assert parsedate_to_datetime(answer.headers["date"]) == datetime(2026, 3, 12, 1, 2, 3, tzinfo=UTC)
    assert len(answer.headers.get_list("date")) == 1


def test_the_clock_is_moved_over_http(fresh: Callable[..., Api]) -> None:
    api = fresh()
    url = api.server.base_url.replace("/v0.4", "/_emulator/clock")
    assert httpx.get(url).json() == {"now": "2026-03-10T18:00:00Z", "mode": "frozen", "speed": 1.0}
    assert httpx.post(url, json={"advance_seconds": 90}).json()["now"] == "2026-03-10T18:01:30Z"
    assert httpx.post(url, json={"now": "2026-03-11T00:00:00Z"}).json()["now"] == "2026-03-11T00:00:00Z"
    assert httpx.post(url, json={"mode": "running", "speed": 3600}).json()["mode"] == "running"
    time.sleep(0.02)
    assert httpx.post(url, json={"mode": "frozen"}).json()["now"] > "2026-03-11T00:00:10Z"
    frozen = api.emulator.clock.now()
    time.sleep(0.01)
    assert api.emulator.clock.now() == frozen
    assert httpx.post(url, json={"speed": -1}).status_code == 400


def test_sessions_open_start_and_end(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=600)
    session = api.emulator.history.sessions[2]
    path = f"/sessions/{api.emulator.session_ids[2]}"
    clock = api.emulator.clock
    clock.set(from_ms(session.created_ms - 1))
    assert api.ask(path).status_code == 404
    clock.set(from_ms(session.created_ms))
    created = api.get(path)
    assert (created["status"], created["active"], created["ended_at"]) == ("created", True, None)
    if session.started_ms < NEVER:
        clock.set(from_ms(session.started_ms))
        assert api.get(path)["status"] == "started"
    assert path.rsplit("/", 1)[-1] in [one["id"] for one in api.get("/sessions", active="true")["sessions"]]
    clock.set(from_ms(session.ended_ms))
    ended = api.get(path)
    assert (ended["status"], ended["active"]) == ("ended", False)
    assert (ended["ender_id"] is None) == (session.ended_by != 2)
    jobs = api.jobs(path + "/jobs")
    assert len({job["submitter_id"] for job in jobs}) == len({job["backend"] for job in jobs}) == 1
    assert all(created["created_at"] < job["submitted_at"] < ended["ended_at"] for job in jobs)


def test_maintenance_shows_in_the_backends_status(fresh: Callable[..., Api]) -> None:
    api = fresh()
    machine = api.emulator.history.machines[1]
    begin, end = machine.down[0].tolist()
    shown = []
    for instant in (begin - 1, begin, end - 1, end):
        api.emulator.clock.set(from_ms(instant))
        shown.append(api.get("/backends/qpu.aria-1")["status"])
    assert shown == ["available", "unavailable", "unavailable", "available"]
