"""A world that is saved, and continued from the file; the pace of its clock; faults of one endpoint."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ionq_data.emulator import Fault
from ionq_data.emulator.app import Application
from ionq_data.emulator.clock import Clock
from ionq_data.emulator.pace import Pace
from ionq_data.emulator.server import listen, origin, serving_from_thread
from ionq_data.emulator.state import StateError, load, save
from tests.emulator.conftest import ANCHOR, Api
from tests.emulator.submitting import Writer, circuit, circuits

Fresh = Callable[..., Api]


def answers(base_url: str, key: str, ids: list[str]) -> list[Any]:
    import httpx

    with httpx.Client(base_url=base_url, headers={"Authorization": f"apiKey {key}"}, timeout=30) as api:
        paths = [f"/jobs/{one}" for one in ids] + [f"/jobs/{one}/cost" for one in ids]
        paths += [f"/jobs/{ids[0]}/results/probabilities", "/sessions", "/projects", "/jobs?limit=100"]
        paths += ["/backends/qpu.forte-1/characterizations"]
        return [api.get(path).json() for path in paths]


def test_a_world_continues_where_it_was_saved(fresh: Fresh, tmp_path: Path) -> None:
    writer = Writer(fresh(jobs=60))
    world, file = writer.emulator, tmp_path / "state.json"
    session = writer.written("POST", "/sessions", "/sessions", 201, {"backend": "qpu.forte-1"})["id"]
    done = writer.done(circuit("qpu.forte-1", session_id=session, name="kept"))["id"]
    parts = writer.submit(circuits("qpu.aria-1"))
    waiting = [writer.submit(circuit("qpu.forte-1")) for _ in range(2)]
    world.cancel_job(waiting[0])
    world.delete_job(next(one for one in world.job_ids() if one not in (done, parts, *waiting)))
    world.restate_usage(date(2026, 3, 1), cents=500)
    world.add_characterization("qpu.forte-1", values={"2q": 0.99})
    save(world, file)
    before = answers(writer.api.server.base_url, writer.api.server.api_key, [done, parts, *waiting])
    continued = load(file)
    listener = listen("127.0.0.1", 0)
    with serving_from_thread(Application(continued), listener):
        base_url = origin(listener) + "/v0.4"
        assert answers(base_url, continued.api_key, [done, parts, *waiting]) == before
    # What is submitted from here on comes out the same in both.
    for each in (world, continued):
        each.clock.advance(86400)
    assert continued.jobs.rows(range(len(continued.jobs))) == world.jobs.rows(range(len(world.jobs)))  # type: ignore[arg-type]
    assert (continued.queue_ends, continued.restatements) == (world.queue_ends, world.restatements)


def test_a_file_that_is_no_state_says_so(tmp_path: Path) -> None:
    for content in ("", "{}", '{"format": 99}', '{"format": 1, "scenario": {"seed": -1}}'):
        (tmp_path / "state").write_text(content)
        with pytest.raises(StateError):
            load(tmp_path / "state")


@pytest.mark.parametrize(("text", "speed"), [("frozen", None), ("real", 1.0), ("x60", 60.0), ("×0.5", 0.5)])
def test_paces(text: str, speed: float | None) -> None:
    assert Pace.parse(text).speed == speed


@pytest.mark.parametrize("text", ["fast", "60", "x", "x0", "x-1", "xnan", "x1e9", ""])
def test_what_is_no_pace(text: str) -> None:
    with pytest.raises(ValueError, match="clock"):
        Pace.parse(text)


def test_a_real_clock_goes_by_the_machines_unless_another_present_was_asked_for() -> None:
    real, given = Clock(ANCHOR), Clock(ANCHOR)
    Pace.parse("real").apply(real, is_now_given=False)
    Pace.parse("real").apply(given, is_now_given=True)
    assert abs(real.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert given.now() - ANCHOR < timedelta(minutes=1)


def test_a_fault_can_be_of_one_endpoint_and_one_verb(fresh: Fresh) -> None:
    writer = Writer(fresh(jobs=60))
    writer.emulator.faults.switch_on("status", path="/jobs", verb="POST", status=503, times=1)
    assert writer.send("POST", "/jobs", circuit()).status_code == 503
    job = writer.submit(circuit())
    writer.emulator.faults.switch_on(Fault(kind="status", path="/jobs/{id}", status=500, delay_seconds=0.01))
    assert writer.send("GET", f"/jobs/{job}").status_code == 500
    assert writer.send("GET", f"/jobs/{job}/cost").status_code == 200
    assert writer.send("GET", "/jobs").status_code == 200
