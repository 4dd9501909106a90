"""What it takes to know every bill: hourly syncs of 20,000 jobs a year, counted in requests (DESIGN 5 and 10).

Every tick of every shipped schedule, without any trouble. A job's requests do not depend on the length of the year, so
the test lives through 13 days of it, and counts the jobs whose bills had time to settle.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.simulation.shipped import ticks
from tests.simulation.year import START, Year
from tests.sync.truth import current

_A_YEAR = 20_000
_SETTLING = timedelta(days=4)
_ONE_IN = 100
"""Of so many settled bills one is restated."""
_COST = re.compile(r"/jobs/([^/]+)/cost\?")


def live_quietly(year: Year, until: datetime) -> None:
    for tick in ticks(year.now, until):
        if tick.name != "backends_every_10_minutes":
            year.tick(tick)


def prove_bills(folder: Path, *, days: int, jobs: int) -> None:
    folder.mkdir()
    year = Year(5, folder, days=days, stretches=0, jobs=jobs)
    restated_at = year.end - timedelta(days=3)
    with year.own_chance():
        live_quietly(year, restated_at)
        told = year.emulator.truth(jobs=True)["jobs"]
        ended = {job["id"]: job["ended_at"] for job in told if job["ended_at"] and job["backend"] != "simulator"}
        settled = [
            job["id"] for job in told
            if job["cost"] and START.isoformat() < job["ended_at"] < (restated_at - _SETTLING).isoformat()
        ]  # fmt: skip
        restated = settled[::_ONE_IN]
        for job_id in restated:
            year.emulator.restate_cost(job_id, cents=12_345)
        # the report of the next day shows it, and a day after that it must be known
        live_quietly(year, restated_at + timedelta(days=2))
    asked = Counter(found[1] for line in year.log if (found := _COST.search(line)))
    bills = {key: bill for key, (bill, _) in current(year.lake, "job_costs").items()}
    assert restated
    assert {bills[job_id]["cost"]["value"] for job_id in restated} == {123.45}
    counted = [key for key, at in ended.items() if START.isoformat() < at < (restated_at - _SETTLING).isoformat()]
    mean = sum(asked[job_id] for job_id in counted) / len(counted)
    assert 1.9 <= mean <= 2.2, (mean, Counter(asked[job_id] for job_id in counted))


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_a_year_of_jobs_costs_at_most_two_requests_and_a_fifth_each(tmp_path: Path) -> None:
    days = 13
    prove_bills(tmp_path / "days", days=days, jobs=_A_YEAR * (days + 30) // 365)
