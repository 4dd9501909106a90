"""The rule ``failed_run``, over the runs that the orchestrator notes.

The library does not know its orchestrator. So a run that failed is noted in a small file, and a later success of the
same job takes the note away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from ionq_data.alerts.alert import Alert
from ionq_data.alerts.plain_text import plain
from ionq_data.lake.storage import LocalStorage
from ionq_data.warehouse.lock import hold

RULE = "failed_run"
FILE = "failed_runs.json"
_LONGEST_MESSAGE = 600


class FailedJob(msgspec.Struct, frozen=True):
    """A job whose runs have failed since its last success: the first of them, the last, and how many."""

    job: str
    first_run: str
    last_run: str
    failed_at: datetime
    runs: int
    message: str


def note_failed_run(data_dir: Path, *, job: str, run_id: str, failed_at: datetime, message: str) -> None:
    """Note that a run failed; a run that is noted twice counts once."""
    with _jobs(data_dir) as jobs:
        before = jobs.get(job)
        if before is None or before.last_run != run_id:
            first, runs = (before.first_run, before.runs) if before else (run_id, 0)
            jobs[job] = FailedJob(job, first, run_id, failed_at, runs + 1, message)


def note_successful_run(data_dir: Path, *, jobs: Iterable[str]) -> bool:
    """Note that a run of some jobs succeeded, which clears their earlier failures. Return whether there were any."""
    with _jobs(data_dir) as noted:
        removed = [noted.pop(job, None) for job in jobs]
    return any(removed)


def failed_runs(data_dir: Path, now: datetime) -> Iterator[Alert]:
    """Find the jobs whose last run failed."""
    for failed in read_failed_jobs(data_dir).values():
        times = "" if failed.runs == 1 else f", {failed.runs} times in a row"
        yield Alert(
            rule=RULE,
            subject=failed.job,
            period=failed.first_run,
            severity="failure",
            title=f"The job {plain(failed.job)} failed{times}",
            body=(
                f"Run {plain(failed.last_run)} failed at {failed.failed_at:%Y-%m-%d %H:%M} UTC: "
                f"{plain(failed.message, at_most=_LONGEST_MESSAGE)}\nNothing is lost, and the published tables are "
                f"unchanged. Fix the cause and run the job again."
            ),
            since=now,
        )


def read_failed_jobs(data_dir: Path) -> dict[str, FailedJob]:
    """Return the jobs whose last run failed, by name."""
    try:
        noted = msgspec.json.decode((data_dir / FILE).read_bytes(), type=list[FailedJob])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}
    return {failed.job: failed for failed in noted}


@contextmanager
def _jobs(data_dir: Path) -> Iterator[dict[str, FailedJob]]:
    """Yield the noted jobs to one process at a time, and write them back if it changed them."""
    with hold(data_dir / ".build" / "runs.lock", purpose="noting a run", wait_seconds=60):
        jobs = read_failed_jobs(data_dir)
        before = dict(jobs)
        yield jobs
        if jobs != before:
            content = msgspec.json.encode(sorted(jobs.values(), key=lambda failed: failed.job))
            LocalStorage(data_dir).write(FILE, content)
