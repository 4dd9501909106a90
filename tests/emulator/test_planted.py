"""What a scenario plants shows in its answers, and the truth names it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import numpy as np
import pytest

from ionq_data.emulator import Emulator, Scenario
from ionq_data.emulator.instants import DAY_MS
from ionq_data.emulator.machines import NUMBERS, SIMULATOR
from tests.emulator.conftest import ANCHOR

SCENARIO = Scenario(seed=7, days=365, jobs=8_000, anchor=ANCHOR, contract="2026-10", anomalies=True)


@pytest.fixture(scope="module")
def planted() -> Emulator:
    return Emulator(SCENARIO)


@pytest.fixture(scope="module")
def plain() -> Emulator:
    return Emulator(replace(SCENARIO, anomalies=False))


def milliseconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def test_the_truth_names_every_kind_and_what_it_cost(planted: Emulator) -> None:
    truth = planted.truth(jobs=True)
    kinds = Counter(one["kind"] for one in truth["anomalies"])
    assert {"creep": 1, "drop": 1, "weekday_shift": 1, "new_project": 2}.items() <= kinds.items()
    assert kinds["spike"] >= 4
    for one in truth["anomalies"]:
        touched = [
            job for job in truth["jobs"]
            if job["project_id"] == one["project_id"] and one["begin"] <= job["submitted_at"] < one["end"]
        ]  # fmt: skip
        cost = sum(Decimal(job["cost"] or 0) for job in touched)
        assert cost == sum(Decimal(day["cost"]) for day in one["costs"])


def test_a_spike_costs_many_times_a_usual_day(planted: Emulator) -> None:
    truth = planted.truth()
    for one in truth["anomalies"]:
        if one["kind"] == "spike":
            days = {row["date"]: float(row["cost"]) for row in truth["cost"]["project_daily"]
                    if row["project_id"] == one["project_id"]}  # fmt: skip
            dearest = max(float(day["cost"]) for day in one["costs"])
            assert dearest > 5 * np.median(list(days.values()))


def test_drops_shifts_and_creeps_are_in_the_jobs(planted: Emulator, plain: Emulator) -> None:
    jobs = planted.jobs
    anomalies = {one.kind: one for one in planted.history.anomalies}
    drop = anomalies["drop"]
    hit = (jobs.project == drop.project) & (jobs.submitted >= drop.begin_ms) & (jobs.submitted < drop.end_ms)
    assert hit.any()
    assert (jobs.machine[hit] == SIMULATOR).all()
    shift = anomalies["weekday_shift"]

    def at_weekends(emulator: Emulator) -> float:
        own = emulator.jobs
        # What was moved by five days began before.
        within = (own.submitted >= shift.begin_ms + 5 * DAY_MS) & (own.submitted < shift.end_ms)
        weekday = (own.submitted[within & (own.project == shift.project)] // DAY_MS + 3) % 7
        return float((weekday >= 5).mean())

    assert at_weekends(planted) > at_weekends(plain) + 0.2
    creep = anomalies["creep"]
    late = jobs.submitted >= creep.begin_ms + 60 * DAY_MS
    own = jobs.project == creep.project
    assert jobs.shots[own & late].mean() > 4 * jobs.shots[own & (jobs.submitted < creep.begin_ms)].mean()


def test_without_anomalies_nothing_is_planted(plain: Emulator) -> None:
    truth = plain.truth()
    assert {one["kind"] for one in truth["anomalies"]} <= {"new_project"}
    assert {change["kind"] for change in truth["changes"]} == {"fall", "recovery"}


def test_ramps_fall_by_equal_steps_and_recover(planted: Emulator) -> None:
    truth = planted.truth()
    names = [backend["backend"] for backend in truth["backends"]]
    ramps = [change for change in truth["changes"] if change["kind"] == "ramp"]
    assert len(ramps) > 5
    for ramp in ramps:
        series = planted.calibrations.until(names.index(ramp["backend"]), planted.clock.now_ms())
        values = [one.values[ramp["metric"]] for one in series if one.measured_ms >= milliseconds(ramp["changed_at"])]
        sound = [value for value in values[17:20] if value is not None and value > 0.9 * ramp["after"]]
        assert ramp["before"] - ramp["after"] > 5 * ramp["sigma"]
        if len(sound) == 3:
            assert np.mean(sound) == pytest.approx(ramp["after"], abs=3.5 * ramp["sigma"])


def test_outliers_stand_alone(planted: Emulator) -> None:
    truth = planted.truth()
    assert len(truth["outliers"]) > 20
    names = [backend["backend"] for backend in truth["backends"]]
    for one in truth["outliers"]:
        series = planted.calibrations.until(names.index(one["backend"]), planted.clock.now_ms())
        (record,) = [c for c in series if c.measured_ms == milliseconds(one["measured_at"])]
        assert record.values[one["metric"]] in (one["value"], None, 0.79, 0.501)


def test_levels_are_what_is_measured_without_its_noise(planted: Emulator) -> None:
    truth, now_ms = planted.truth(), planted.clock.now_ms()
    names = [backend["backend"] for backend in truth["backends"]]
    changed = [(names.index(one["backend"]), one["metric"], one) for one in truth["changes"] if one["kind"] == "fall"]
    for machine, metric, one in changed:
        at_ms = milliseconds(one["changed_at"])
        assert planted.calibrations.level(machine, at_ms)[metric] == pytest.approx(one["after"])
        assert planted.calibrations.level(machine, at_ms - 1)[metric] == pytest.approx(one["before"])
    machine = NUMBERS["qpu.forte-1"]
    errors = [
        (value - planted.calibrations.level(machine, measured.measured_ms)["2q"]) / 0.00045
        for measured in planted.calibrations.until(machine, now_ms)
        if (value := measured.values["2q"]) is not None
    ]
    assert len(errors) > 50
    assert abs(np.mean(errors)) < 0.3
    assert 0.8 < np.std(errors) < 1.25
    newest = {one["backend"]: one for one in truth["levels"]}
    assert newest["qpu.forte-1"]["2q"] == planted.calibrations.level(machine, now_ms)["2q"]
    assert planted.calibrations.level(machine, 0) == {}
