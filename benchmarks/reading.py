"""What a person waits for: the help, the status of the lake, where to run a circuit, and the report."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.marts import BUILT
from benchmarks.measuring import Sample, median, run_program, run_work
from benchmarks.plan import Plan
from benchmarks.results import TOUCHES_LITTLE, Row, Section, Series, Table

MOST_HELP_SECONDS = 0.12
HELP_RUNS = 10
MOST_PLAN_SECONDS = 1.0
MOST_DEMO_SECONDS = 15.0
CIRCUIT = ("--qubits", "12", "--1q", "200", "--2q", "60")
COMMAND = Path(sys.executable).parent / "ionq-data"
REASON = (
    "Most of it is the interpreter's own start and the imports of the command line; the next step is fewer of them."
)

PLAN_REASON = (
    "It goes through the jobs of 90 days for what was billed and how long they waited; the next step is a mart of both."
)
DEMO_REASON = (
    "It simulates, syncs and reports as the first demo did, and Dagster starts a process of its own; the next step is "
    "fewer imports."
)
PAGE_REASON = (
    "The page holds a row for each day, week or month of the history, and the larger organizations have a longer one; "
    "the next step is to leave the oldest years out of the daily charts."
)
STATUS_REASON = (
    "Status looks up the files of every month, to see that none has changed since it was counted; the next step is "
    "fewer files a year."
)


def measure(plan: Plan) -> Section:
    """Start the command line, and ask for status, advice and report of every size that marts are built of."""
    helps = [run_program(COMMAND, "--help") for _ in range(HELP_RUNS)]
    statuses: dict[int, Sample] = {}
    plans: dict[int, Sample] = {}
    reports: dict[int, Sample] = {}
    pages: dict[int, float] = {}
    for jobs in plan.sizes[1:]:
        folder = plan.data_dir(plan.compacted_lake(jobs), "reading")
        if jobs in BUILT:
            (BUILT.pop(jobs) / "warehouse.duckdb").replace(folder / "warehouse.duckdb")
        else:
            run_work("build_marts", folder, folder / "lake", environment={"DO_NOT_TRACK": "1"})
        environment = {"IONQ_DATA_DIR": os.fspath(folder)}
        run_work(
            "command", "status", environment=environment
        )  # the first counts the months; later ones find them counted
        statuses[jobs] = median([run_work("command", "status", environment=environment) for _ in range(plan.runs)])
        plans[jobs] = median([run_work("command", "plan", *CIRCUIT, environment=environment) for _ in range(plan.runs)])
        reports[jobs] = median([run_work("command", "report", environment=environment) for _ in range(plan.runs)])
        pages[jobs] = max(file.stat().st_size for file in (folder / "report").rglob("*.html")) / 1e6
    demo = {"IONQ_DATA_DIR": os.fspath(plan.fresh("demo"))}
    first, second = (run_work("command", "demo", environment=demo) for _ in range(2))
    help_seconds = median(helps).seconds
    bare = median([run_program(sys.executable, "-c", "pass") for _ in range(HELP_RUNS)])
    return Section(
        title="Command line and report",
        rows=[
            Row(
                what="`ionq-data --help`",
                target=f"≤ {MOST_HELP_SECONDS:g} s",
                figure=f"{help_seconds:.2f} s",
                is_met=help_seconds <= MOST_HELP_SECONDS,
                reason=REASON,
            ),
            Row(
                what=f"`ionq-data plan`, {plan.large:,} jobs",
                target=f"≤ {MOST_PLAN_SECONDS:g} s",
                figure=f"{plans[plan.large].seconds:.2f} s",
                is_met=plans[plan.large].seconds <= MOST_PLAN_SECONDS,
                reason=PLAN_REASON,
            ),
            Row(
                what="`ionq-data demo`, the second time",
                target=f"≤ {MOST_DEMO_SECONDS:g} s",
                figure=f"{second.seconds:.1f} s (the first time {first.seconds:.1f} s)",
                is_met=second.seconds <= MOST_DEMO_SECONDS,
                reason=DEMO_REASON,
            ),
        ],
        tables=[
            Table(
                title="Whole processes, medians",
                columns=("jobs", "`ionq-data status`", "`ionq-data plan`", "`ionq-data report`", "the report's page"),
                rows=[
                    (
                        f"{jobs:,}",
                        f"{statuses[jobs].seconds:.2f} s",
                        f"{plans[jobs].seconds:.2f} s",
                        f"{reports[jobs].seconds:.2f} s",
                        f"{pages[jobs]:.1f} MB",
                    )
                    for jobs in statuses
                ],
            )
        ],
        series=[
            Series(
                what="status, time",
                unit="s",
                most=TOUCHES_LITTLE,
                values={jobs: sample.seconds for jobs, sample in statuses.items()},
                reason=STATUS_REASON,
            ),
            Series(
                what="writing the report, time",
                unit="s",
                most=None,
                values={jobs: sample.seconds for jobs, sample in reports.items()},
            ),
            Series(
                what="opening the report, size of its page",
                unit="MB",
                most=TOUCHES_LITTLE,
                values=pages,
                reason=PAGE_REASON,
            ),
        ],
        notes=[
            f"The help is the median of {HELP_RUNS} starts with warm caches; the interpreter alone takes "
            f"{bare.seconds:.2f} s to start and end."
        ],
    )
