"""The usage report: bills by the date their job ended, per project, user or job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import NEVER, midnight_ms
from ionq_data.emulator.job_text import job_name
from ionq_data.emulator.jobs import Jobs, shown_cents
from ionq_data.emulator.world import Restatement, World

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

GROUPINGS = ("project", "user", "job")
MODALITIES = ("daily", "weekly", "monthly")
TOP = 5
LONGEST_DAYS = 1100


@dataclass(frozen=True, eq=False)
class Entries:
    """What the report adds up: one entry per job that ran and is billed, or per restatement."""

    ended: Int
    project: Int
    user: Int
    job: Int
    cents: Int
    time_us: Float
    counts: Int
    in_credits: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """One group's part of a date, or the date itself: cents, cents in credits, jobs, microseconds of QPU time."""

    number: int
    cents: int
    credits: int
    jobs: int
    time_us: float


def collect_entries(
    jobs: Jobs, restatements: tuple[Restatement, ...], *, now_ms: int, begin_ms: int, end_ms: int, credits_project: int
) -> Entries:
    """Return the entries of jobs that ended in [begin_ms, end_ms) and by now, deleted ones included."""
    at = np.flatnonzero(
        jobs.is_billable & (jobs.started < NEVER) & (jobs.ended >= begin_ms) & (jobs.ended < min(end_ms, now_ms + 1))
    )
    fixed = [(ms, r) for r in restatements if begin_ms <= (ms := midnight_ms(r.day)) < end_ms]
    cents = shown_cents(jobs.first_cents[at], jobs.final_cents[at], jobs.shown_ms[at], jobs.final_ms[at], now_ms)
    fraction = np.round(jobs.serial[at] * 0.6180339887 % 1, 6)
    more = len(fixed)
    return Entries(
        np.append(jobs.ended[at], np.array([ms for ms, _ in fixed], dtype=np.int64)),
        np.append(jobs.project[at], np.array([r.project for _, r in fixed], dtype=np.int64)),
        np.append(jobs.user[at], np.array([r.user for _, r in fixed], dtype=np.int64)),
        np.append(at, np.full(more, -1)),
        np.append(cents, np.array([r.cents for _, r in fixed], dtype=np.int64)),
        np.append(jobs.execution_ms[at] * 1000 + fraction, np.zeros(more)),
        np.append(np.ones(len(at), dtype=np.int64), np.zeros(more, dtype=np.int64)),
        np.append(jobs.project[at] == credits_project, np.zeros(more, dtype=np.bool_)),
    )


def periods(start: date, end: date, modality: str) -> list[date]:
    """Return the first dates of the days, weeks (from Monday) or months in [start, end), the first one cut to start."""
    begins = [start]
    while True:
        last = begins[-1]
        if modality == "daily":
            following = last + timedelta(days=1)
        elif modality == "weekly":
            following = last + timedelta(days=7 - last.weekday())
        else:
            following = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
        if following >= end:
            return begins
        begins.append(following)


def add_up(entries: Entries, begins: list[date], grouping: str) -> list[tuple[Group, list[Group]]]:
    """Return for each period its total (number -1) and its five dearest groups, dearest first."""
    edges = np.array([midnight_ms(begin) for begin in begins])
    period = np.searchsorted(edges, entries.ended, side="right") - 1
    number = {"project": entries.project, "user": entries.user, "job": entries.job}[grouping]
    order = np.lexsort((number, period))
    period, number = period[order], number[order]
    breaks = np.flatnonzero(np.diff(period, prepend=-1) | np.diff(number, prepend=-2))
    values = np.stack(
        [np.where(entries.in_credits, 0, entries.cents), np.where(entries.in_credits, entries.cents, 0), entries.counts]
    )[:, order]
    sums = np.add.reduceat(values, breaks, axis=1) if len(breaks) else np.zeros((3, 0), dtype=np.int64)
    times = np.add.reduceat(entries.time_us[order], breaks) if len(breaks) else np.zeros(0)
    groups_of, at = period[breaks], number[breaks]
    report = []
    for index in range(len(begins)):
        low, high = np.searchsorted(groups_of, [index, index + 1])
        groups = [
            Group(int(at[i]), int(sums[0, i]), int(sums[1, i]), int(sums[2, i]), round(float(times[i]), 6))
            for i in sorted(range(low, high), key=lambda i: (-sums[0, i], at[i]))[:TOP]
            if at[i] >= 0
        ]
        total = sums[:, low:high].sum(axis=1)
        time_us = round(float(times[low:high].sum()), 6)
        report.append((Group(-1, int(total[0]), int(total[1]), int(total[2]), time_us), groups))
    return report


def usage_json(group: Group, *, is_live: bool) -> dict[str, Any]:
    """Return the amounts of a group or a date as the API writes them, in dollars."""
    written: dict[str, Any] = {"amount": group.cents / 100, "job_count": group.jobs, "time_us": group.time_us}
    if is_live:
        written["amount_unit"] = "USD"
        written["amounts"] = [{"amount": group.cents / 100, "unit": "USD"}]
        if group.credits:
            written["amounts"].append({"amount": group.credits / 100, "unit": "credits"})
    return written


def no_entries() -> Entries:
    """Return the entries of an organization that ran nothing."""
    none = np.zeros(0, dtype=np.int64)
    return Entries(none, none, none, none, none, np.zeros(0), none, np.zeros(0, dtype=np.bool_))


def report_json(
    world: World, entries: Entries, begins: list[date], end: date, grouping: str, modality: str,
    organization_id: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the report (`Usages`), most recent period first; the totals cover all groups of all periods."""
    is_live = world.scenario.is_live
    report = add_up(entries, begins, grouping)
    data = []
    for begin, (total, groups) in reversed(list(zip(begins, report, strict=True))):
        named = [_group_json(world, group, grouping) for group in groups]
        start = f"{begin.isoformat()}T00:00:00Z" if is_live else begin.isoformat()
        data.append({"from": start, **usage_json(total, is_live=is_live), "group_usages": named})
    totals = [total for total, _ in report]
    return {
        "organization": organization_id,
        "group_type": grouping,
        "modality": modality,
        "usage_from": f"{begins[0].isoformat()}T00:00:00Z",
        "usage_to": f"{end.isoformat()}T00:00:00Z",
        "usage_unit": "USD",
        "amount_total": sum(total.cents for total in totals) / 100,
        "job_count": sum(total.jobs for total in totals),
        "time_us_total": round(sum(total.time_us for total in totals), 6),
        "usage_data": data,
    }


def _group_json(world: World, group: Group, grouping: str) -> dict[str, Any]:
    organization = world.history.organization
    if grouping == "project":
        named = organization.project_ids[group.number], organization.project_names[group.number]
    elif grouping == "user":
        named = organization.user_ids[group.number], organization.user_names[group.number]
    else:
        name = job_name(world.scenario.seed, int(world.jobs.serial[group.number]), hostile=world.scenario.hostile)
        named = world.job_id(group.number), name or ""
    written = usage_json(group, is_live=world.scenario.is_live)
    return {"group_id": named[0], "group_name": named[1], **written}
