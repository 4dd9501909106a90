"""Random jobs of every fate, and what an outsider knows of how long each of them waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = {"first": START + timedelta(days=100, hours=5), "second": START + timedelta(days=99, hours=7, minutes=30)}
FATES = ("done", "running", "waiting", "canceled", "failed_early", "failed_late", "deleted", "negative", "unsaid")
SHARES = (0.55, 0.05, 0.06, 0.1, 0.05, 0.05, 0.05, 0.04, 0.05)


@dataclass(frozen=True)
class Wait:
    """A queued job: ``seconds`` is null where nobody knows, ``started`` false where it waited at least so long."""

    backend: str
    submitted_at: datetime
    started: bool
    seconds: float | None
    left_at: datetime | None
    ran_until: datetime | None
    predicted_seconds: float | None
    still: bool


def random_jobs(seed: int, *, jobs: int = 600) -> tuple[list[dict[str, Any]], list[Wait]]:
    """Return rows of the lake for one backend and the waits among them; some rows are none, being no queued jobs.

    Times are whole seconds within a few days at either end of 100, so that many of them tie.
    """
    rng = np.random.default_rng([seed, 1])
    rows: list[dict[str, Any]] = []
    waits: list[Wait] = []
    for number in range(jobs):
        row, wait = _job(rng, f"{seed}-{number}", f"qpu.{seed}")
        kind = rng.choice(["queued", "child", "dry", "simulated"], p=[0.8, 0.1, 0.05, 0.05])
        if kind == "child" and rows:
            row["parent_job_id"] = f"{seed}-0"
        elif kind == "dry" and rows:
            row["dry_run"] = True
        elif kind == "simulated":
            row["backend"] = "simulator"
        else:
            waits.append(wait)
        rows.append(row)
    return rows, waits


def _job(rng: np.random.Generator, job_id: str, backend: str) -> tuple[dict[str, Any], Wait]:
    account = "first" if rng.random() < 0.7 else "second"
    now = AS_OF[account]
    fate = str(rng.choice(FATES, p=SHARES))
    span = timedelta(hours=int(rng.choice([0, 3, 97 * 24])), seconds=int(rng.integers(0, 40_000)))
    submitted = (
        START + span if fate not in ("waiting", "running") else now - timedelta(seconds=int(rng.exponential(9000)))
    )
    wait = timedelta(seconds=int(rng.exponential(4000)) // 60 * 60)
    run = timedelta(seconds=int(rng.exponential(900)))
    left, ended = submitted + wait, submitted + wait + run
    predicted_ms = int(wait.total_seconds() * rng.uniform(300, 3000)) if rng.random() < 0.8 else None
    row: dict[str, Any] = {
        "id": job_id, "account": account, "backend": backend, "dry_run": False, "submitted_at": submitted,
        "predicted_wait_time_ms": predicted_ms, "_deleted": False, "_extracted_at": now + timedelta(seconds=90),
    }  # fmt: skip
    started, censored, still = True, False, False
    if fate == "done":
        row |= {"status": "completed", "started_at": left, "completed_at": ended}
    elif fate == "failed_late":
        row |= {"status": "failed", "started_at": left, "completed_at": ended}
    elif fate == "running":
        left, ended, still = min(left, now), now, True
        row |= {"status": "started", "started_at": left}
    elif fate == "negative":
        row |= {"status": "completed", "started_at": submitted - timedelta(seconds=5), "completed_at": ended}
        started = False
    elif fate == "unsaid":
        row |= {"status": "completed", "completed_at": ended}
        started = False
    else:
        started, censored = False, True
        if fate in ("canceled", "failed_early"):
            row |= {"status": fate.partition("_")[0], "completed_at": left}
        elif fate == "waiting":
            left, still = max(now, submitted), True
            row |= {"status": str(rng.choice(["submitted", "ready", "held"]))}
        else:
            still = True
            row |= {"status": "ready", "_deleted": False, "_extracted_at": left}
            row["gone_at"] = left + timedelta(hours=2)
    known = started or censored
    return row, Wait(
        backend, submitted, started, (left - submitted).total_seconds() if known else None, left if known else None,
        ended if started else None, predicted_ms / 1000 if predicted_ms is not None else None, still,
    )  # fmt: skip


def with_deletions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows as versions: one that was deleted has a second version that says so."""
    versions = []
    for row in rows:
        gone_at = row.pop("gone_at", None)
        versions.append(row)
        if gone_at:
            versions.append(row | {"_deleted": True, "_extracted_at": gone_at})
    return versions
