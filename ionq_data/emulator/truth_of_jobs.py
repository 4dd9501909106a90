"""The truth about single jobs and about queues."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, from_ms
from ionq_data.emulator.jobs import FAILURES, STATUSES, Jobs, shown_cents
from ionq_data.emulator.machines import NAMES, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.world import World

Int = npt.NDArray[np.int64]


def dollars(cents: int) -> str:
    """Return cents as a decimal string of dollars."""
    return str(Decimal(int(cents)).scaleb(-2))


def visible_cents(jobs: Jobs, now_ms: int) -> Int:
    """Return what each job's bill shows at an instant, in cents."""
    return shown_cents(jobs.first_cents, jobs.final_cents, jobs.shown_ms, jobs.final_ms, now_ms)


def in_credits(world: World) -> npt.NDArray[np.bool_]:
    """Return which jobs are billed in credits."""
    credited: npt.NDArray[np.bool_] = world.jobs.project == CREDITS_PROJECT
    return credited & world.scenario.credits


def queues_by_day(jobs: Jobs, now_ms: int, *, roots_only: bool) -> list[dict[str, Any]]:
    """Return waits per QPU and UTC date of submission; see `truth.tell_truth`."""
    counted = (jobs.submitted <= now_ms) & (jobs.machine != SIMULATOR) & ~jobs.is_dry
    if roots_only:
        counted &= jobs.parent < 0
    at = np.flatnonzero(counted)
    key = jobs.machine[at] * 1_000_000 + jobs.submitted[at] // DAY_MS
    order = np.argsort(key, kind="stable")
    days = []
    for members in np.split(at[order], np.flatnonzero(np.diff(key[order])) + 1):
        if not len(members):
            continue
        started = members[jobs.started[members] <= now_ms]
        wait = (jobs.started[started] - jobs.submitted[started]) / 1000
        quantiles = np.percentile(wait, [50, 90, 95, 99]).tolist() if len(wait) else [None] * 4
        days.append(
            {
                "backend": NAMES[jobs.machine[members[0]]],
                "date": from_ms(int(jobs.submitted[members[0]])).date().isoformat(),
                "submitted": len(members),
                "started": len(started),
                "censored": len(members) - len(started),
                "mean_seconds": float(wait.mean()) if len(wait) else None,
                **dict(zip(("p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds"), quantiles, strict=True)),
            }
        )
    return days


def facts_of_jobs(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return every job submitted by now, deleted ones too, oldest first; instants that are still to come are null."""
    jobs, organization = world.jobs, world.history.organization
    at = np.arange(jobs.submitted_by(now_ms))
    status, cents = jobs.status(at, now_ms).tolist(), visible_cents(jobs, now_ms)[at].tolist()
    credited = in_credits(world).tolist()

    def shown(ms: int) -> str | None:
        return from_ms(ms).isoformat() if ms <= now_ms else None

    return [
        {
            "id": world.job_codec.encode(row["submitted"], row["serial"]),
            "parent_id": None if row["parent"] < 0 else world.job_codec.encode(row["submitted"], row["parent"]),
            "project_id": organization.project_ids[row["project"]],
            "submitter_id": organization.user_ids[row["user"]],
            "session_id": None if row["session"] < 0 else world.session_ids[row["session"]],
            "backend": NAMES[row["machine"]], "status": STATUSES[state], "is_deleted": row["is_deleted"],
            "is_dry": row["is_dry"], "is_debiased": row["is_debiased"], "shots": row["shots"], "qubits": row["qubits"],
            "gates_1q": row["gates_1q"], "gates_2q": row["gates_2q"],
            "submitted_at": shown(row["submitted"]), "started_at": shown(row["started"]),
            "ended_at": shown(row["ended"]),
            "queue_seconds": (row["started"] - row["submitted"]) / 1000 if row["started"] <= now_ms else None,
            "execution_seconds": row["execution_ms"] / 1000 if row["started"] <= row["ended"] <= now_ms else None,
            "cost": dollars(amount) if row["shown_ms"] <= now_ms else None,
            "currency": "credits" if credited[place] else "usd",
            "is_settled": row["final_ms"] <= now_ms,
            "failure_code": FAILURES[row["failure"]][0] if row["failure"] >= 0 and row["ended"] <= now_ms else None,
        }
        for place, (row, state, amount) in enumerate(zip(jobs.rows(at), status, cents, strict=True))
    ]  # fmt: skip
