"""The simulated organizations. All are equally busy; the larger ones have a longer history."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from ionq_data.emulator import Emulator, Scenario
from ionq_data.emulator.instants import to_ms

JOBS_A_YEAR = 1_000_000
ANCHOR = datetime(2026, 3, 10, 18, tzinfo=UTC)
REST = timedelta(days=10)
"""Longer than it takes a cost to settle (7 days) after the longest queue."""


def simulate(jobs: int, *, a_year: int = JOBS_A_YEAR, rests: bool = False) -> Emulator:
    """Return an emulator that shows so many jobs, submitted at the rate of a million a year, or of another number.

    Args:
        jobs: the jobs of the history.
        a_year: the jobs submitted in a year.
        rests: nobody has submitted anything for ten days, so that nothing is open and nothing unsettled any more;
            work begins again as soon as the clock moves on.
    """
    days = max(round(365 * jobs / a_year), 4)
    emulator = Emulator(Scenario(seed=7, days=days, jobs=jobs, anchor=ANCHOR))
    if rests:
        submitted = emulator.jobs.submitted
        kept = (submitted <= to_ms(ANCHOR)) | (submitted > to_ms(ANCHOR + REST))
        columns = {field.name: getattr(emulator.jobs, field.name)[kept] for field in dataclasses.fields(emulator.jobs)}
        emulator.jobs = dataclasses.replace(emulator.jobs, **columns)
        emulator.clock.set(ANCHOR + REST)
    return emulator
