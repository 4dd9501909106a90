"""Jobs and their costs against bare clients that fetch the same URLs and keep nothing."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measuring import Sample, median, peak_mb, run_work, side_by_side
from benchmarks.plan import Plan
from benchmarks.results import Row, Section, Table
from benchmarks.serving import serving

TARGET_TIME = 1.3
TARGET_CPU = 2.0
MOST_MICROSECONDS = 12
OF_A_RECORD = (
    "No step stands out (see the table of steps): decoding and hashing are compiled code, and the rest makes Python "
    "objects of 60 columns. The hash cannot change: lakes of earlier releases hold it."
)
CLIENTS = ("pyreqwest", "aiohttp", "httpx over aiohttp", "httpx over pyreqwest", "httpx")
"""The candidates for the connections, bare; those of ``benchmarks.work.fetch_bare``."""

OURS = "ionq-data"
REASON = (
    "The bare client throws the answers away. About 9 s of our processor time are the pages, whose records are read, "
    "compared and written (see the tables of steps and pages). A cost takes 0.3 ms, 0.12 of it for the bare request. "
    "The rest is the common rate limit, the bounds on time and size, and the row of the cost."
)
RESOURCES = ("--resources", "jobs", "job_costs")


def measure(plan: Plan) -> Section:
    """Extract the middle organization, and fetch the same URLs."""
    urls = plan.fresh("urls") / "urls.txt"
    with serving(plan.middle) as served:
        environment = served.environment
        record = run_work("read_records", served.base_url, environment=environment)
        run_work("record_urls", served.base_url, urls, *RESOURCES, environment=environment)
        samples = side_by_side(
            {
                OURS: lambda: extract(served.base_url, plan.fresh("extraction"), environment),
                **{client: partial(fetch_bare, client, urls, environment) for client in CLIENTS},
            },
            runs=plan.runs,
        )
    return _section(plan, samples, record)


def fetch_bare(client: str, urls: Path, environment: dict[str, str]) -> Sample:
    """Fetch recorded URLs with one of the candidates."""
    return run_work("fetch_bare", client, urls, environment=environment)


def extract(base_url: str, folder: Path, environment: dict[str, str]) -> Sample:
    """Extract jobs and costs into a new lake once."""
    return run_work("sync_lake", base_url, folder, *RESOURCES, environment=environment)


def _section(plan: Plan, samples: dict[str, list[Sample]], record: Sample) -> Section:
    fastest = min(CLIENTS, key=lambda client: median(samples[client]).seconds)
    ours, bare = median(samples[OURS]), median(samples[fastest])
    time = _ratio(samples, fastest, lambda run: run.seconds)
    cpu = _ratio(samples, fastest, lambda run: run.cpu_seconds)
    requests = bare.facts["requests"]
    what = f"extraction of {plan.middle:,} jobs (pages, then costs), against {fastest}, the fastest bare client"
    return Section(
        title="Extraction: pages, then costs",
        rows=[
            Row(
                what=f"{what}: time",
                target=f"≤ {TARGET_TIME} ×",
                figure=f"{time:.2f} × ({ours.seconds:.1f} s against {bare.seconds:.1f} s)",
                is_met=time <= TARGET_TIME,
                reason=REASON,
            ),
            Row(
                what="the same: CPU of the client",
                target=f"≤ {TARGET_CPU:g} ×",
                figure=f"{cpu:.2f} × ({ours.cpu_seconds:.1f} s against {bare.cpu_seconds:.1f} s)",
                is_met=cpu <= TARGET_CPU,
                reason=REASON,
            ),
            Row(
                what=f"one job record of {record.facts['bytes']:,.0f} bytes, to typed columns with hash and problems",
                target=f"≤ {MOST_MICROSECONDS} µs",
                figure=f"{record.facts['microseconds']:.0f} µs",
                is_met=record.facts["microseconds"] <= MOST_MICROSECONDS,
                reason=OF_A_RECORD,
            ),
        ],
        tables=[
            Table(
                title=f"{requests:,} requests, {bare.facts['megabytes']:.0f} MB of JSON, {len(samples[OURS])} "
                "runs in turn",
                columns=("", "median", "all runs", "CPU of the client", "CPU a request", "peak memory"),
                rows=[
                    (
                        name,
                        f"{median(runs).seconds:.1f} s",
                        ", ".join(f"{run.seconds:.1f}" for run in runs),
                        f"{_cpu(runs):.1f} s",
                        f"{_cpu(runs) / requests * 1e3:.2f} ms",
                        f"{peak_mb(runs):.0f} MB",
                    )
                    for name, runs in samples.items()
                ],
            ),
            Table(
                title="What a job of a page takes, step by step, in the quickest of seven rounds",
                columns=("step", "µs"),
                rows=[(step, f"{time:.1f}") for step, time in record.facts["steps"].items()],
            ),
        ],
        notes=[
            "The candidates fetch the recorded URLs and throw the answers away. ionq-data sends over aiohttp and does "
            "not build httpx's requests and answers, which add 0.2 ms of processor time to a request; a transport of "
            "httpx can still take the place of its connections. Behind httpx's interface, pyreqwest loses its lead, "
            "and its adapter adds up the three timeouts into one. httpx-aiohttp reports a dropped connection as one "
            "that was never made, so requests would be counted wrongly.",
            f"{bare.facts['pages_seconds']:.1f} s of the fastest client's time are pages, one after the other, since "
            f"each names the next; {bare.facts['costs_seconds']:.1f} s are costs, eight at once. ionq-data also writes "
            f"{ours.facts['lake_mb']:.0f} MB of Parquet and flushes it to the disk.",
            "Two other ways to make the columns were tried. The columns of a whole page at once, by the same compiled "
            "expressions, saved 3 µs a job, and took the row away from the rules that read it. A Polars frame of the "
            f"same rows takes {record.facts['polars']:.1f} µs a job, and Polars takes 40 MB and 0.4 s to import; it "
            "does compaction, where a frame is what is wanted, and is what Python users are given.",
        ],
    )


def _ratio(samples: dict[str, list[Sample]], client: str, figure: Callable[[Sample], float]) -> float:
    return statistics.median(
        figure(one) / figure(other) for one, other in zip(samples[OURS], samples[client], strict=True)
    )


def _cpu(runs: list[Sample]) -> float:
    return statistics.median(run.cpu_seconds for run in runs)
