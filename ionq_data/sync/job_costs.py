"""Job costs: one request for each job that has ended, again each run until the cost is settled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from ionq_data.api.errors import (
    ApiError,
    AuthenticationError,
    BadRequest,
    NotFound,
    PermissionDenied,
    RequestRefused,
)
from ionq_data.lake.current import current_rows
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.pending import PendingJob, pending_jobs
from ionq_data.resources import Rejection, Row, read_record
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.resource import content_hash, parse
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.backends import is_qpu
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.progress import Progress
from ionq_data.sync.workers import run_workers

AGREEING_APART = timedelta(hours=24)
SETTLED_AFTER = timedelta(days=7)
_FLUSH_SECONDS = 10
_GIVE_UP_AFTER = 5  # failures in a row: then it is the API, not the job


def is_due(job: PendingJob, now: datetime, *, simulator_costs: bool, full: bool = False) -> bool:
    """Tell whether a job's cost is to be asked for now.

    A refusal is tried again after an hour, and each time twice as long after the one before; at once where the user
    asks for everything (``full``).
    """
    if not (job.is_terminal or job.is_deleted) or (not simulator_costs and not is_qpu(job.backend or "")):
        return False
    if full or not job.attempts or job.asked_at is None:
        return True
    return now >= job.asked_at + timedelta(hours=2 ** min(job.attempts - 1, 20))


def is_settled(job: PendingJob, answer_hash: str, answered_at: datetime) -> bool:
    """Tell whether an answer is final: it agrees with one at least a day older, or the job ended a week before it."""
    if job.completed_at is not None and answered_at - job.completed_at >= SETTLED_AFTER:
        return True
    agrees = job.answer_hash == answer_hash and job.first_answered_at is not None
    return agrees and answered_at - job.first_answered_at >= AGREEING_APART  # type: ignore[operator]


async def sync_job_costs(context: Context, intake: Intake, _ledger: list[SyncRecord]) -> Outcome:
    """Ask for the cost of every job that is due, a few at a time."""
    rules, started_at = context.rules, context.stamp()

    def due() -> Iterator[PendingJob]:
        pending = pending_jobs(context.lake, context.account, simulator_costs=rules.simulator_costs)
        simulator_costs, full = rules.simulator_costs, rules.full
        return (job for job in pending if is_due(job, started_at, simulator_costs=simulator_costs, full=full))

    asking = _Asking(context, intake, due(), total=sum(1 for _ in due()))
    await run_workers(asking.work, rules.concurrency)
    return Outcome(watermark=started_at, missing=tuple(asking.missing))


class _Asking:
    """The workers' common queue and count."""

    def __init__(self, context: Context, intake: Intake, jobs: Iterator[PendingJob], total: int) -> None:
        self.context, self.intake, self.jobs, self.total = context, intake, jobs, total
        self.missing: list[str] = []
        self._failures_in_a_row = 0
        self._withheld_in_a_row: int | None = 0  # None once there was an answer
        self._flushed_at = time.monotonic()

    async def work(self) -> None:
        """Ask for one job after the other until there are none, or the API is gone."""
        for job in self.jobs:
            if self._failures_in_a_row >= _GIVE_UP_AFTER:
                return
            try:
                found = await self._ask(job)
            except (AuthenticationError, PermissionDenied):
                raise
            except ApiError as error:
                self._failures_in_a_row += 1
                self.missing.append(f"cost of job {job.id}: {error}")
                if self._failures_in_a_row == _GIVE_UP_AFTER:
                    self.missing.append("costs of all further jobs: the API does not answer")
            else:
                self._failures_in_a_row = 0
                self._take(job, found)

    async def _ask(self, job: PendingJob) -> Row | Rejection:
        """Ask for a job's cost; what cannot be read is kept as rejected, and counts as a refusal."""
        path = JOB_COSTS.endpoint.replace("{id}", quote(job.id, safe=""))
        try:
            answer = await self.context.client.get(path, authenticated=True)
        except (PermissionDenied, NotFound, BadRequest, RequestRefused, AuthenticationError) as refusal:
            if isinstance(refusal, PermissionDenied | AuthenticationError) and await is_withheld(self.context, refusal):
                self._stop_if_withheld(refusal)
            return self._refused(job, refusal.status, str(refusal))
        self._withheld_in_a_row = None
        found = answer_row(job, answer.body, self.context.stamp(answer.received_at), self.context.run_id)
        if isinstance(found, Row):
            return found
        self.intake.reject(found)
        return self._refused(job, answer.status, found.reason)

    def _stop_if_withheld(self, refusal: ApiError) -> None:
        """Raise a refusal that is one of several and came before any answer: then it is the key, not the job."""
        if self._withheld_in_a_row is not None:
            self._withheld_in_a_row += 1
            if self._withheld_in_a_row >= _GIVE_UP_AFTER:
                raise refusal

    def _refused(self, job: PendingJob, status: int | None, reason: str) -> Row | Rejection:
        """Return a row that says why there is no answer now, and keeps the last one: what a job cost was still paid."""
        body = b"{}"
        if job.answer_hash is not None:
            keys, partitions = [key_digest((job.id,))], [JOB_COSTS.partition_of({"submitted_at": job.submitted_at})]
            for row in current_rows(self.context.lake, JOB_COSTS, self.context.account, keys, partitions):
                body = row["_raw"].encode()
        beside: dict[str, Any] = {
            "job_id": job.id,
            "submitted_at": job.submitted_at,
            "is_settled": False,
            "first_answered_at": job.first_answered_at,
            "attempts": job.attempts + 1,
            "http_status": status,
            "reason": reason,
            "answer_hash": job.answer_hash,
        }
        stamp, run_id = self.context.stamp(), self.context.run_id
        return read_record(JOB_COSTS, body, extracted_at=stamp, run_id=run_id, context=beside)

    def _take(self, job: PendingJob, found: Row | Rejection) -> None:
        self.intake.rows_seen += 1
        if isinstance(found, Rejection):
            self.intake.reject(found)
        elif found.hash != job.cost_hash:
            self.intake.keep(found)
        if self.intake.is_full or time.monotonic() - self._flushed_at > _FLUSH_SECONDS:
            self.intake.flush()
            self._flushed_at = time.monotonic()
        if self.intake.rows_seen % 20 == 0 or self.intake.rows_seen == self.total:
            self.context.on_progress(Progress(self.context.account, JOB_COSTS.name, self.intake.rows_seen, self.total))


def answer_row(job: PendingJob, body: bytes, stamp: datetime, run_id: str) -> Row | Rejection:
    """Return the row of an answer of the API: what it says, whether that is final, and when it was first said."""
    try:
        answer_hash = content_hash(parse(body))
    except ValueError:
        answer_hash = None
    is_same = answer_hash is not None and answer_hash == job.answer_hash
    beside: dict[str, Any] = {
        "job_id": job.id,
        "submitted_at": job.submitted_at,
        "is_settled": answer_hash is not None and is_settled(job, answer_hash, stamp),
        "first_answered_at": job.first_answered_at if is_same else stamp,
        "attempts": 0,
        "http_status": 200,
        "answer_hash": answer_hash,
    }
    return read_record(JOB_COSTS, body, extracted_at=stamp, run_id=run_id, context=beside)
