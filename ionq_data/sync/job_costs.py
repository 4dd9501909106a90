"""Job costs: one request for each job that has ended, and another a day later.

The cost is settled where both answers agree, or where the usage report agrees with the later one. Bills that change
after that are found by the usage report (``check_sum``), not by asking.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby, islice
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
from ionq_data.lake.bills import Bill, Report, bills_of, new_reports
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.lake.current import current_rows
from ionq_data.lake.pending import PendingJob, pending_jobs
from ionq_data.resources import Rejection, Row, read_record
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.kinds import Json
from ionq_data.resources.resource import content_hash, parse
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.backends import is_qpu
from ionq_data.sync.check_sum import GROWING, SETTLING, judge
from ionq_data.sync.context import CLOCK_TOLERANCE, Context, Outcome, Rules
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.progress import Progress
from ionq_data.sync.workers import run_workers

AGREEING_APART = timedelta(hours=24)
SETTLED_AFTER = timedelta(days=7)
_FLUSH_SECONDS = 10
_FIRST_DOUBTS = 4
_GIVE_UP_AFTER = 5  # failures in a row: then it is the API, not the job


def is_due(job: PendingJob, now: datetime, *, simulator_costs: bool) -> bool:
    """Tell whether a job's cost is to be asked for now, however often a sync runs.

    It is asked for when the job has ended, and again 24 hours after the answer was first given. A refusal is tried
    again after an hour, and each time twice as long after the one before. What a clock from the future has noted does
    not count.
    """
    if not (job.is_terminal or job.is_deleted) or (not simulator_costs and not is_qpu(job.backend or "")):
        return False
    if job.asked_at is None or job.asked_at > now + CLOCK_TOLERANCE:
        return True
    if job.attempts:
        return now >= job.asked_at + timedelta(hours=2 ** min(job.attempts - 1, 20))
    return job.first_answered_at is None or now - job.first_answered_at >= AGREEING_APART


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


async def sync_job_costs(context: Context, intake: Intake, bookmark: Bookmark) -> Outcome:
    """Ask for the cost of every job that is due, then for those that a usage report shows to have changed."""
    rules, started_at = context.rules, context.stamp()

    def due() -> Iterator[PendingJob]:
        pending = pending_jobs(context.lake, context.account, now=started_at, simulator_costs=rules.simulator_costs)
        return (job for job in pending if is_due(job, started_at, simulator_costs=rules.simulator_costs))

    asking = _Asking(context, intake, total=sum(1 for _ in due()))
    jobs = due()
    last = context.lake.ledger(context.account, JOB_COSTS.name, newest=1)
    if last and last[-1].availability == "refused":
        await asking.ask(islice(jobs, 1), is_probe=True)
    await asking.ask(jobs)
    intake.flush()
    await _check_reports(asking, bookmark, started_at.date())
    return Outcome(watermark=started_at, missing=tuple(asking.missing))


async def _check_reports(asking: _Asking, bookmark: Bookmark, today: date) -> None:
    """Ask again for the bills that a new report contradicts, once for each version, and settle those that it confirms.

    It asks for a few bills of each date first, then for twice as many: it needs no more once the bills add up.

    The bookmark holds how far the versions have been looked at, and when each date that waits is to be looked at: a
    date that is still growing or settling, or has a bill that no answer came for.
    """
    context = asking.context
    noted = bookmark.parts.get("reports", {})
    after = datetime.fromisoformat(noted["read_to"]) if noted else None
    due = _dates(noted.get("due") or dict.fromkeys(noted.get("waiting", ()), "0001-01-01"))
    accounts = context.lake.accounts() if context.organization in context.read_organizations else [context.account]
    organization = context.organization
    reports = new_reports(context.lake, accounts, organization=organization, after=after, dates=due)
    if not reports:
        return
    new = {report.date for report in reports if after is None or report.ordered_at > after}
    due |= dict.fromkeys(new, date.min)
    look_at = {report.date: max(report.date + GROWING, due.get(report.date, date.min)) for report in reports}
    grown = [report for report in reports if look_at[report.date] <= today]
    waits = {report.date: at for report in reports if (at := look_at[report.date]) > today}
    missing, at_a_time, left = len(asking.missing), _FIRST_DOUBTS, grown
    asked: set[str] = set()
    while left:
        doubtful: dict[date, list[PendingJob]] = {}
        for of_date, bills in _with_bills(context, left):
            judged, day = judge(of_date, bills), of_date[0].date
            asking.settle([bill.job for bill in judged.confirmed if bill.has_changed and bill.waits_for_agreement])
            if judged.is_open and today < day + SETTLING:
                waits[day] = day + SETTLING
                continue
            jobs = (bill.job for bill in judged.doubtful if bill.job.id not in asked)
            changed = (job for job in jobs if _may_have_changed(job, of_date, context.rules))
            if some := list(islice(changed, at_a_time)):
                doubtful[day] = some
        together = [job for some in doubtful.values() for job in some]
        await asking.ask(iter(together), keeps_refusals=False)
        asking.intake.flush()
        asked |= {job.id for job in together}
        at_a_time, left = 2 * at_a_time, [report for report in left if report.date in doubtful]
    if len(asking.missing) > missing:
        waits |= {report.date: today for report in grown}
    bookmark.parts["reports"] = {
        "read_to": max(filter(None, [after, *(report.ordered_at for report in reports)])).isoformat(),
        "due": {day.isoformat(): at.isoformat() for day, at in sorted(waits.items())},
    }


def _dates(noted: Mapping[str, str]) -> dict[date, date]:
    return {date.fromisoformat(day): date.fromisoformat(at) for day, at in noted.items()}


def _with_bills(context: Context, reports: list[Report]) -> Iterator[tuple[list[Report], list[Bill]]]:
    """Yield the reports of each date with the bills of the date; those of a month are looked up together."""
    for _, of_month in groupby(reports, key=lambda report: (report.date.year, report.date.month)):
        by_date = {day: list(of_date) for day, of_date in groupby(of_month, key=lambda report: report.date)}
        bills = bills_of(context.lake, context.account, by_date)
        for day, of_date in by_date.items():
            yield of_date, [bill for bill in bills if bill.date == day]


def _may_have_changed(job: PendingJob, reports: Iterable[Report], rules: Rules) -> bool:
    """Tell whether a bill was last asked for before a report was read; one that is refused has times of its own."""
    if job.attempts or job.is_deleted or (not rules.simulator_costs and not is_qpu(job.backend or "")):
        return False
    return job.asked_at is None or job.asked_at < max(report.read_at for report in reports)


class _Asking:
    """The workers' common queue and count."""

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
        """Return what the API said last about the cost of some jobs, by their ids."""
        keys = [key_digest((job.id,)) for job in jobs]
        partitions = {JOB_COSTS.partition_of({"submitted_at": job.submitted_at}) for job in jobs}
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
