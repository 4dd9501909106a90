"""What Dagster knows of runs: what a run was of, how long it may take, and whether the same has succeeded since."""

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
"""A run that takes longer than so many seconds is ended, where the instance monitors runs."""

RETRIES = RetryPolicy(max_retries=2, delay=60, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)
"""How often a step is tried again, and after how many seconds."""

SCHEDULE_NAME_TAG = "dagster/schedule_name"
STEP_SELECTION_TAG = "dagster/step_selection"
WILL_RETRY_TAG = "dagster/will_retry"
"""Tags that Dagster puts on runs and documents; it exports no names for them."""

BY_HAND = "assets started by hand"
_OF_CHOSEN_ASSETS = "__ASSET_JOB"
_AT_MOST = 200


def names_of(run: DagsterRun, schedules_of: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return what a run was of: its schedule, else its job.

    Schedules share a job and cover different parts of it, so that one part's success says nothing of another's
    failure. A run of a whole job by hand has done what each of the job's schedules does.

    Args:
        schedules_of: the names of each job's schedules.
    """
    if schedule := run.tags.get(SCHEDULE_NAME_TAG):
        return (schedule,)
    if run.job_name == _OF_CHOSEN_ASSETS or run.asset_selection or STEP_SELECTION_TAG in run.tags:
        return (BY_HAND,)
    return (run.job_name, *schedules_of.get(run.job_name, ()))


def succeeded_since(instance: DagsterInstance, failed: DagsterRun, schedules_of: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the same as a failed run has succeeded after it: who asks may be late."""
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
