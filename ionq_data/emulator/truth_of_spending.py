"""The truth about money: the spending, and the anomalies planted into it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, from_ms
from ionq_data.emulator.machines import NAMES
from ionq_data.emulator.prices import decimal_text
from ionq_data.emulator.truth_of_jobs import visible_micros
from ionq_data.emulator.world import World

Int = npt.NDArray[np.int64]


def costs(world: World, now_ms: int, *, in_credits: bool) -> dict[str, list[dict[str, str]]]:
    """Return amounts per project, user and backend by day and by month of the end of the billed job."""
    jobs, organization = world.jobs, world.history.organization
    counted = np.flatnonzero((jobs.shown_ms <= now_ms) & (jobs.in_credits == in_credits))
    micros = visible_micros(jobs, now_ms)[counted].tolist()
    dates = [from_ms(ms).date().isoformat() for ms in jobs.ended[counted].tolist()]
    report = {}
    for name, ids, column in (
        ("project", organization.project_ids, jobs.project),
        ("user", organization.user_ids, jobs.user),
        ("backend", NAMES, jobs.machine),
    ):
        numbers = column[counted].tolist()
        for period, length in (("daily", 10), ("monthly", 7)):
            sums: defaultdict[tuple[str, str], int] = defaultdict(int)
            for day, number, amount in zip(dates, numbers, micros, strict=True):
                sums[day[:length], ids[number]] += amount
            report[f"{name}_{period}"] = [
                {"date" if period == "daily" else "month": day, f"{name}_id": one, "cost": decimal_text(total)}
                for (day, one), total in sorted(sums.items())
            ]
    return report


def anomalies(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the anomalies planted into the spending up to now, with the daily costs of the jobs that they affect.

    A project that begins later than the history counts as planted: its `begin` is its first submission.
    """
    jobs, history = world.jobs, world.history
    planted: list[tuple[str, int, int, int]] = [
        (one.kind, one.project, one.begin_ms, one.end_ms) for one in history.anomalies
    ]
    for project in range(len(history.organization.project_ids)):
        own = jobs.submitted[jobs.project == project]
        if len(own) and own[0] > world.scenario.start_ms + world.scenario.days * DAY_MS // 5:
            planted.append(("new_project", project, int(own[0]), int(own[0]) + DAY_MS))
    report = []
    for kind, project, begin_ms, end_ms in sorted(planted, key=lambda one: one[2]):
        touched = (jobs.project == project) & (jobs.submitted >= begin_ms) & (jobs.submitted < end_ms)
        billed = np.flatnonzero(touched & (jobs.shown_ms <= now_ms))
        sums: defaultdict[tuple[str, bool], int] = defaultdict(int)
        columns = jobs.ended[billed], jobs.in_credits[billed], visible_micros(jobs, now_ms)[billed]
        for ended, credited, micros in zip(*(column.tolist() for column in columns), strict=True):
            sums[from_ms(ended).date().isoformat(), credited] += micros
        if begin_ms <= now_ms:
            report.append(
                {
                    "kind": kind, "project_id": history.organization.project_ids[project],
                    "begin": from_ms(begin_ms).isoformat(), "end": from_ms(min(end_ms, now_ms)).isoformat(),
                    "costs": [
                        {"date": day, "cost": decimal_text(total),
                         "currency": world.writer.credit_unit if credited else "usd"}
                        for (day, credited), total in sorted(sums.items())
                    ],
                }
            )  # fmt: skip
    return report
