"""The world that an emulator serves: a history, a clock, faults, and the upstream changes since it began."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from ionq_data.emulator.characterizations import Calibrations, Characterization, calibrate
from ionq_data.emulator.clock import Clock
from ionq_data.emulator.faults import Faults
from ionq_data.emulator.history import History, simulate
from ionq_data.emulator.ids import IdCodec, hash64, named_uuid
from ionq_data.emulator.instants import NEVER, to_ms
from ionq_data.emulator.job_json import JobWriter
from ionq_data.emulator.jobs import STATUSES, Jobs
from ionq_data.emulator.machines import NUMBERS
from ionq_data.emulator.new_job import NewJob, new_row
from ionq_data.emulator.prices import MICROS_PER_CENT
from ionq_data.emulator.quotas import project_quotas
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.sessions import Session
from ionq_data.emulator.submission import Outcome, Submission

LOGGED_REQUESTS = 200_000


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request that was answered: `path` without `/v0.4`, `query` undecoded, `status` 0 if the line was cut, `size`
    the bytes of the answer's body."""

    method: str
    path: str
    query: str
    had_key: bool
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Restatement:
    """A correction of a past date in the usage report that no job's cost shows."""

    day: date
    project: int
    user: int
    micros: int


class World:
    """The present state behind all answers; the routes and the truth read it, the methods change it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario.anchored()
        self.history: History = simulate(self.scenario)
        self.jobs: Jobs = self.history.jobs
        self.calibrations: Calibrations = calibrate(self.scenario, self.history.machines)
        self.added_characterizations: list[Characterization] = []
        self.restatements: tuple[Restatement, ...] = ()
        assert self.scenario.anchor is not None
        self.clock = Clock(self.scenario.anchor)
        self.faults = Faults(self.scenario.seed)
        self.requests: deque[RequestRecord] = deque(maxlen=LOGGED_REQUESTS)
        self.request_count = 0
        self.job_codec = IdCodec(hash64(self.scenario.seed, 31))
        self.cursor_codec = IdCodec(hash64(self.scenario.seed, 32))
        self.session_ids = [named_uuid(self.scenario.seed, "session", s.number) for s in self.history.sessions]
        known = self.jobs.session >= 0
        self.session_micros: list[int] = np.bincount(
            self.jobs.session[known], weights=self.jobs.final_micros[known], minlength=len(self.session_ids)
        ).astype(np.int64).tolist()  # fmt: skip
        self.sessions: list[Session] = list(self.history.sessions)
        self.lock = threading.RLock()
        self.first_submitted = int(self.jobs.serial.max(initial=-1)) + 1
        self.submitted: dict[int, Submission] = {}
        self.outcomes: dict[tuple[int, int], Outcome] = {}
        self.queue_ends: dict[tuple[int, int], int] = {}
        self.quotas = project_quotas(self.jobs)
        self.writer = JobWriter(
            self.scenario, self.history.organization, self.job_codec, self.session_ids, self.submitted
        )

    @property
    def api_key(self) -> str:
        """A key that sees the whole organization."""
        return self.history.organization.keys[0].secret

    @property
    def organization_id(self) -> str:
        """The simulated organization's id."""
        return self.history.organization.id

    def job_id(self, at: int) -> str:
        """Return the id of the job at a position of the columns."""
        return self.job_codec.encode(int(self.jobs.submitted[at]), int(self.jobs.serial[at]))

    def next_serial(self) -> int:
        """Return the number of the next job that is added."""
        return int(self.jobs.serial.max(initial=-1)) + 1

    def session(self, session_id: str) -> Session | None:
        """Return the session with an id, None if there is none."""
        return self.sessions[self.session_ids.index(session_id)] if session_id in self.session_ids else None

    def add_session(self, session: Session) -> str:
        """Add a session, numbered after the others, and return its id."""
        session_id = named_uuid(self.scenario.seed, "session", session.number)
        self.sessions.append(session)
        self.session_ids.append(session_id)
        self.session_micros.append(0)
        return session_id

    def replace_session(self, session: Session) -> None:
        """Change a session."""
        self.sessions[session.number] = session

    def job_ids(self) -> list[str]:
        """Return the ids of all jobs that the API shows now, newest first."""
        count = self.jobs.submitted_by(self.clock.now_ms())
        return [self.job_id(at) for at in range(count - 1, -1, -1) if not self.jobs.is_deleted[at]]

    def add_job(self, job: NewJob | None = None, **settings: Any) -> str:
        """Add a job to the history and return its id; a job at a past instant appears late."""
        made = job or NewJob(**settings)
        with self.lock:
            row = new_row(made, self.history, serial=self.next_serial(), now_ms=self.clock.now_ms())
            self.jobs = self.jobs.inserted(row)
        return self.job_codec.encode(int(row["submitted"]), int(row["serial"]))

    def delete_job(self, job_id: str) -> None:
        """Delete a job upstream, and its children: the API no longer shows it, but the usage report still counts it."""
        with self.lock:
            at = self._position(job_id)
            self.jobs = self.jobs.changed(slice(at, at + 1 + int(self.jobs.children[at])), is_deleted=True)

    def cancel_job(self, job_id: str) -> None:
        """Cancel a waiting job and its children; ValueError if it has started or ended."""
        with self.lock:
            at, now_ms, jobs = self._position(job_id), self.clock.now_ms(), self.jobs
            if now_ms >= min(jobs.started[at], jobs.ended[at]):
                raise ValueError(f"Job {job_id} has started or ended and cannot be canceled.")
            family = slice(at, at + 1 + int(jobs.children[at]))
            billed = np.where(jobs.is_billable[family], now_ms, NEVER)
            self.jobs = jobs.changed(
                family, ended=now_ms, final=STATUSES.index("canceled"), started=NEVER, execution_ms=0, failure=-1,
                first_micros=0, final_micros=0, compute_us=0, shown_ms=billed, final_ms=billed,
            )  # fmt: skip

    def restate_cost(self, job_id: str, *, cents: int) -> None:
        """Change a job's final bill, and with it the usage report of the date on which it ended."""
        micros = cents * MICROS_PER_CENT
        self.jobs = self.jobs.changed(self._position(job_id), first_micros=micros, final_micros=micros)

    def restate_usage(self, day: date, *, cents: int, project: int = 0, user: int = 0) -> None:
        """Add an amount to a date of the usage report that no job's cost shows."""
        self.restatements = (*self.restatements, Restatement(day, project, user, cents * MICROS_PER_CENT))

    def add_characterization(
        self, backend: str, *, measured_at: datetime | None = None, values: dict[str, float] | None = None
    ) -> str:
        """Add a characterization, by default now and like the last sound one, and return its id."""
        machine = NUMBERS[backend]
        known = self.calibrations.of_machine[machine]
        last = next(one for one in reversed(known) if one.is_sound)
        at_ms = to_ms(measured_at or self.clock.now()) // 1000 * 1000
        one_id = named_uuid(self.scenario.seed, f"characterization/{machine}", len(known))
        self.add_characterization_of(Characterization(at_ms, one_id, machine, {**last.values, **(values or {})}))
        return one_id

    def add_characterization_of(self, one: Characterization) -> None:
        """Add a characterization as it is."""
        self.calibrations.add(one)
        self.added_characterizations.append(one)

    def _position(self, job_id: str) -> int:
        decoded = self.job_codec.decode(job_id)
        at = None if decoded is None else self.jobs.position(*decoded)
        if at is None:
            raise KeyError(f"There is no job {job_id}.")
        return at
