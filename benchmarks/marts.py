"""Build all marts from lakes of every size, and read each lake once for comparison."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measuring import Sample, median, peak_mb, run_work
from benchmarks.plan import Plan
from benchmarks.results import TOUCHES_ALL, Row, Section, Series, Table

MOST_SECONDS, MOST_TIMES, MOST_MB = 20.0, 11.0, 2500
SMALL = 20_000
AGAIN = {(0, "an empty lake"): 3.0, (SMALL, "nothing new"): 1.0, (SMALL, "100 jobs changed"): 4.0}
"""The most seconds of a build from start to published, by the jobs in the lake and what is new in it."""

MOST_HOURLY_SECONDS = 6.0
"""The same after 100 changed jobs in a lake of a million."""

BUILT: dict[int, Path] = {}
"""The folders of the warehouses that this process has built, by number of jobs."""
REASON = (
    "DuckDB computes on both cores ({cpu:.0f} s of processor time); of the nodes' {all:.0f} s, {jobs:.0f} s read, "
    "compare and write the two widest tables, a row for each job (`stg_ionq__jobs`, `fct_jobs`), and the rest is "
    "{others} models and their tests, of which the table below lists the slowest."
)
AGAIN_REASON = (
    "A change reaches nearly every mart. Every table with a row for each job replaces only the rows that have changed. "
    "What is left finds these rows in the lake, counts the lake's records, adds up all jobs, copies the published file "
    "and writes `fct_jobs` as Parquet; a table below lists the slowest models."
)


def measure(plan: Plan) -> Section:
    """Build each from scratch; the largest that takes minutes, once."""
    run_work("build_again", plan.fresh("compiled"), plan.fresh("compiled") / "lake", "0")  # compiles for all of them
    builds: dict[int, list[Sample]] = {}
    passes: dict[int, Sample] = {}
    for jobs in plan.sizes[1:]:
        lake = plan.compacted_lake(jobs)
        runs = plan.runs if jobs <= plan.large else 1
        builds[jobs] = [
            run_work("build_marts", plan.fresh(f"marts-{jobs}"), lake, environment={"DO_NOT_TRACK": "1"})
            for _ in range(runs)
        ]
        BUILT[jobs] = plan.workdir / "scratch" / f"marts-{jobs}"
        passes[jobs] = median([run_work("read_lake", lake) for _ in range(runs)])
    again = _measure_again(plan)
    large = median(builds[plan.large])
    hourly = again[plan.large, "100 jobs changed", MOST_HOURLY_SECONDS]
    largest = max(builds)
    reason = REASON.format(
        cpu=large.cpu_seconds,
        all=large.facts["node_seconds"],
        jobs=sum(seconds for name, seconds in large.facts["nodes"] if name in ("stg_ionq__jobs", "fct_jobs")),
        others=large.facts["models"] - 2,
    )
    times = large.seconds / median(builds[plan.middle]).seconds
    return Section(
        title="All marts",
        rows=[
            Row(
                what=f"all marts from {plan.large:,} jobs",
                target=f"≤ {MOST_SECONDS:g} s",
                figure=f"{large.seconds:.1f} s",
                is_met=large.seconds <= MOST_SECONDS,
                reason=reason,
            ),
            Row(
                what=f"the same against {plan.middle:,} jobs",
                target=f"≤ {MOST_TIMES:g} × the time",
                figure=f"{times:.1f} ×",
                is_met=times <= MOST_TIMES,
                reason=reason,
            ),
            Row(
                what=f"all marts from {largest:,} jobs, memory",
                target=f"≤ {MOST_MB:,} MB",
                figure=f"{peak_mb(builds[largest]):,.0f} MB",
                is_met=peak_mb(builds[largest]) <= MOST_MB,
                reason=reason,
            ),
            *(
                Row(
                    what=f"a build of {jobs:,} jobs from start to published, {what}",
                    target=f"≤ {most:g} s",
                    figure=f"{sample.seconds:.2f} s",
                    is_met=sample.seconds <= most,
                    reason=AGAIN_REASON,
                )
                for (jobs, what, most), sample in again.items()
            ),
        ],
        tables=[
            Table(
                title="Builds on top of the last one, tests included, to published",
                columns=("jobs", "new", "time", "CPU", "models built", "tests run"),
                rows=[
                    (
                        f"{jobs:,}",
                        what,
                        f"{sample.seconds:.2f} s",
                        f"{sample.cpu_seconds:.2f} s",
                        str(sample.facts["models"]),
                        str(sample.facts["tests"]),
                    )
                    for (jobs, what, _), sample in again.items()
                ],
            ),
            Table(
                title="Builds from scratch, every test included",
                columns=(
                    "jobs",
                    "build",
                    "CPU",
                    "with publishing",
                    "peak memory",
                    "warehouse",
                    "one pass over the lake",
                ),
                rows=[
                    (
                        f"{jobs:,}",
                        f"{median(runs).seconds:.1f} s",
                        f"{median(runs).cpu_seconds:.1f} s",
                        f"{median(runs).facts['with_publishing']:.1f} s",
                        f"{peak_mb(runs):.0f} MB",
                        f"{median(runs).facts['warehouse_mb']:.0f} MB",
                        f"{passes[jobs].seconds:.1f} s",
                    )
                    for jobs, runs in builds.items()
                ],
            ),
            _slowest(f"The slowest models and tests at {plan.large:,} jobs", large),
            _slowest(f"The same after 100 of {plan.large:,} jobs have changed", hourly),
        ],
        series=[
            Series(
                what="all marts, time",
                unit="s",
                most=TOUCHES_ALL,
                values={jobs: median(runs).seconds for jobs, runs in builds.items()},
                reason=reason,
            ),
            Series(
                what="all marts, memory",
                unit="MB",
                most=TOUCHES_ALL,
                values={jobs: peak_mb(runs) for jobs, runs in builds.items()},
                reason=reason,
            ),
        ],
        notes=[
            f"Reading every column of jobs and costs once takes {passes[plan.large].seconds:.1f} s: the build takes "
            f"{large.seconds / passes[plan.large].seconds:.0f} times that for all marts and their tests. The lakes are "
            "as the daily compaction leaves them: with some files a month.",
        ],
    )


def _slowest(title: str, sample: Sample) -> Table:
    nodes = [(name, f"{seconds:.2f}") for name, seconds in sample.facts["nodes"]]
    return Table(title=title, columns=("node", "seconds"), rows=nodes)


def _measure_again(plan: Plan) -> dict[tuple[int, str, float], Sample]:
    """Build lakes that were built before; their files are linked, so that a change is added to a copy."""
    found: dict[tuple[int, str, float], Sample] = {}
    asked = [(jobs, what, most) for (jobs, what), most in AGAIN.items()]
    for jobs, what, most in [*asked, (plan.large, "100 jobs changed", MOST_HOURLY_SECONDS)]:
        changed = 100 if "changed" in what else 0
        folder = (
            plan.data_dir(plan.compacted_lake(jobs), f"again-{jobs}-{changed}") if jobs else plan.fresh("again-empty")
        )
        if jobs:
            run_work("build_marts", folder, folder / "lake")
        runs = [run_work("build_again", folder, folder / "lake", str(changed)) for _ in range(plan.runs if jobs else 1)]
        found[jobs, what, most] = median(runs)
    return found
