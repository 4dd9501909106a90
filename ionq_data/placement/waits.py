"""How long a circuit waits on a backend: now, in each hour of the week, and whether it starts in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from duckdb import DuckDBPyConnection

_WAITS = "select backend, iso_weekday, hour, p50_seconds, p90_seconds from queue_forecast"
# The API says how long its queue is, not how long a job waits in it. So take the waits of jobs that were submitted when
# it said about the same, and scale them to the present queue. Leave out the jobs of the last day: some still wait.
_WAITS_NOW = """
    with told as (
        select backend, observed_at, average_queue_seconds as seconds from fct_backend_snapshots
        where average_queue_seconds is not null and observed_at between $now - interval 91 day and $now
    ),
    current as (
        select backend, max(observed_at) as observed_at, arg_max(seconds, observed_at) as seconds
        from told group by backend
    ),
    jobs as (
        select
            jobs.backend, jobs.job_id, jobs.submitted_at, jobs.queue_seconds,
            if(told.observed_at >= jobs.submitted_at - interval 1 hour, told.seconds, jobs.predicted_queue_seconds)
                as told
        from fct_jobs as jobs
        asof left join told on told.backend = jobs.backend and told.observed_at <= jobs.submitted_at
        where jobs.submitted_at between $now - interval 90 day and $now - interval 1 day
            and jobs.job_id = jobs.root_job_id and not jobs.dry_run and not jobs.is_in_session and not jobs.is_deleted
            and (jobs.queue_seconds is not null or not jobs.is_terminal)
    ),
    alike as (
        select
            jobs.backend, jobs.queue_seconds, count(*) over (partition by jobs.backend) as jobs,
            (current.seconds + 60) / (jobs.told + 60) as times_as_long,
            row_number() over (
                partition by jobs.backend
                order by abs(ln((jobs.told + 60) / (current.seconds + 60))), jobs.submitted_at, jobs.job_id
            ) as place
        from jobs
        inner join current on current.backend = jobs.backend and current.observed_at >= $now - interval 1 hour
        where jobs.told is not null
    ),
    waits as (
        select
            backend,
            if(queue_seconds is not null, greatest((queue_seconds + 60) * times_as_long - 60, 0), null) as seconds
        from alike
        where place <= least(greatest(jobs // 4, 60), 200)
    )
    select backend, array_agg(seconds order by seconds asc nulls last) from waits group by backend having count(*) >= 20
"""
_HOUR = timedelta(hours=1)


def read_usual_waits(warehouse: DuckDBPyConnection) -> dict[tuple[str, int, int], tuple[float | None, float | None]]:
    """Return bounds (seconds) of half and nine of ten waits, by backend, ISO weekday and hour (UTC)."""
    rows = warehouse.execute(_WAITS).fetchall()
    return {(backend, day, hour): (p50, p90) for backend, day, hour, p50, p90 in rows}


def read_waits_now(warehouse: DuckDBPyConnection, now: datetime) -> dict[str, list[float | None]]:
    """Return each backend's waits (seconds) for its present queue, shortest first; None is a wait that goes on."""
    return dict(warehouse.execute(_WAITS_NOW, {"now": now.astimezone(UTC).replace(tzinfo=None)}).fetchall())


def bound(waits: Sequence[float | None], share: float) -> float | None:
    """Return the bound of a share of waits: the next one is at most the k-th of n with a chance of k / (n + 1)."""
    return waits[ceil(share * (len(waits) + 1)) - 1]


def chance_within(waits: Sequence[float | None] | None, usual: Sequence[float | None], within: float) -> float | None:
    """Return the chance that a job starts within some seconds: from waits, or where there are none from usual bounds.

    With n waits, k of them short enough, it is (k + ½) / (n + 1): never quite impossible, and never quite sure.
    """
    if waits is not None:
        return (sum(wait is not None and wait <= within for wait in waits) + 0.5) / (len(waits) + 1)
    promised = [share for most, share in zip(usual, (0.5, 0.9), strict=True) if most is not None and most <= within]
    return max(promised, default=0.0) if any(most is not None for most in usual) else None


def best_hour(
    backend: str, waits: Mapping[Any, Any], now: datetime, p50_now: float | None
) -> tuple[datetime | None, float | None]:
    """Return the hour of the week ahead with the shortest median wait, and that wait, if it is shorter than now's."""
    next_hour = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    hours = [next_hour + n * _HOUR for n in range(167)]
    known = [
        (p50, at) for at in hours if (p50 := waits.get((backend, at.isoweekday(), at.hour), (None,))[0]) is not None
    ]
    least = min(known, default=None)
    if least is None or (p50_now is not None and least[0] >= p50_now):
        return None, None
    return least[1], least[0]
