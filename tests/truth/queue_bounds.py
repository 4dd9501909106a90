"""The bounds on waits by SciPy's binomial distribution, for each hour of the week, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from scipy.stats import binom

from tests.truth.knowledge import Knowledge
from tests.truth.queues import Row, Wait, waits

ENOUGH, MOST = 60, 200
Cell = tuple[int, int]


def queue_forecast(known: Knowledge) -> list[Row]:
    found = waits(known)
    hours = [(weekday, hour) for weekday in range(1, 8) for hour in range(24)]
    rows = []
    for backend in sorted({wait.job.json["backend"] for wait in found}):
        trailing = _trailing(found, backend, known.as_of)
        for weekday, hour in hours:
            if bound := bounds(trailing, (weekday, hour)):
                rows.append({"backend": backend, "iso_weekday": weekday, "hour": hour} | bound)
    return rows


def queue_forecast_accuracy(known: Knowledge) -> list[Row]:
    found = waits(known)
    first = _monday(known.as_of) - timedelta(weeks=26)
    weeks: dict[tuple[str, datetime], list[Wait]] = defaultdict(list)
    for wait in found:
        if wait.job.submitted >= first:
            weeks[wait.job.json["backend"], _monday(wait.job.submitted)].append(wait)
    rows = []
    for (backend, monday), group in weeks.items():
        trailing = _trailing(found, backend, monday)
        judged = [(wait, bounds(trailing, _cell(wait))) for wait in group]
        if judged := [(wait, bound) for wait, bound in judged if bound]:
            row: Row = {"backend": backend, "week": monday.date(), "jobs": len(judged)}
            for name in ("p50", "p90"):
                row |= _shares(name, [(wait, bound[f"{name}_seconds"]) for wait, bound in judged])
            rows.append(row | _shares("prediction", [(wait, wait.predicted) for wait, _ in judged]))
    return rows


def bounds(trailing: Sequence[tuple[Cell, float | None]], cell: Cell) -> Row | None:
    """Return the bounds for an hour of the week from the waits of the narrowest pool that is large enough."""
    for pool in range(4):
        chosen = [seconds for near, seconds in trailing if _is_in(pool, cell, near)]
        if len(chosen) >= ENOUGH:
            break
    if not chosen:
        return None
    ordered = sorted(chosen, key=lambda seconds: (seconds is None, seconds))
    return {
        "p50_seconds": _at(ordered, rank(len(ordered), 0.5)),
        "p90_seconds": _at(ordered, rank(len(ordered), 0.9)),
        "jobs": len(ordered),
    }


def rank(count: int, share: float) -> int | None:
    """Return which of so many values in order is an upper bound of a quantile, as sure as of 200 at most."""
    counted = min(count, MOST)
    found = int(binom.ppf(0.95, counted, share)) + 1
    return -(-found * count // counted) if found <= counted else None


def _at(ordered: Sequence[float | None], position: int | None) -> float | None:
    return None if position is None else ordered[position - 1]


def _trailing(found: Iterable[Wait], backend: str, known_at: datetime) -> list[tuple[Cell, float | None]]:
    """Return each wait of the 42 days before as it stood then: None where the job was still in the queue."""
    trailing: list[tuple[Cell, float | None]] = []
    for wait in found:
        is_recent = known_at - timedelta(days=42) <= wait.job.submitted < known_at
        if wait.job.json["backend"] != backend or not is_recent:
            continue
        if wait.started and wait.left <= known_at:
            trailing.append((_cell(wait), wait.seconds))
        elif wait.started or wait.is_waiting or wait.left > known_at:
            trailing.append((_cell(wait), None))
    return trailing


def _shares(name: str, pairs: Sequence[tuple[Wait, float | None]]) -> Row:
    """Count the waits that are known to be under a bound, or over it."""
    under = sum(wait.started and bound is not None and wait.seconds <= bound for wait, bound in pairs)
    over = sum(bound is not None and wait.seconds > bound for wait, bound in pairs)
    share = under / (under + over) if under + over else None
    return {f"jobs_against_{name}": under + over, f"share_under_{name}": share}


def _is_in(pool: int, cell: Cell, near: Cell) -> bool:
    apart = abs(cell[1] - near[1])
    is_such_a_day = (cell[0] > 5) == (near[0] > 5)
    return pool == 3 or (is_such_a_day and min(apart, 24 - apart) <= (1, 3, 24)[pool])


def _cell(wait: Wait) -> Cell:
    return wait.job.submitted.isoweekday(), wait.job.submitted.hour


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=moment.weekday())
