"""The rest of a project's budget this month: its quota minus its used amount and its open jobs' estimates."""

from __future__ import annotations

import numpy as np

from ionq_data.emulator.instants import from_ms, to_ms
from ionq_data.emulator.jobs import shown_micros
from ionq_data.emulator.world import World


def month_ms(now_ms: int) -> int:
    """Return the first instant of a UTC month in milliseconds since 1970."""
    return to_ms(from_ms(now_ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def used_micros(world: World, project: int, now_ms: int) -> int:
    """Return the visible bills of the jobs that ended this month, in millionths of the project's unit."""
    jobs = world.jobs
    billed = np.flatnonzero((jobs.project == project) & (jobs.shown_ms <= now_ms) & (jobs.ended >= month_ms(now_ms)))
    visible = shown_micros(
        jobs.first_micros[billed], jobs.final_micros[billed], jobs.shown_ms[billed], jobs.final_ms[billed], now_ms
    )
    return int(visible.sum())


def reserved_micros(world: World, project: int, now_ms: int) -> int:
    """Return the estimates of the submitted jobs that have no bill yet, in millionths of the project's unit."""
    jobs = world.jobs
    unbilled = (
        (jobs.serial >= world.first_submitted) & (jobs.project == project) & jobs.is_billable
        & (jobs.submitted <= now_ms) & (jobs.shown_ms > now_ms)
    )  # fmt: skip
    return int(jobs.estimated_micros[unbilled].sum())


def left_micros(world: World, project: int, now_ms: int) -> int | None:
    """Return the amount that a project may still spend this month, None without a quota."""
    quota = world.quotas[project]
    if quota is None:
        return None
    return quota - used_micros(world, project, now_ms) - reserved_micros(world, project, now_ms)
