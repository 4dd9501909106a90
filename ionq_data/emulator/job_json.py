"""A job as the API writes it at the clock's time: it holds only what has happened by then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ionq_data.emulator.ids import IdCodec, hash64
from ionq_data.emulator.instants import from_ms
from ionq_data.emulator.job_of_may import MayJobs
from ionq_data.emulator.job_of_october import OctoberJobs
from ionq_data.emulator.job_text import job_metadata, job_name
from ionq_data.emulator.jobs import FAILURES, STATUSES, TYPES, Row, has_results, has_run
from ionq_data.emulator.machines import NAMES, SIMULATOR
from ionq_data.emulator.organization import Organization
from ionq_data.emulator.prices import amount
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.submission import Submission

_NOISES = ("ideal", "aria-1", "forte-1", "forte-enterprise-1")


class Shape(Protocol):
    """The members of a job that the two contracts write differently."""

    credit_unit: str
    """The unit of a cost in credits."""

    def facts(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return `cost_model`, `settings`, `stats`, `output` and `results` as of an instant."""

    def output(self, row: Row) -> dict[str, Any]:
        """Return the `output` of a single job with results, its variants included."""

    def omitted(self, written: dict[str, Any]) -> tuple[str, ...]:
        """Return the members of a job, as written so far, that the contract leaves out."""

    def costs(self, row: Row) -> tuple[bool, bool]:
        """Return whether a job is priced at all, and whether its estimate is shown beside its bill."""


class JobWriter:
    """Writes jobs of one history; keeps what does not change between requests."""

    def __init__(
        self, scenario: Scenario, organization: Organization, codec: IdCodec, session_ids: list[str],
        submitted: Mapping[int, Submission],
    ) -> None:  # fmt: skip
        self._scenario = scenario
        self._organization = organization
        self._codec = codec
        self._session_ids = session_ids
        self._submitted = submitted
        self._shape: Shape = OctoberJobs(codec) if scenario.is_october else MayJobs(codec)

    def listed(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job as `GET /jobs` lists it (`BaseJob`)."""
        seed, hostile = self._scenario.seed, self._scenario.hostile
        status = status_of(row, now_ms)
        is_simulated = row["machine"] == SIMULATOR
        written: dict[str, Any] = {
            "id": self.job_id(row),
            "status": STATUSES[status],
            "type": TYPES[row["kind"]],
            "backend": NAMES[row["machine"]],
            "dry_run": row["is_dry"],
            "submitter_id": self._organization.user_ids[row["user"]],
            "project_id": self._organization.project_ids[row["project"]],
            "parent_job_id": None if row["parent"] < 0 else self._codec.encode(row["submitted"], row["parent"]),
            "session_id": None if row["session"] < 0 else self._session_ids[row["session"]],
            "metadata": job_metadata(seed, row["serial"], hostile=hostile),
            "name": job_name(seed, row["serial"], hostile=hostile),
            "submitted_at": timestamp(row["submitted"]),
            "started_at": timestamp(row["started"]) if now_ms >= row["started"] else None,
            "completed_at": timestamp(row["ended"]) if now_ms >= row["ended"] else None,
            "predicted_wait_time_ms": None if is_simulated else row["predicted_wait_ms"],
            "predicted_execution_duration_ms": row["planned_ms"] if status else None,
            "execution_duration_ms": row["execution_ms"] if has_run(row, now_ms) else None,
            "shots": row["shots"],
            "failure": _failure(row) if STATUSES[status] == "failed" else None,
            **self._shape.facts(row, now_ms),
        }
        if is_simulated:
            dice = hash64(seed, 23, row["serial"])
            written["noise"] = {"model": _NOISES[dice % len(_NOISES)], "seed": dice >> 34}
        if (submission := self._submitted.get(row["serial"])) is not None:
            written.update(_as_submitted(submission, written))
        for member in self._shape.omitted(written):
            del written[member]
        return written

    def single(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job as `GET /jobs/{id}` shows it: with its children, and its variants where it was debiased."""
        written = self.listed(row, now_ms)
        children = range(row["serial"] + 1, row["serial"] + 1 + row["children"])
        written["child_job_ids"] = [self._codec.encode(row["submitted"], child) for child in children] or None
        if has_results(row, now_ms):
            written["output"] = self._shape.output(row)
        return written

    def cost(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job's cost (`GetJobCostResponse`); `cost` is absent until there is a bill."""
        unit = self.credit_unit if row["in_credits"] else "usd"
        is_priced, tells_estimate = self._shape.costs(row)
        micros = None
        if now_ms >= row["final_ms"]:
            micros = row["final_micros"]
        elif now_ms >= row["shown_ms"]:
            micros = row["first_micros"]
        elif is_priced and row["machine"] == SIMULATOR and now_ms >= row["ended"]:
            micros = 0
        written: dict[str, Any] = {"dry_run": row["is_dry"]}
        # An estimate is left out only beside a bill: an answer without both means that the job is never priced.
        if is_priced and (tells_estimate or micros is None):
            written["estimated_cost"] = {"value": amount(row["estimated_micros"]), "unit": unit}
        if micros is not None:
            written["cost"] = {"value": amount(micros), "unit": unit}
        return written

    @property
    def credit_unit(self) -> str:
        """The unit of a cost in credits."""
        return self._shape.credit_unit

    def job_id(self, row: Row) -> str:
        """Return the id of a job."""
        return self._codec.encode(row["submitted"], row["serial"])


def _as_submitted(submission: Submission, written: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a submitted job that its user has chosen."""
    chosen: dict[str, Any] = {"name": submission.name, "metadata": submission.body.get("metadata")}
    if written["failure"] is not None and submission.message:
        chosen["failure"] = {**written["failure"], "message": submission.message}
    if "noise" in written:
        chosen["noise"] = submission.noise
    asked = submission.body.get("settings") or {}
    settings = {name: {**defaults, **asked.get(name, {})} for name, defaults in written["settings"].items()}
    return {**chosen, "settings": settings}


def status_of(row: Row, now_ms: int) -> int:
    """Return a job's state at an instant, a number of `STATUSES`."""
    if now_ms >= row["ended"]:
        return int(row["final"])
    return 2 if now_ms >= row["started"] else int(now_ms >= row["ready"])


def timestamp(instant_ms: int) -> str:
    """Return an instant as the API writes it: ISO 8601, milliseconds, `Z`."""
    return from_ms(instant_ms).isoformat(timespec="milliseconds")[:-6] + "Z"


def _failure(row: Row) -> dict[str, str]:
    code, message = FAILURES[max(row["failure"], 0)]
    return {"code": code, "message": message}
