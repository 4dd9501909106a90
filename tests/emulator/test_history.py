"""The simulated history: reproducible, of exact size, and physically possible."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ionq_data.emulator import Emulator, Scenario
from ionq_data.emulator.history import simulate
from ionq_data.emulator.instants import DAY_MS, NEVER, from_ms
from ionq_data.emulator.lives import CANCELED, COMPLETED, FAILED
from ionq_data.emulator.machines import MODELS, QPUS, SIMULATOR, contains
from ionq_data.emulator.queueing import OperationalTime, fifo_starts
from tests.emulator.conftest import ANCHOR, SMALL, Api


def test_fifo_starts_equal_a_loop() -> None:
    rng = np.random.default_rng(1)
    arrivals, services = np.sort(rng.integers(0, 10_000, 500)), rng.integers(0, 60, 500)
    free_at, starts = 0, []
    for arrival, service in zip(arrivals.tolist(), services.tolist(), strict=True):
        starts.append(max(arrival, free_at))
        free_at = starts[-1] + service
    assert fifo_starts(arrivals, services).tolist() == starts


def test_operational_time_skips_windows() -> None:
    axis = OperationalTime(np.array([[10, 20], [30, 35]]))
    wall = np.array([0, 9, 10, 15, 20, 29, 30, 34, 35, 50])
    assert axis.from_wall(wall).tolist() == [0, 9, 10, 10, 10, 19, 20, 20, 20, 35]
    assert axis.to_wall(np.array([0, 9, 10, 19, 20, 35])).tolist() == [0, 9, 20, 29, 35, 50]


@pytest.mark.parametrize(("jobs", "days"), [(0, 3), (1, 1), (7, 1), (300, 2), (2000, 90), (4001, 365)])
def test_number_of_jobs_is_exact(jobs: int, days: int) -> None:
    scenario = Scenario(seed=jobs, days=days, jobs=jobs, anchor=ANCHOR)
    history = simulate(scenario.anchored())
    submitted = history.jobs.submitted
    past = submitted[submitted <= scenario.anchor_ms]
    assert len(past) == jobs
    assert (past >= scenario.start_ms).all()
    assert len(history.jobs) - jobs == round(jobs * 40 / days)


def test_lives_are_possible() -> None:
    jobs = simulate(SMALL).jobs
    ran = jobs.started < NEVER
    assert (jobs.submitted < jobs.ended).all()
    assert (jobs.submitted[ran] < jobs.ready[ran]).all()
    assert (jobs.ready[ran] <= jobs.started[ran]).all()
    assert (jobs.execution_ms[ran] == jobs.ended[ran] - jobs.started[ran]).all()
    assert (jobs.ended < NEVER).all()
    assert set(np.unique(jobs.final)) == {COMPLETED, FAILED, CANCELED}
    assert ((jobs.failure >= 0) == (jobs.final == FAILED)).all()
    assert not ran[jobs.is_dry].any()


def test_one_job_at_a_time_on_a_backend_and_none_starts_in_maintenance() -> None:
    history = simulate(SMALL)
    jobs = history.jobs
    for number in QPUS:
        down = history.machines[number].down
        at = np.flatnonzero((jobs.machine == number) & (jobs.started < NEVER) & (jobs.parent < 0))
        at = at[np.argsort(jobs.started[at], kind="stable")]
        assert (jobs.started[at][1:] >= jobs.ended[at][:-1]).all()
        assert not any(contains(down, start) for start in jobs.started[at].tolist())


def test_children_run_one_after_the_other_within_their_parent() -> None:
    jobs = simulate(SMALL).jobs
    parents = np.flatnonzero((jobs.children > 0) & (jobs.started < NEVER))
    assert len(parents) > 10
    for parent in parents.tolist():
        members = slice(parent + 1, parent + 1 + int(jobs.children[parent]))
        assert (jobs.parent[members] == jobs.serial[parent]).all()
        ran = jobs.started[members] < NEVER
        starts, ends = jobs.started[members][ran], jobs.ended[members][ran]
        assert starts[0] == jobs.started[parent]
        assert (starts[1:] == ends[:-1]).all()
        assert ends[-1] == jobs.ended[parent]
        assert jobs.gates_2q[parent] == jobs.gates_2q[members].sum()


def test_realistic_year() -> None:
    """Jobs follow the working week, waits are minutes to hours with jams, projects are busy, a backend retires."""
    scenario = Scenario(seed=7, days=365, jobs=20_000, anchor=ANCHOR)
    history = simulate(scenario)
    jobs = history.jobs
    past = jobs.submitted <= scenario.anchor_ms
    weekday = (jobs.submitted // DAY_MS + 3) % 7
    assert (weekday[past] < 5).mean() > 0.85
    for number in QPUS:
        ran = past & (jobs.machine == number) & (jobs.started < NEVER) & (jobs.parent < 0)
        minutes = (jobs.started - jobs.submitted)[ran] / 60_000
        assert 5 < np.median(minutes) < 300, MODELS[number].name
        assert np.percentile(minutes, 99) > 3 * np.median(minutes)
    months = {from_ms(ms).strftime("%Y-%m") for ms in jobs.submitted[past].tolist()}
    month_of = np.array([from_ms(ms).strftime("%Y-%m") for ms in jobs.submitted[past].tolist()])
    for month in months:
        assert len(np.unique(jobs.project[past][month_of == month])) >= 5
    retired = history.machines[2]
    assert retired.retired_ms < scenario.anchor_ms
    assert (jobs.submitted[jobs.machine == 2] < retired.retired_ms).all()
    assert (jobs.machine[past] == SIMULATOR).mean() > 0.2
    waiting = past & (jobs.ended > scenario.anchor_ms)
    assert waiting.sum() > 0


def test_equal_scenarios_answer_byte_for_byte(october: Api) -> None:
    paths = (
        "/jobs?limit=100", "/backends", "/sessions", "/backends/qpu.aria-2/characterizations",
        f"/organizations/{october.server.organization_id}/usage?group_by=user&modality=monthly"
        "&start_date=2026-01-01&end_date=2026-03-11",
    )  # fmt: skip
    with Emulator(october.emulator.scenario).serve() as twin:
        other = Api(twin)
        assert twin.api_key == october.server.api_key
        for path in paths:
            assert other.ask(path).content == october.ask(path).content
        other.http.close()


def test_another_seed_is_another_organization(october: Api) -> None:
    other = Emulator(Scenario(seed=12, days=60, jobs=1500, anchor=ANCHOR))
    assert other.organization_id != october.server.organization_id
    assert not set(other.job_ids()) & set(october.emulator.job_ids())


def test_anchor_is_the_current_hour_by_default() -> None:
    before = datetime.now(UTC)
    anchor = Scenario(days=1, jobs=0).anchored().anchor
    assert anchor is not None
    assert anchor.minute == anchor.second == anchor.microsecond == 0
    assert abs((before - anchor).total_seconds()) <= 3601


@pytest.mark.parametrize("settings", [{"jobs": -1}, {"days": 0}, {"seed": -1}, {"anchor": datetime(2026, 1, 1)}])  # noqa: DTZ001
def test_impossible_scenarios_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"scenario|anchor"):
        Scenario(**settings)  # type: ignore[arg-type]


@pytest.mark.prove
def test_a_million_jobs_take_seconds() -> None:
    import time

    began = time.perf_counter()
    emulator = Emulator(Scenario(seed=7, days=365, jobs=1_000_000, anchor=ANCHOR))
    assert time.perf_counter() - began < 20
    assert emulator.jobs.submitted_by(emulator.clock.now_ms()) == 1_000_000
    with emulator.serve() as server:
        api = Api(server)
        began = time.perf_counter()
        for _ in range(50):
            api.get("/jobs", limit=100)
        assert (time.perf_counter() - began) / 50 < 0.02
        began = time.perf_counter()
        api.get("/jobs", limit=100, session_id="unknown")
        api.usage(start_date="2025-03-11", end_date="2026-03-11")
        assert time.perf_counter() - began < 1
        api.http.close()
