"""The jobs as columns: every job's whole life. An answer shows what has happened by the clock's time."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.ids import IdCodec

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]
Row = dict[str, Any]
"""One job's columns as plain Python values, by name."""

STATUSES = ("submitted", "ready", "started", "completed", "failed", "canceled")
TYPES = (
    "ionq.circuit.v1", "ionq.multi-circuit.v1", "quantum-function",
    "ionq.qasm3.v1", "ionq.qir.v1", "qctrl.qaoa-circuit.v1", "qctrl.qaoa.v1",
)  # fmt: skip
SINGLE, MULTI, HYBRID, QASM3, QIR, QAOA_CIRCUIT, QAOA = range(7)
FAMILIES = frozenset({MULTI, HYBRID, QAOA})
"""Kinds whose circuits are children, with results of their own."""

FAILURES = (
    ("InvalidInput", "The circuit refers to qubit 41, the backend has fewer."),
    ("CompilationError", "The compiler could not place the circuit."),
    ("PreflightError", "The job did not pass its preflight check."),
    ("QuotaExhaustedError", "The project's quota for this period is used up."),
    ("TooManyGates", "The circuit has more gates than the backend accepts."),
    ("SystemCancel", "The system withdrew the job before it was queued."),
    ("QuantumComputerError", "The quantum computer stopped during the run."),
    ("InternalError", "The run ended early; the results are incomplete."),
    ("DebiasingError", "The variants of the circuit could not be combined."),
    ("SimulationError", "The simulation ran out of memory."),
    # The history has none of these, but submitted jobs may.
    ("NotEnoughQubits", "The backend has fewer qubits than the circuit."),
    ("TooManyControls", "A gate has more controls than the compiler takes."),
    ("UnsupportedGate", "The circuit has a gate that the backend does not support."),
    ("TooLongPredictedExecutionTime", "The job would run longer than a job may."),
)
EARLY_FAILURES = 6
"""The number of entries of `FAILURES` that happen before the queue; the others happen during the run."""
DEBIASING_ERROR, SIMULATION_ERROR = 8, 9


@dataclass(frozen=True, eq=False, kw_only=True)
class Jobs:
    """Columns sorted by submission (then serial), one entry per job; instants in milliseconds since 1970.

    `parent` is the parent's serial or -1; children have the serials right after their parent's. `session` and `failure`
    are numbers of sessions and `FAILURES`, -1 for none. `execution_ms` is the time that ran, `planned_ms` the planned
    time, `compute_us` the billed quantum compute time. Money is in millionths of the job's unit; `is_by_time` says
    whether time is billed, not gates.
    """

    serial: Int
    submitted: Int
    ready: Int
    started: Int
    ended: Int
    final: Int
    machine: Int
    project: Int
    user: Int
    kind: Int
    parent: Int
    children: Int
    session: Int
    shots: Int
    qubits: Int
    gates_1q: Int
    gates_2q: Int
    execution_ms: Int
    planned_ms: Int
    predicted_wait_ms: Int
    failure: Int
    compute_us: Int
    estimated_micros: Int
    first_micros: Int
    final_micros: Int
    shown_ms: Int
    final_ms: Int
    is_by_time: Bool
    in_credits: Bool
    is_billable: Bool
    is_misbilled: Bool
    is_debiased: Bool
    is_dry: Bool
    is_deleted: Bool

    def __len__(self) -> int:
        return len(self.serial)

    def rows(self, at: Int) -> list[Row]:
        """Return the jobs at some positions as plain Python values, by column name."""
        columns = [getattr(self, field.name)[at].tolist() for field in fields(self)]
        names = [field.name for field in fields(self)]
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    def status(self, at: Int | slice, now_ms: int) -> Int:
        """Return the states (numbers of `STATUSES`) of the jobs at some positions."""
        waiting = np.where(now_ms >= self.ready[at], 1, 0)
        running = np.where(now_ms >= self.started[at], 2, waiting)
        return np.where(now_ms >= self.ended[at], self.final[at], running)

    def submitted_by(self, now_ms: int) -> int:
        """Return the number of jobs submitted at an instant or before."""
        return int(np.searchsorted(self.submitted, now_ms, side="right"))

    def position(self, submitted_ms: int, serial: int) -> int | None:
        """Return the position of the job with a decoded id, or None."""
        low = int(np.searchsorted(self.submitted, submitted_ms, side="left"))
        high = int(np.searchsorted(self.submitted, submitted_ms, side="right"))
        at = low + int(np.searchsorted(self.serial[low:high], serial))
        return at if at < high and self.serial[at] == serial else None

    def find(self, codec: IdCodec, job_id: str, now_ms: int) -> int | None:
        """Return the position of the job with an id that exists by now and is not deleted, or None."""
        decoded = codec.decode(job_id)
        at = None if decoded is None or decoded[0] > now_ms else self.position(*decoded)
        return None if at is None or self.is_deleted[at] else at

    def changed(self, at: int | slice, **values: int | bool | Int) -> Jobs:
        """Return the jobs with some columns changed at a position or a range of them."""
        columns = {}
        for name, value in values.items():
            columns[name] = getattr(self, name).copy()
            columns[name][at] = value
        return replace(self, **columns)

    def inserted(self, *rows: dict[str, int | bool]) -> Jobs:
        """Return the jobs with further ones of one instant, inserted after those of the same instant."""
        at = int(np.searchsorted(self.submitted, rows[0]["submitted"], side="right"))
        columns = {}
        for field in fields(self):
            column = getattr(self, field.name)
            added = np.array([row[field.name] for row in rows], dtype=column.dtype)
            columns[field.name] = np.concatenate([column[:at], added, column[at:]])
        return Jobs(**columns)


def shown_micros(first: Int, final: Int, shown_ms: Int, final_ms: Int, now_ms: int) -> Int:
    """Return the bills that are visible at an instant in millionths, 0 where there is none yet."""
    return np.where(now_ms >= final_ms, final, np.where(now_ms >= shown_ms, first, 0))


def is_compiled(row: Row, now_ms: int) -> bool:
    """Return whether a job's circuit was compiled by an instant; a job that failed before its queue never was."""
    return bool(now_ms >= row["ready"])


def has_run(row: Row, now_ms: int) -> bool:
    """Return whether a job has really run, and has ended by an instant."""
    return bool(row["started"] < row["ended"] <= now_ms)


def has_results(row: Row, now_ms: int) -> bool:
    """Return whether a job has results of its own: it is completed, has really run, and not through children."""
    ran = row["started"] <= row["ended"] <= now_ms
    return bool(ran and STATUSES[row["final"]] == "completed" and row["kind"] not in FAMILIES)
