"""Requests for the costs of jobs: how they are sent, what a refusal means, and when an answer is final."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
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
from ionq_data.lake.pending import PendingJob
from ionq_data.resources import Rejection, Row, read_record
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.kinds import Json
from ionq_data.resources.resource import UNKNOWN_PARTITION, content_hash, parse
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.context import Context
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.progress import Progress
from ionq_data.sync.workers import run_workers

AGREEING_APART = timedelta(hours=24)
SETTLED_AFTER = timedelta(days=7)
_FLUSH_SECONDS = 10
_GIVE_UP_AFTER = 5  # failures in a row: then it is the API, not the job


class CostRequests:
    """The requests of one sync for costs: the workers' common queue and count, and what no answer came for."""

    def __init__(self, context: Context, intake: Intake, total: int) -> None:
        self.context, self.intake, self.total = context, intake, total
        self.missing: list[str] = []
        self._failures_in_a_row = 0
        self._refusals_that_tell = _GIVE_UP_AFTER
        self._withheld_in_a_row: int | None = 0  # None once there was an answer
        self._flushed_at = time.monotonic()

    async def ask(self, jobs: Iterator[PendingJob], *, keeps_refusals: bool = True, is_probe: bool = False) -> None:
        """Ask for the cost of some jobs, a few at a time, until there are none left, or the API is gone.

        Without ``keeps_refusals``, a refusal leaves the bill that is known as it is. Where the key saw no cost in the
        run before, one question is a probe: refused again, costs are still not available to the key.
        """
        self._refusals_that_tell = 1 if is_probe else _GIVE_UP_AFTER
        await run_workers(partial(self._work, jobs, keeps_refusals), self.context.rules.concurrency)

    async def _work(self, jobs: Iterator[PendingJob], keeps_refusals: bool) -> None:
        for job in jobs:
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
                    self.missing.append("costs of all remaining jobs: the API does not answer")
            else:
                self._failures_in_a_row = 0
                if keeps_refusals or (isinstance(found, Row) and not found.values["attempts"]):
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

    def settle(self, jobs: Iterable[PendingJob]) -> None:
        """Keep the last answer about each of some jobs as final, without asking again."""
        jobs = list(jobs)
        answers = self._last_answers(jobs)
        for job in jobs:
            if job.id not in answers:  # it is asked about once more instead
                continue
            row = answer_row(job, answers[job.id], self.context.stamp(), self.context.run_id, is_final=True)
            if isinstance(row, Row):
                self.intake.keep(row)

    def _stop_if_withheld(self, refusal: ApiError) -> None:
        """Raise a refusal that is one of several and came before any answer: then it is the key, not the job."""
        if self._withheld_in_a_row is not None:
            self._withheld_in_a_row += 1
            if self._withheld_in_a_row >= self._refusals_that_tell:
                raise refusal

    def _refused(self, job: PendingJob, status: int | None, reason: str) -> Row | Rejection:
        """Return a row that says why there is no answer now, and keeps the last one: what a job cost was still paid."""
        body = b"{}" if job.answer_hash is None else self._last_answers([job]).get(job.id, b"{}")
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

    def _last_answers(self, jobs: Collection[PendingJob]) -> dict[str, bytes]:
        """Return what the API said last about the cost of some jobs, by their ids.

        An answer about a job whose time of submission could not be read then is in the unknown month.
        """
        keys = [key_digest((job.id,)) for job in jobs]
        partitions = {JOB_COSTS.partition_of({"submitted_at": job.submitted_at}) for job in jobs} | {UNKNOWN_PARTITION}
        rows = current_rows(self.context.lake, JOB_COSTS, self.context.account, keys, partitions, ["job_id", "_raw"])
        return {row["job_id"]: row["_raw"].encode() for row in rows}

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


def is_settled(job: PendingJob, answer: Json, answer_hash: str, answered_at: datetime) -> bool:
    """Tell whether an answer is final.

    It is where it agrees with one at least a day older, where the job ended a week before it, and where the job is
    never priced: then there is neither a cost nor an estimate.
    """
    if job.completed_at is not None and answered_at - job.completed_at >= SETTLED_AFTER:
        return True
    if isinstance(answer, dict) and answer.get("dry_run") is False and not {"cost", "estimated_cost"} & answer.keys():
        return True
    agrees = job.answer_hash == answer_hash and job.first_answered_at is not None
    return agrees and answered_at - job.first_answered_at >= AGREEING_APART  # type: ignore[operator]


def answer_row(
    job: PendingJob, body: bytes, stamp: datetime, run_id: str, *, is_final: bool = False
) -> Row | Rejection:
    """Return the row of an answer of the API: what it says, whether that is final, and when it was first said."""
    try:
        answer = parse(body)
        answer_hash = content_hash(answer)
    except ValueError:
        answer = answer_hash = None
    is_same = answer_hash is not None and answer_hash == job.answer_hash
    is_known = is_same and job.first_answered_at is not None and job.first_answered_at <= stamp
    beside: dict[str, Any] = {
        "job_id": job.id,
        "submitted_at": job.submitted_at,
        "is_settled": is_final or (answer_hash is not None and is_settled(job, answer, answer_hash, stamp)),
        "first_answered_at": job.first_answered_at if is_known else stamp,
        "attempts": 0,
        "http_status": 200,
        "answer_hash": answer_hash,
    }
    return read_record(JOB_COSTS, body, extracted_at=stamp, run_id=run_id, context=beside)
