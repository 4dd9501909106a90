"""The monthly quota of each project."""

from __future__ import annotations

import numpy as np

from ionq_data.emulator.instants import NEVER
from ionq_data.emulator.jobs import Jobs
from ionq_data.emulator.organization import PROJECT_NAMES
from ionq_data.emulator.prices import MICROS

USUAL = (60_000, 45_000, 40_000, 35_000, None, 25_000, 20_000, 15_000, 12_000)
"""Quotas in the project's unit; None if a project has none."""
assert len(USUAL) == len(PROJECT_NAMES)
_ROOM = 2
"""The least quota, as a multiple of a project's dearest month; it leaves room for submitted jobs."""


def project_quotas(jobs: Jobs) -> list[int | None]:
    """Return each project's quota in millionths of its unit: the usual one, or more if the history spends more."""
    billed = np.flatnonzero(jobs.final_ms < NEVER)
    ended = jobs.ended[billed].astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    quotas: list[int | None] = []
    for number, usual in enumerate(USUAL):
        own = jobs.project[billed] == number
        months = ended[own] - ended.min(initial=0)
        dearest = int(np.bincount(months, weights=jobs.final_micros[billed][own]).max(initial=0)) if own.any() else 0
        thousands = -(-dearest * _ROOM // (1000 * MICROS))
        quotas.append(None if usual is None else max(usual, thousands * 1000) * MICROS)
    return quotas
