"""The truth about single jobs and about queues."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, from_ms
from ionq_data.emulator.jobs import FAILURES, STATUSES, Jobs, shown_micros
from ionq_data.emulator.machines import NAMES, SIMULATOR
from ionq_data.emulator.prices import decimal_text
from ionq_data.emulator.world import World

Int = npt.NDArray[np.int64]


def visible_micros(jobs: Jobs, now_ms: int) -> Int:
    """Return each job's visible bill at an instant, in millionths of its unit."""
    return shown_micros(jobs.first_micros, jobs.final_micros, jobs.shown_ms, jobs.final_ms, now_ms)


def queues_by_day(jobs: Jobs, now_ms: int, *, among: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return the waits of some jobs per QPU and UTC date of submission; see `truth.tell_truth`."""
    counted = among & (jobs.submitted <= now_ms) & (jobs.machine != SIMULATOR) & ~jobs.is_dry
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
    """Return every job submitted by now, deleted ones too, oldest first; future instants are null."""
    jobs, organization = world.jobs, world.history.organization
    at = np.arange(jobs.submitted_by(now_ms))
    status, micros = jobs.status(at, now_ms).tolist(), visible_micros(jobs, now_ms)[at].tolist()

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
            "cost": decimal_text(amount) if row["shown_ms"] <= now_ms else None,
            "currency": world.writer.credit_unit if row["in_credits"] else "usd",
            "cost_model": ("QCT" if row["is_by_time"] else "2QGE_operations") if world.scenario.is_october else None,
            "compute_seconds": row["compute_us"] / 1_000_000 if row["is_by_time"] and row["ended"] <= now_ms else None,
            "is_settled": row["final_ms"] <= now_ms,
            "failure_code": FAILURES[row["failure"]][0] if row["failure"] >= 0 and row["ended"] <= now_ms else None,
        }
        for row, state, amount in zip(jobs.rows(at), status, micros, strict=True)
    ]  # fmt: skip
