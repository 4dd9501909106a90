"""Spending anomalies that a scenario plants, to measure a detector against the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.arrivals import Submissions
from ionq_data.emulator.instants import DAY_MS
from ionq_data.emulator.machines import MODELS, QPUS, SIMULATOR
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

SPIKES_A_YEAR = 8
QUIET_DAYS = 60
"""The days without anomalies at the beginning of a history, from which a detector can learn the usual costs."""
_SPIKE, _CREEP = 60.0, 6.0
_CREEP_DAYS, _DROP_DAYS, _SHIFT_DAYS = 60, 14, 56
_EPOCH_WEEKDAY = 3


@dataclass(frozen=True)
class Anomaly:
    """A change to a project's jobs submitted in [begin_ms, end_ms).

    A `spike` multiplies their shots by `factor`, a `creep` does so little by little and then for good, a `drop` sends
    them to the simulator, a `weekday_shift` moves the work of Mondays and Tuesdays to the next Saturday and Sunday.
    """

    kind: Literal["spike", "creep", "drop", "weekday_shift"]
    project: int
    begin_ms: int
    end_ms: int
    factor: float = 1.0


def plan(scenario: Scenario) -> tuple[Anomaly, ...]:
    """Return the lasting anomalies, each in another project: creep, drop, weekday shift; none in a short history."""
    room = scenario.days - QUIET_DAYS - _CREEP_DAYS
    if not scenario.anomalies or room < 2:
        return ()
    rng = np.random.default_rng([scenario.seed, 12])
    first = _midnight(scenario.start_ms) + (QUIET_DAYS + 1) * DAY_MS
    begins = first + rng.integers(0, room, size=3) * DAY_MS
    creep, drop, shift = begins.tolist()
    return (
        Anomaly("creep", 5, creep, scenario.end_ms, _CREEP),
        Anomaly("drop", 1, drop, drop + _DROP_DAYS * DAY_MS),
        Anomaly("weekday_shift", 2, shift, shift + _SHIFT_DAYS * DAY_MS),
    )


def rearranged(submissions: Submissions, planned: tuple[Anomaly, ...]) -> Submissions:
    """Return the submissions after drops and weekday shifts, sorted again."""
    submitted, machine = submissions.submitted.copy(), submissions.machine.copy()
    for anomaly in planned:
        hit = _within(submissions, anomaly)
        if anomaly.kind == "drop":
            machine[hit] = SIMULATOR
        elif anomaly.kind == "weekday_shift":
            weekday = (submitted // DAY_MS + _EPOCH_WEEKDAY) % 7
            submitted[hit & (weekday < 2) & (submitted + 5 * DAY_MS < anomaly.end_ms)] += 5 * DAY_MS
    moved = replace(submissions, submitted=submitted, machine=machine)
    order = np.argsort(submitted, kind="stable")
    return Submissions(**{name: values[order] for name, values in vars(moved).items()})


def spikes(scenario: Scenario, submissions: Submissions) -> tuple[Anomaly, ...]:
    """Return days on which a project runs sixty times its shots, on backends where the cost grows as much."""
    if not scenario.anomalies:
        return ()
    rng = np.random.default_rng([scenario.seed, 13])
    first = _midnight(scenario.start_ms) + (QUIET_DAYS + 1) * DAY_MS
    by_gates = [number for number in QPUS if not MODELS[number].is_by_time]
    fits = np.isin(submissions.machine, by_gates) & np.isin(submissions.project, [0, 1, 2, 4])
    fits &= (submissions.submitted >= first) & (submissions.submitted < scenario.anchor_ms - 3 * DAY_MS)
    days, jobs = np.unique(
        np.stack([submissions.submitted[fits] // DAY_MS, submissions.project[fits]]), axis=1, return_counts=True
    )
    busy = np.flatnonzero(jobs >= 4)
    count = min(round(SPIKES_A_YEAR * (scenario.days - QUIET_DAYS) / 365), len(busy))
    chosen = np.sort(rng.choice(busy, max(count, 0), replace=False))
    return tuple(
        Anomaly("spike", int(days[1, at]), int(days[0, at]) * DAY_MS, (int(days[0, at]) + 1) * DAY_MS, _SPIKE)
        for at in chosen
    )


def shots_factor(submissions: Submissions, anomalies: tuple[Anomaly, ...]) -> Float:
    """Return the factor for each root job's shots."""
    factor = np.ones(len(submissions.submitted))
    for anomaly in anomalies:
        hit = _within(submissions, anomaly)
        if anomaly.kind == "spike":
            factor[hit] *= anomaly.factor
        elif anomaly.kind == "creep":
            share = ((submissions.submitted[hit] - anomaly.begin_ms) / (_CREEP_DAYS * DAY_MS)).clip(0, 1)
            factor[hit] *= 1 + (anomaly.factor - 1) * share
    return factor


def _within(submissions: Submissions, anomaly: Anomaly) -> npt.NDArray[np.bool_]:
    submitted = submissions.submitted
    here: npt.NDArray[np.bool_] = submissions.project == anomaly.project
    return here & (submitted >= anomaly.begin_ms) & (submitted < anomaly.end_ms)


def _midnight(at_ms: int) -> int:
    return at_ms - at_ms % DAY_MS
