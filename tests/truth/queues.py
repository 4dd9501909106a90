"""The queue marts: NumPy's percentiles, lifelines' curves, and counts by looking at every job at every hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np

from tests.sql.survival import kaplan_meier
from tests.truth.knowledge import Job, Knowledge

Row = dict[str, Any]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Wait:
    """A job in a queue: ``left`` is when it started or gave up, or until when it is known to have waited."""

    job: Job
    left: datetime
    started: bool
    is_waiting: bool
    known_until: datetime

    @property
    def seconds(self) -> float:
        return (self.left - self.job.submitted).total_seconds()

    @property
    def predicted(self) -> float | None:
        said = self.job.json["predicted_wait_time_ms"]
        return None if said is None else said / 1e3


def waits(known: Knowledge) -> list[Wait]:
    """Return the jobs that wait in a public queue: on a QPU, no dry run, no part of another job, in no session."""
    found = []
    for job in known.jobs.values():
        if not job.is_qpu or job.json["dry_run"] or job.json["session_id"] or known.root(job.id) != job.id:
            continue
        until = job.seen_at if job.is_deleted else known.as_of
        if job.started is not None:
            found.append(Wait(job, job.started, True, False, until))
        elif job.is_terminal:
            assert job.completed is not None
            found.append(Wait(job, job.completed, False, False, until))
        else:
            found.append(Wait(job, until, False, True, until))
    return found


def queue_time_daily(known: Knowledge) -> list[Row]:
    groups = _grouped(waits(known), lambda wait: (wait.job.json["backend"], wait.job.submitted.date()))
    return [{"backend": key[0], "submitted_date": key[1]} | _figures(group) for key, group in groups.items()]


def queue_time_by_hour(known: Knowledge) -> list[Row]:
    recent = [wait for wait in waits(known) if wait.job.submitted > known.as_of - timedelta(days=90)]
    groups = _grouped(
        recent,
        lambda wait: (wait.job.json["backend"], wait.job.submitted.isoweekday(), wait.job.submitted.hour),
    )
    return [
        {"backend": key[0], "iso_weekday": key[1], "hour": key[2]} | _figures(group) for key, group in groups.items()
    ]


def _grouped(found: Iterable[Wait], key: Callable[[Wait], tuple[Any, ...]]) -> dict[tuple[Any, ...], list[Wait]]:
    groups: dict[tuple[Any, ...], list[Wait]] = defaultdict(list)
    for wait in found:
        groups[key(wait)].append(wait)
    return groups


def _figures(group: Sequence[Wait]) -> Row:
    started = [wait.seconds for wait in group if wait.started]
    curve = [(wait.seconds, wait.started) for wait in group]
    quantiles = np.percentile(started, [50, 90, 95, 99]).tolist() if started else [None] * 4
    return {
        "jobs_submitted": len(group),
        "jobs_started": len(started),
        "jobs_censored": len(group) - len(started),
        "mean_seconds": float(np.mean(started)) if started else None,
        **dict(zip(("p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds"), quantiles, strict=True)),
        "km_p50_seconds": kaplan_meier(curve, Fraction(1, 2)),
        "km_p90_seconds": kaplan_meier(curve, Fraction(1, 10)),
    }


def queue_backlog_hourly(known: Knowledge) -> list[Row]:
    """Look at every job at every full hour; what is known to wait or run still does so at that very instant."""
    moment = timedelta(milliseconds=1)
    rows: list[Row] = []
    for (backend,), group in _grouped(waits(known), lambda wait: (wait.job.json["backend"],)).items():
        first = min(wait.job.submitted for wait in group)
        begin = first.replace(minute=0, second=0, microsecond=0)
        begin += HOUR if begin < first else timedelta()
        hours = [begin + n * HOUR for n in range((known.as_of - begin) // HOUR + 1)]
        waiting = [(wait.job.submitted, wait.left + moment if wait.is_waiting else wait.left) for wait in group]
        running = [(wait.left, wait.job.completed or wait.known_until + moment) for wait in group if wait.started]
        counts = zip(hours, _present(waiting, hours), _present(running, hours), strict=True)
        rows += [
            {"backend": backend, "hour": hour, "jobs_waiting": waits_then, "jobs_running": runs_then}
            for hour, waits_then, runs_then in counts
        ]
    return rows


def _present(spans: list[tuple[datetime, datetime]], hours: list[datetime]) -> list[int]:
    """Return how many spans [begin, end) hold each hour."""
    at = np.array(hours, dtype="datetime64[us]")[:, None]
    begins, ends = (np.array([span[edge] for span in spans], dtype="datetime64[us]") for edge in (0, 1))
    counts: list[int] = ((begins <= at) & (at < ends)).sum(axis=1).tolist()
    return counts


def queue_predictions(known: Knowledge) -> list[Row]:
    said = [wait for wait in waits(known) if wait.started and wait.predicted is not None]

    def week(wait: Wait) -> tuple[Any, ...]:
        submitted = wait.job.submitted.date()
        return wait.job.json["backend"], submitted - timedelta(days=submitted.weekday())

    rows = []
    for (backend, monday), group in _grouped(said, week).items():
        pairs = [(wait.predicted or 0.0, wait.seconds) for wait in group]
        rows.append(
            {
                "backend": backend,
                "week": monday,
                "jobs": len(pairs),
                "bias_seconds": float(np.mean([predicted - waited for predicted, waited in pairs])),
                "median_absolute_error_seconds": float(np.median([abs(one - other) for one, other in pairs])),
                "share_within_2x": float(np.mean([waited / 2 <= said <= waited * 2 for said, waited in pairs])),
            }
        )
    return rows
