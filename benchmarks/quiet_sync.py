"""Measure syncs that find little or nothing new. A longer history must not make them slower."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Sample, median, peak_mb, run_work
from benchmarks.plan import Plan
from benchmarks.results import TOUCHES_LITTLE, Row, Section, Series, Table
from benchmarks.serving import Served, serving

MOST_SECONDS, MOST_REQUESTS = 1.0, 10
REASON = (
    "All but a few requests read the day before the newest job again, for jobs that appear late: a page for each "
    "hundred submitted on it. The next step is larger pages, where the API takes them (`IONQ_PAGE_SIZE`)."
)
GROWS = (
    "Of tenths of a second, what grows is the list of sessions, which is read whole each time, and the list of the "
    "lake's files; the next step is to merge the files of a past year into one."
)
JOBS = ("--resources", "jobs", "job_costs")


@dataclass(frozen=True)
class Syncs:
    """The syncs of one organization: the first after its backfill, then quiet ones, then a thousand new jobs."""

    pages_of_last_day: int
    first: Sample
    quiet: list[Sample]
    quiet_all: list[Sample]
    thousand: list[Sample]


def measure(plan: Plan) -> Section:
    """Sync organizations of every size that have been at rest for ten days."""
    syncs = {jobs: _sync(plan, jobs) for jobs in plan.synced}
    large = syncs[plan.large]
    jobs_only, everything = median(large.quiet), median(large.quiet_all)
    requests = sum(jobs_only.facts["requests"].values())
    most_requests = large.pages_of_last_day + MOST_REQUESTS  # a day's pages are read again
    written = sum(jobs_only.facts["written"].values())
    assert not written, "nothing is new, so nothing is written"
    return Section(
        title="Syncs that find little",
        rows=[
            Row(
                what=f"sync of jobs and costs with nothing new, {plan.large:,} jobs in the lake",
                target=f"≤ {MOST_SECONDS:g} s and ≤ {most_requests} requests (the pages of a day, and {MOST_REQUESTS})",
                figure=f"{jobs_only.seconds:.2f} s and {requests} requests",
                is_met=jobs_only.seconds <= MOST_SECONDS and requests <= most_requests,
                reason=REASON,
            ),
            Row(
                what="the same for all resources",
                target=f"≤ {MOST_SECONDS:g} s",
                figure=f"{everything.seconds:.2f} s and {sum(everything.facts['requests'].values())} requests",
                is_met=everything.seconds <= MOST_SECONDS,
                reason=REASON,
            ),
        ],
        tables=[_table(syncs)],
        series=[
            _series("sync with nothing new, time", {jobs: median(of.quiet).seconds for jobs, of in syncs.items()}),
            _series(
                "sync with nothing new, memory", {jobs: peak_mb(of.quiet) for jobs, of in syncs.items()}, unit="MB"
            ),
            _series(
                "sync of all resources with nothing new, time",
                {jobs: median(of.quiet_all).seconds for jobs, of in syncs.items()},
            ),
            _series("a thousand new jobs, time", {jobs: median(of.thousand).seconds for jobs, of in syncs.items()}),
        ],
        notes=[
            "Nobody has submitted anything for ten days, so that no job is open and every cost is settled: what is "
            "left is what a sync does for itself. The first sync after a backfill computes which jobs are not done "
            "with and keeps that; later ones compute it only for the months that have changed.",
        ],
    )


def _sync(plan: Plan, jobs: int) -> Syncs:
    with serving(jobs, rests=True) as served:
        folder = plan.data_dir(plan.lake(jobs), "quiet")
        first = _run(served, folder, *JOBS)
        quiet = [_run(served, folder, *JOBS) for _ in range(plan.runs)]
        quiet_all = [_run(served, folder) for _ in range(plan.runs)]
        served.control("/clock", now=served.after_thousand)
        thousand = []
        for _ in range(plan.runs):
            copied = plan.fresh("thousand")
            shutil.copytree(folder / "lake", copied / "lake", copy_function=os.link)
            thousand.append(_run(served, copied, *JOBS))
    return Syncs(served.pages_of_last_day, first, quiet, quiet_all, thousand)


def _run(served: Served, folder: Path, *resources: str) -> Sample:
    return run_work("sync_lake", served.base_url, folder, *resources, environment=served.environment)


def _series(what: str, values: dict[int, float], *, unit: str = "s") -> Series:
    return Series(what=what, unit=unit, most=TOUCHES_LITTLE, values=values, reason=GROWS)


def _table(syncs: dict[int, Syncs]) -> Table:
    return Table(
        title="Seconds (requests), medians",
        columns=("jobs", "first after the backfill", "nothing new", "nothing new, all resources", "1,000 new jobs"),
        rows=[
            (
                f"{jobs:,}",
                *(
                    f"{sample.seconds:.2f} ({sum(sample.facts['requests'].values()):,})"
                    for sample in (of.first, median(of.quiet), median(of.quiet_all), median(of.thousand))
                ),
            )
            for jobs, of in syncs.items()
        ],
    )
