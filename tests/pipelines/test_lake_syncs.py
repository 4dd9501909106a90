"""What a step that syncs says of what is missing."""

from __future__ import annotations

from datetime import UTC, datetime

from ionq_data.lake.ledger import SyncRecord
from pipelines.lake_syncs import missing_of

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def record(resource: str, *missing: str) -> SyncRecord:
    return SyncRecord(
        resource=resource, run_id="r", started_at=NOON, finished_at=NOON,
        complete=not missing, missing=missing,
    )  # fmt: skip


def test_each_cause_is_told_once_with_the_resources_that_it_concerns() -> None:
    down = "GET /v0.4/whoami could not be reached"
    said = missing_of(
        [
            record("whoami", f"whoami: {down}"),
            record("jobs", f"jobs: {down}"),
            record("rates"),
            record("job_costs", f"job_costs: {down}", "cost of job a: 500", "cost of job b: 500"),
        ]
    )
    assert said.splitlines() == [
        f"whoami, jobs, job_costs: {down}",
        "job_costs: cost of job a: 500",
        "job_costs: cost of job b: 500",
    ]
    assert missing_of([record("jobs")]) == ""
