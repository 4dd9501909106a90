"""Job results, only on request: measured distributions of completed jobs, of chosen projects, backends and ages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from ionq_data.api.errors import ApiError, AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.lake.current import current_jobs
from ionq_data.resources import Rejection, read_record
from ionq_data.resources.artifacts import VARIANTS, Artifact, artifacts_beside, artifacts_of
from ionq_data.resources.job_results import JOB_RESULTS
from ionq_data.resources.jobs import JOBS
from ionq_data.resources.resource import parse
from ionq_data.sync.availability import is_withheld
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake
from ionq_data.sync.keys import key_digest
from ionq_data.sync.progress import Progress
from ionq_data.sync.workers import run_workers

_GIVE_UP_AFTER = 5
_DISTRIBUTIONS = ("probabilities", "histogram")
_OUTPUT = (
    "output_compilation_compiled_circuits",
    "output_error_mitigation_aggregations",
    "output_error_mitigation_debiasing_variants",
)
_ABSENT_AFTER = timedelta(days=1)  # results may appear a while after their job has ended


def is_wanted(context: Context, job: dict[str, Any]) -> bool:
    """Tell whether to copy a job's distribution: the job must be completed, and be one of the chosen ones."""
    rules = context.rules
    if job["status"] != "completed" or job["_deleted"]:
        return False
    if rules.results_projects and job["project_id"] not in rules.results_projects:
        return False
    if rules.results_backends and job["backend"] not in rules.results_backends:
        return False
    ended = job["completed_at"] or job["submitted_at"]
    return rules.results_max_age is None or (ended is not None and context.now() - ended <= rules.results_max_age)


async def sync_job_results(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Request the distribution of each wanted job once, unless the lake already has it."""
    intake.load_all()
    jobs = (job for job in current_jobs(context.lake, context.account) if is_wanted(context, job))
    asking = _Asking(context, intake, jobs)
    await run_workers(asking.work, context.rules.concurrency)
    return Outcome(watermark=context.now(), missing=tuple(asking.missing), notes=tuple(asking.notes))


class _Asking:
    """The workers' common queue and count."""

    def __init__(self, context: Context, intake: Intake, jobs: Iterator[dict[str, Any]]) -> None:
        self.context, self.intake, self.jobs = context, intake, jobs
        self.missing: list[str] = []
        self.notes: list[str] = []
        self._failures_in_a_row = 0

    async def work(self) -> None:
        """Request one job after the other until there are none left, or the API is gone."""
        for job in self.jobs:
            if self._failures_in_a_row >= _GIVE_UP_AFTER:
                return
            try:
                await self._ask_for_job(job)
            except AuthenticationError as error:
                await is_withheld(self.context, error)
                raise
            except ApiError as error:
                self._failures_in_a_row += 1
                self.missing.append(f"results of job {job['id']}: {error}")
            else:
                self._failures_in_a_row = 0

    async def _ask_for_job(self, job: dict[str, Any]) -> None:
        named = artifacts_of(_opened(job["results"]))
        if self.context.rules.results_variants:
            compiled, aggregations, variants = (_opened(job.get(column)) for column in _OUTPUT)
            if job["settings_error_mitigation_debiasing"] and variants is None:
                variants = await self._variants(job)
            is_of_may = all(artifact.format is None for artifact in named)
            named += artifacts_beside(compiled, aggregations, variants, is_of_may=is_of_may)
        for artifact in dict.fromkeys(named):
            if self.intake.versions.hash_of(key_digest((job["id"], artifact.id))) is None:
                await self._ask(job, artifact)

    async def _variants(self, job: dict[str, Any]) -> Any:
        """Return a debiased job's variants; the list of jobs may leave them out."""
        answer = await self.context.client.get(f"{JOBS.endpoint}/{quote(job['id'], safe='')}", authenticated=True)
        found = parse(answer.body)
        for step in ("output", "error_mitigation", "debiasing", "variants"):
            found = found.get(step) if isinstance(found, dict) else None
        return found

    async def _ask(self, job: dict[str, Any], artifact: Artifact) -> None:
        is_of_variant_of_may = artifact.source == VARIANTS and artifact.format is None
        if is_of_variant_of_may and self.notes:
            return
        try:
            path = f"{JOBS.endpoint}/{quote(job['id'], safe='')}{artifact.path}"
            answer = await self.context.client.get(path, authenticated=True)
            body, stamp, status = answer.body, self.context.stamp(answer.received_at), 200
        except (NotFound, PermissionDenied, BadRequest, RequestRefused) as refusal:
            ended = job["completed_at"] or job["submitted_at"]
            if ended is not None and self.context.now() - ended < _ABSENT_AFTER:
                return
            if is_of_variant_of_may:  # the address is gone for all jobs, so there is nothing to keep for each
                self.notes.append(f"variants of jobs from before October 2026 are not available: {refusal}")
                return
            body, stamp, status = b"{}", self.context.stamp(), refusal.status or 0
        self._take(job, artifact, body, stamp, status)

    def _take(self, job: dict[str, Any], artifact: Artifact, body: bytes, stamp: datetime, status: int) -> None:
        beside = {
            "job_id": job["id"],
            "artifact": artifact.id,
            "format": artifact.format,
            "media_type": artifact.media_type,
            "source": artifact.source,
            "variant_id": artifact.variant_id,
            "kind": artifact.kind,
            "submitted_at": job["submitted_at"],
            "http_status": status,
            "outcomes": _count(body) if artifact.kind in _DISTRIBUTIONS else None,
        }
        found = read_record(JOB_RESULTS, body, extracted_at=stamp, run_id=self.context.run_id, context=beside)
        self.intake.rows_seen += 1
        if isinstance(found, Rejection):
            self.intake.reject(found)
        else:
            self.intake.keep(found)
        if self.intake.is_full:
            self.intake.flush()
        self.context.on_progress(Progress(self.context.account, JOB_RESULTS.name, self.intake.rows_seen))


def _opened(text: str | None) -> Any:
    return None if text is None else parse(text.encode())


def _count(body: bytes) -> int | None:
    """Return the number of states in a distribution; with several registers, that of the first one."""
    try:
        found = parse(body)
    except ValueError:
        return None
    while isinstance(found, dict) and found and all(isinstance(inner, dict) for inner in found.values()):
        found = next(iter(found.values()))
    return len(found) if isinstance(found, dict | list) else None
