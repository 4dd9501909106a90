"""Jobs and their costs against a bare client that fetches the same URLs and keeps nothing."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.measuring import Sample, median, peak_mb, run_work, side_by_side
from benchmarks.plan import Plan
from benchmarks.results import Row, Section, Table
from benchmarks.serving import serving

TARGET = 1.3
REASON = (
    "What is added to the wire is reading each record leniently and keeping it; the next step is to decode a record "
    "into a typed structure first and to read it field by field only where that fails."
)
RESOURCES = ("--resources", "jobs", "job_costs")


def measure(plan: Plan) -> Section:
    """Extract the middle organization, and fetch the same URLs."""
    urls = plan.fresh("urls") / "urls.txt"
    with serving(plan.middle) as served:
        environment = served.environment
        run_work("record_urls", served.base_url, urls, *RESOURCES, environment=environment)
        samples = side_by_side(
            {
                "ionq-data": lambda: extract(served.base_url, plan.fresh("extraction"), environment),
                "bare httpx": lambda: run_work("fetch_bare", urls, environment=environment),
            },
            runs=plan.runs,
        )
    return _section(plan, samples)


def extract(base_url: str, folder: Path, environment: dict[str, str]) -> Sample:
    """Extract jobs and costs into a new lake once."""
    return run_work("sync_lake", base_url, folder, *RESOURCES, environment=environment)


def _section(plan: Plan, samples: dict[str, list[Sample]]) -> Section:
    ours, bare = median(samples["ionq-data"]), median(samples["bare httpx"])
    ratio = statistics.median(
        one.seconds / other.seconds for one, other in zip(samples["ionq-data"], samples["bare httpx"], strict=True)
    )
    requests = bare.facts["requests"]
    return Section(
        title="Extraction: pages, then costs",
        rows=[
            Row(
                what=f"extraction of {plan.middle:,} jobs (pages, then costs), against bare httpx on the same URLs",
                target=f"≤ {TARGET} ×",
                figure=f"{ratio:.2f} × ({ours.seconds:.1f} s against {bare.seconds:.1f} s)",
                is_met=ratio <= TARGET,
                reason=REASON,
            )
        ],
        tables=[
            Table(
                title=f"{requests:,} requests, {bare.facts['megabytes']:.0f} MB of JSON, {len(samples['ionq-data'])} "
                "runs in turn",
                columns=("", "median", "all runs", "CPU of the client", "peak memory", "requests a second"),
                rows=[
                    (
                        name,
                        f"{median(runs).seconds:.1f} s",
                        ", ".join(f"{run.seconds:.1f}" for run in runs),
                        f"{statistics.median(run.cpu_seconds for run in runs):.1f} s",
                        f"{peak_mb(runs):.0f} MB",
                        f"{requests / median(runs).seconds:,.0f}",
                    )
                    for name, runs in samples.items()
                ],
            )
        ],
        notes=[
            f"The physical limit here is the wire: one connection after the other for the pages, since each names the "
            f"next, and eight at once for the costs. The bare client needs {bare.seconds / requests * 1e3:.2f} ms a "
            f"request with everything thrown away; ionq-data is {ratio:.2f} times from that, with "
            f"{ours.facts['lake_mb']:.0f} MB of Parquet written and flushed to the disk.",
            f"{bare.facts['pages_seconds']:.1f} s of the bare client's time are pages, "
            f"{bare.facts['costs_seconds']:.1f} s are costs.",
        ],
    )
