"""Facts about runs: the schedule or job of a run, how long it may take, and whether a later one has succeeded."""

from collections.abc import Mapping, Sequence

from dagster import (
    Backoff,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    Jitter,
    RetryPolicy,
    RunsFilter,
)

LIMITS = {"dagster/max_runtime": 6 * 3600}
"""An instance that monitors runs ends a run that takes longer than this many seconds."""

RETRIES = RetryPolicy(max_retries=2, delay=60, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)
"""How often a step is retried, and after how many seconds."""

SCHEDULE_NAME_TAG = "dagster/schedule_name"
STEP_SELECTION_TAG = "dagster/step_selection"
WILL_RETRY_TAG = "dagster/will_retry"
"""Tags that Dagster puts on runs. It documents them, but exports no names for them."""

BY_HAND = "assets started by hand"
_OF_CHOSEN_ASSETS = "__ASSET_JOB"
_AT_MOST = 200


def names_of(run: DagsterRun, schedules_of: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the names under which a run counts: its schedule, else its job.

    Schedules share a job and cover different parts of it, so the success of one part says nothing about the failure of
    another. A manual run of the whole job counts for each of the job's schedules.

    Args:
        schedules_of: the names of each job's schedules.
    """
    if schedule := run.tags.get(SCHEDULE_NAME_TAG):
        return (schedule,)
    if run.job_name == _OF_CHOSEN_ASSETS or run.asset_selection or STEP_SELECTION_TAG in run.tags:
        return (BY_HAND,)
    return (run.job_name, *schedules_of.get(run.job_name, ()))


def succeeded_since(instance: DagsterInstance, failed: DagsterRun, schedules_of: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a run of the same schedule or job has succeeded after a failed one: a sensor may ask late."""
    record = instance.get_run_record_by_id(failed.run_id)
    newer = instance.get_run_records(
        RunsFilter(
            job_name=failed.job_name,
            statuses=[DagsterRunStatus.SUCCESS],
            updated_after=record.update_timestamp if record else None,
        ),
        limit=_AT_MOST,
    )
    failed_name = names_of(failed, schedules_of)[0]
    return any(failed_name in names_of(each.dagster_run, schedules_of) for each in newer)
