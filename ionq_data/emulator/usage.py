"""The usage report's figures: bills by the date their job ended, per project, user or job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import NEVER, midnight_ms
from ionq_data.emulator.jobs import Jobs, shown_micros
from ionq_data.emulator.world import Restatement

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]

GROUPINGS = ("project", "user", "job")
MODALITIES = ("daily", "weekly", "monthly")
TOP = 5
LONGEST_DAYS = 1100


@dataclass(frozen=True, eq=False)
class Entries:
    """The entries of the report: one per job that ran or was billed, and one per restatement; in millionths."""

    ended: Int
    project: Int
    user: Int
    job: Int
    micros: Int
    time_us: Float
    counts: Int
    in_credits: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """One group's part of a date, or the date itself: millionths of dollars and of credits, jobs, QPU microseconds."""

    number: int
    dollars: int
    credits: int
    jobs: int
    time_us: float

    def amount(self, *, in_credits: bool) -> int:
        """Return the group's amount in millionths: dollars alone, or everything as credits (1.25 per dollar)."""
        return self.credits + (self.dollars * 5 + 2) // 4 if in_credits else self.dollars


def collect_entries(
    jobs: Jobs, restatements: tuple[Restatement, ...], *, now_ms: int, begin_ms: int, end_ms: int
) -> Entries:
    """Return the entries of jobs that ended in [begin_ms, end_ms) and by now, deleted ones included."""
    is_listed = jobs.is_billable & ((jobs.started < NEVER) | (jobs.final_micros > 0))
    at = np.flatnonzero(is_listed & (jobs.ended >= begin_ms) & (jobs.ended < min(end_ms, now_ms + 1)))
    fixed = [(ms, r) for r in restatements if begin_ms <= (ms := midnight_ms(r.day)) < end_ms]
    micros = shown_micros(jobs.first_micros[at], jobs.final_micros[at], jobs.shown_ms[at], jobs.final_ms[at], now_ms)
    fraction = np.round(jobs.serial[at] * 0.6180339887 % 1, 6)
    more = len(fixed)
    return Entries(
        np.append(jobs.ended[at], np.array([ms for ms, _ in fixed], dtype=np.int64)),
        np.append(jobs.project[at], np.array([r.project for _, r in fixed], dtype=np.int64)),
        np.append(jobs.user[at], np.array([r.user for _, r in fixed], dtype=np.int64)),
        np.append(at, np.full(more, -1)),
        np.append(micros, np.array([r.micros for _, r in fixed], dtype=np.int64)),
        np.append(jobs.execution_ms[at] * 1000 + fraction, np.zeros(more)),
        np.append(np.ones(len(at), dtype=np.int64), np.zeros(more, dtype=np.int64)),
        np.append(jobs.in_credits[at], np.zeros(more, dtype=np.bool_)),
    )


def no_entries() -> Entries:
    """Return the entries of an organization without jobs."""
    none = np.zeros(0, dtype=np.int64)
    return Entries(none, none, none, none, none, np.zeros(0), none, np.zeros(0, dtype=np.bool_))


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


def add_up(entries: Entries, begins: list[date], grouping: str, *, in_credits: bool) -> list[tuple[Group, list[Group]]]:
    """Return for each period its total (number -1) and its five dearest groups, dearest first."""
    edges = np.array([midnight_ms(begin) for begin in begins])
    period = np.searchsorted(edges, entries.ended, side="right") - 1
    number = {"project": entries.project, "user": entries.user, "job": entries.job}[grouping]
    order = np.lexsort((number, period))
    period, number = period[order], number[order]
    breaks = np.flatnonzero(np.diff(period, prepend=-1) | np.diff(number, prepend=-2))
    credited = entries.in_credits
    values = np.stack([np.where(credited, 0, entries.micros), np.where(credited, entries.micros, 0), entries.counts])
    sums = np.add.reduceat(values[:, order], breaks, axis=1) if len(breaks) else np.zeros((3, 0), dtype=np.int64)
    times = np.add.reduceat(entries.time_us[order], breaks) if len(breaks) else np.zeros(0)
    groups_of, at = period[breaks], number[breaks]
    report = []
    for index in range(len(begins)):
        low, high = np.searchsorted(groups_of, [index, index + 1])
        groups = [_group(int(at[i]), sums[:, i], float(times[i])) for i in range(low, high) if at[i] >= 0]
        dearest = sorted(groups, key=lambda group: (-group.amount(in_credits=in_credits), group.number))[:TOP]
        report.append((_group(-1, sums[:, low:high].sum(axis=1), float(times[low:high].sum())), dearest))
    return report


def _group(number: int, sums: Int, time_us: float) -> Group:
    dollars, in_credits, jobs = sums.tolist()
    return Group(number, dollars, in_credits, jobs, round(time_us, 6))
