"""When the shipped schedules tick: read from them, so that a change there is a change here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pipelines.schedules import PLANS, schedules

COMPACTION = "compaction_daily"
_MINUTE = timedelta(minutes=1)


class Tick(NamedTuple):
    """One tick of a schedule: what it syncs (nothing: it merges files), and whether in full."""

    at: datetime
    name: str
    resources: tuple[str, ...]
    is_full: bool


def ticks(start: datetime, end: datetime) -> Iterator[Tick]:
    """Yield the ticks of the schedules that touch the lake, from a moment to another one (exclusive)."""
    crons = {schedule.name: str(schedule.cron_schedule) for schedule in schedules([], running=True)}
    works = {plan.name: (tuple(plan.resources), plan.full) for plan in PLANS} | {COMPACTION: ((), False)}
    at = start.replace(second=0, microsecond=0)
    while at < end:
        yield from (Tick(at, name, *work) for name, work in works.items() if at >= start and _is_due(crons[name], at))
        at += _MINUTE


def _is_due(cron: str, at: datetime) -> bool:
    minute, hour, day, month, weekday = cron.split()
    values = ((minute, at.minute), (hour, at.hour), (day, at.day), (month, at.month), (weekday, at.isoweekday() % 7))
    return all(_fits(field, value) for field, value in values)


def _fits(field: str, value: int) -> bool:
    every, _, step = field.partition("/")
    if every == "*":
        return value % int(step or 1) == 0
    return value == int(field)


EVERYTHING = tuple(dict.fromkeys(name for plan in PLANS for name in plan.resources))
HOURLY = next(tuple(plan.resources) for plan in PLANS if "hourly" in plan.name)
