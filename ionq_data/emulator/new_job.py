"""A job that a program adds to a running emulator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from ionq_data.emulator.history import History
from ionq_data.emulator.instants import HOUR_MS, NEVER, to_ms
from ionq_data.emulator.jobs import SINGLE, STATUSES
from ionq_data.emulator.machines import MODELS, NUMBERS, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.prices import Priced, bill_step, price_micros


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A single-circuit job to add; `project` and `user` are numbers, `submitted_at` None means now.

    A job submitted in the past appears late. With `final` None it waits forever.
    """

    backend: str = "qpu.forte-1"
    submitted_at: datetime | None = None
    project: int = 0
    user: int = 0
    shots: int = 1000
    qubits: int = 4
    gates_1q: int = 40
    gates_2q: int = 20
    queue_seconds: float = 600.0
    execution_seconds: float = 20.0
    settles_after_seconds: float = 3600.0
    final: Literal["completed", "failed", "canceled"] | None = "completed"
    is_debiased: bool = False
    is_dry: bool = False


def new_row(job: NewJob, history: History, *, serial: int, now_ms: int) -> dict[str, int | bool]:
    """Return the columns of an added job; its bill follows the rate in force at its start."""
    submitted = to_ms(job.submitted_at) if job.submitted_at else now_ms
    turn = submitted + max(int(job.queue_seconds * 1000), 2)
    runs = job.final in ("completed", "failed") and not job.is_dry
    started = turn if runs else NEVER
    ended = NEVER if job.final is None else turn + (int(job.execution_seconds * 1000) if runs else 0)
    machine = NUMBERS[job.backend]
    is_billable = machine != SIMULATOR and not job.is_dry
    is_by_time = MODELS[machine].is_by_time and history.scenario.is_october
    compute_us = int(job.execution_seconds * 800_000)
    priced = Priced(*(
        np.array([one]) for one in (job.shots, job.gates_1q, job.gates_2q, compute_us, job.is_debiased, is_by_time)
    ))  # fmt: skip
    at_ms = np.array([min(started, submitted + HOUR_MS)])
    price = int(price_micros(history.rates, at_ms, priced, step=bill_step(history.scenario))[0])
    micros = price if is_billable and job.final == "completed" else 0
    settled = ended + int(job.settles_after_seconds * 1000) if is_billable and job.final else NEVER
    return {
        "serial": serial, "submitted": submitted, "ready": min(submitted + 1, turn), "started": started, "ended": ended,
        "final": STATUSES.index(job.final or "completed"), "machine": machine, "project": job.project,
        "user": job.user, "kind": SINGLE, "parent": -1, "children": 0, "session": -1, "shots": job.shots,
        "qubits": job.qubits, "gates_1q": job.gates_1q, "gates_2q": job.gates_2q,
        "execution_ms": int(job.execution_seconds * 1000) if runs else 0,
        "planned_ms": int(job.execution_seconds * 1000), "predicted_wait_ms": int(job.queue_seconds * 1000),
        "failure": 6 if job.final == "failed" else -1, "estimated_micros": price if machine != SIMULATOR else 0,
        "compute_us": compute_us if is_by_time and micros else 0, "first_micros": micros, "final_micros": micros,
        "shown_ms": settled, "final_ms": settled, "is_by_time": is_by_time,
        "in_credits": job.project == CREDITS_PROJECT and submitted >= history.scenario.credits_from_ms,
        "is_billable": is_billable, "is_misbilled": False, "is_debiased": job.is_debiased, "is_dry": job.is_dry,
        "is_deleted": False,
    }  # fmt: skip
