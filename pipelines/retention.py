"""Remove old runs: Dagster itself only removes ticks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import (
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    OpExecutionContext,
    ResourceParam,
    RunsFilter,
    job,
    op,
)

from pipelines.resources import Library
from pipelines.runs import LIMITS, RETRIES

_FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Forgotten:
    """The number of runs that were removed entirely, and of those that lost only their logs."""

    runs: int
    logs_only: int


def forget_runs(instance: DagsterInstance, *, ended_before: datetime) -> Forgotten:
    """Remove the finished runs that ended before a time, with their events and the output of their steps.

    Dagster knows a materialization only through its run. So a run stays, without its logs, if it made the newest
    materialization of an asset or of a partition. Otherwise, a year of filled partitions would look empty.
    """
    kept = _newest_of_each_asset(instance)
    removed = logs_only = 0
    for run_id in instance.get_run_ids(RunsFilter(statuses=_FINISHED, updated_before=ended_before)):
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        if run_id in kept or _has_partitions(instance, run_id):
            logs_only += 1
            continue
        instance.delete_run(run_id)
        _remove_file_of(instance, run_id)
        removed += 1
    return Forgotten(removed, logs_only)


def _newest_of_each_asset(instance: DagsterInstance) -> set[str]:
    newest = instance.get_latest_materialization_events(instance.all_asset_keys())
    return {event.run_id for event in newest.values() if event}


def _has_partitions(instance: DagsterInstance, run_id: str) -> bool:
    events = instance.all_logs(run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
    return any(event.dagster_event and event.dagster_event.partition for event in events)


def _remove_file_of(instance: DagsterInstance, run_id: str) -> None:
    """Remove the database that SQLite storage keeps for a run; deleting its events only empties the file."""
    path_of = getattr(instance.event_log_storage, "path_for_shard", None)  # other storages have no files
    if path_of is not None:
        for file in _with_journals(Path(path_of(run_id))):
            file.unlink(missing_ok=True)


def _with_journals(database: Path) -> Iterable[Path]:
    return (database, *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm", "-journal")))


@op(retry_policy=RETRIES)
def remove_old_runs(context: OpExecutionContext, library: ResourceParam[Library]) -> None:
    """Remove runs that ended more than ``keep_runs_days`` ago."""
    days = library.settings.keep_runs_days
    done = forget_runs(context.instance, ended_before=datetime.now(UTC) - timedelta(days=days))
    context.log.info("removed %d runs from more than %g days ago, and the logs of %d", done.runs, days, done.logs_only)


@job(description="Removes old runs with their logs, except runs that record an asset's current state.", tags=LIMITS)
def forget_old_runs() -> None:
    """Remove old runs."""
    remove_old_runs()
