"""All marts from lakes of every size, and what it takes to read such a lake once."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measuring import Sample, median, peak_mb, run_work
from benchmarks.plan import Plan
from benchmarks.results import TOUCHES_ALL, Row, Section, Series, Table

MOST_SECONDS, MOST_TIMES = 60.0, 11.0
BUILT: dict[int, Path] = {}
"""The folders of the warehouses that this process has built, by number of jobs."""
REASON = "The slowest models are listed below; the next step is to build the first of them incrementally."


def measure(plan: Plan) -> Section:
    """Build each from scratch; the largest that takes minutes, once."""
    builds: dict[int, list[Sample]] = {}
    passes: dict[int, Sample] = {}
    for jobs in plan.sizes[1:]:
        lake = plan.lake(jobs)
        runs = plan.runs if jobs <= plan.large else 1
        builds[jobs] = [
            run_work("build_marts", plan.fresh(f"marts-{jobs}"), lake, environment={"DO_NOT_TRACK": "1"})
            for _ in range(runs)
        ]
        BUILT[jobs] = plan.workdir / "scratch" / f"marts-{jobs}"
        passes[jobs] = median([run_work("read_lake", lake) for _ in range(runs)])
    large = median(builds[plan.large])
    times = large.seconds / median(builds[plan.middle]).seconds
    return Section(
        title="All marts",
        rows=[
            Row(
                what=f"all marts from {plan.large:,} jobs",
                target=f"≤ {MOST_SECONDS:g} s",
                figure=f"{large.seconds:.1f} s",
                is_met=large.seconds <= MOST_SECONDS,
                reason=REASON,
            ),
            Row(
                what=f"the same against {plan.middle:,} jobs",
                target=f"≤ {MOST_TIMES:g} × the time",
                figure=f"{times:.1f} ×",
                is_met=times <= MOST_TIMES,
                reason=REASON,
            ),
        ],
        tables=[
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
            Table(
                title=f"The slowest models and tests at {plan.large:,} jobs",
                columns=("node", "seconds"),
                rows=[(name, f"{seconds:.2f}") for name, seconds in large.facts["nodes"]],
            ),
        ],
        series=[
            Series(
                what="all marts, time",
                unit="s",
                most=TOUCHES_ALL,
                values={jobs: median(runs).seconds for jobs, runs in builds.items()},
                reason=REASON,
            ),
            Series(
                what="all marts, memory",
                unit="MB",
                most=TOUCHES_ALL,
                values={jobs: peak_mb(runs) for jobs, runs in builds.items()},
                reason=REASON,
            ),
        ],
        notes=[
            f"Reading every column of jobs and costs once takes {passes[plan.large].seconds:.1f} s: the build takes "
            f"{large.seconds / passes[plan.large].seconds:.0f} times that for all marts and their tests.",
        ],
    )
