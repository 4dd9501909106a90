"""The listing of jobs into Parquet: against dlt's REST source, Airbyte's reader, and the official client."""

from __future__ import annotations

import statistics

from benchmarks.extraction import fetch_bare
from benchmarks.measuring import Sample, median, peak_mb, run_work, side_by_side
from benchmarks.peers import AIRBYTE, OFFICIAL, python_with
from benchmarks.plan import Plan
from benchmarks.results import Row, Section, Table
from benchmarks.serving import serving

TARGET = 5.0
REASON = (
    "Both cores are busy: our {cpu:.1f} s of processor time (see the table of steps) and the emulator's, most of "
    "the {bare:.1f} s that the bare client takes, cannot end before {least:.1f} s, and {target:g} × would be "
    "{wanted:.1f} s. dlt spends {theirs:.1f} s of processor time."
)
DLT = ("dlt", "dlt, nested as JSON")
BARE = "aiohttp, nothing kept"
CORE = f"{OFFICIAL.replace('==', ' ')} and PyArrow"
LOW_CODE = f"{AIRBYTE.replace('==', ' ')} and PyArrow"
TIMES_CORE, TIMES_WIRE = 2.0, 1.5
OF_THE_WIRE = (
    "Reading, comparing and writing the jobs takes longer than the wire, in many small steps (see the table of steps); "
    "the next one is a second process."
)


def measure(plan: Plan) -> Section:
    """Read the middle organization's jobs with each."""
    core, low_code = python_with(OFFICIAL, plan.workdir), python_with(AIRBYTE, plan.workdir)
    urls = plan.fresh("urls") / "urls.txt"
    with serving(plan.middle) as served:
        environment, base_url = served.environment, served.base_url
        own = environment | {"IONQ_SUBMITTERS": "own"}
        run_work("record_urls", base_url, urls, "--resources", "jobs", environment=own)
        samples = side_by_side(
            {
                "ionq-data": lambda: run_work(
                    "sync_lake",
                    base_url,
                    plan.fresh("pages"),
                    *("--resources", "jobs"),
                    environment=own,
                ),
                DLT[0]: lambda: run_work("dlt_pages", base_url, plan.fresh("pages"), environment=environment),
                DLT[1]: lambda: run_work(
                    "dlt_pages", base_url, plan.fresh("pages"), "--nested", environment=environment
                ),
                CORE: lambda: run_work(
                    "ionq_core_pages",
                    base_url,
                    plan.fresh("pages") / "jobs.parquet",
                    python=core,
                    environment=environment,
                ),
                LOW_CODE: lambda: run_work(
                    "airbyte_pages",
                    base_url,
                    plan.fresh("pages") / "jobs.parquet",
                    python=low_code,
                    environment=environment,
                ),
                BARE: lambda: fetch_bare("aiohttp", urls, environment),
            },
            runs=plan.runs,
        )
    return _section(plan, samples)


def _section(plan: Plan, samples: dict[str, list[Sample]]) -> Section:
    ours = median(samples["ionq-data"])
    faster = min(DLT, key=lambda name: median(samples[name]).seconds)
    theirs, bare = median(samples[faster]).seconds, median(samples[BARE]).seconds
    ratio = _ratio(samples[faster], samples["ionq-data"])
    of_core = _ratio(samples[CORE], samples["ionq-data"])
    of_wire = _ratio(samples["ionq-data"], samples[BARE])
    return Section(
        title="Job pages into Parquet",
        rows=[
            Row(
                what=f"the pages of {plan.middle:,} jobs alone, against dlt's REST source into Parquet",
                target=f"≥ {TARGET:g} × faster",
                figure=f"{ratio:.1f} × ({ours.seconds:.1f} s against {theirs:.1f} s)",
                is_met=ratio >= TARGET,
                reason=REASON.format(
                    cpu=ours.cpu_seconds,
                    bare=bare,
                    least=(ours.cpu_seconds + bare) / 2,
                    target=TARGET,
                    wanted=theirs / TARGET,
                    theirs=min(median(samples[name]).cpu_seconds for name in DLT),
                ),
            ),
            Row(
                what="the same, against the official client with PyArrow",
                target=f"≥ {TIMES_CORE:g} × faster",
                figure=f"{of_core:.1f} × ({ours.seconds:.1f} s against {median(samples[CORE]).seconds:.1f} s)",
                is_met=of_core >= TIMES_CORE,
                reason=OF_THE_WIRE,
            ),
            Row(
                what="the same, against fetching the pages and throwing them away",
                target=f"≤ {TIMES_WIRE:g} ×",
                figure=f"{of_wire:.1f} × ({ours.seconds:.1f} s against {bare:.1f} s)",
                is_met=of_wire <= TIMES_WIRE,
                reason=OF_THE_WIRE,
            ),
        ],
        tables=[
            Table(
                title="The same pages of 100 jobs from the same emulator, in turn",
                columns=("", "median", "all runs", "times ours", "CPU of the client", "peak memory"),
                rows=[
                    (
                        name,
                        f"{median(runs).seconds:.1f} s",
                        ", ".join(f"{run.seconds:.1f}" for run in runs),
                        f"{_ratio(runs, samples['ionq-data']):.1f}",
                        f"{statistics.median(run.cpu_seconds for run in runs):.1f} s",
                        f"{peak_mb(runs):.0f} MB",
                    )
                    for name, runs in samples.items()
                ],
            )
        ],
        notes=[
            "The work is the same as far as the tools allow: every job of the key's own listing, typed columns, "
            "compressed Parquet. ionq-data keeps each record's exact text beside its columns, compares it with what is "
            "known, and flushes each file to the disk; the others do not. dlt is set up as its performance guide says, "
            "once unpacking nested objects, its default, and once keeping them as JSON; the faster one counts.",
            "The physical limit is the wire, since each page names the next: ionq-data is "
            f"{ours.seconds / bare:.1f} times from that. It has the next page on its way while it takes in the last.",
        ],
    )


def _ratio(theirs: list[Sample], ours: list[Sample]) -> float:
    return statistics.median(one.seconds / other.seconds for one, other in zip(theirs, ours, strict=True))
