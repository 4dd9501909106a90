"""The job that does everything, and the schedules of its parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dagster import (
    AssetKey,
    DagsterRunStatus,
    DefaultScheduleStatus,
    OpExecutionContext,
    ResourceParam,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
    job,
    op,
)

from ionq_data.lake.compaction import compact
from ionq_data.resources import RESOURCES, STANDING, Every
from ionq_data.resources.usage import USAGE
from pipelines.alerting import tell_alerts
from pipelines.lake_assets import OP, USAGE_OP
from pipelines.lake_syncs import lake_key
from pipelines.resources import Library
from pipelines.retention import forget_old_runs
from pipelines.runs import LIMITS, RETRIES

JOB = "sync_everything"
FRESHNESS_JOB = "check_freshness"
_ENDED = {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}
_UNFINISHED = [status for status in DagsterRunStatus if status not in _ENDED]


@dataclass(frozen=True)
class Plan:
    """When some resources are synced, and whether the warehouse is built and published afterwards."""

    name: str
    cron: str
    resources: Sequence[str]
    publishes: bool = False
    full: bool = False


def _copied(every: Every) -> tuple[str, ...]:
    return tuple(name for name in STANDING if RESOURCES[name].every is every)


PLANS = (
    Plan("backends_every_10_minutes", "*/10 * * * *", _copied(Every.TEN_MINUTES)),
    Plan("jobs_hourly", "5 * * * *", _copied(Every.HOUR), publishes=True),
    Plan("characterizations_6_hourly", "35 */6 * * *", _copied(Every.SIX_HOURS)),
    Plan("usage_daily", "25 2 * * *", _copied(Every.DAY)),
    Plan("everything_weekly", "45 3 * * 0", STANDING, publishes=True, full=True),
)


@op(retry_policy=RETRIES)
def merge_small_files(context: OpExecutionContext, library: ResourceParam[Library]) -> None:
    """Merge the lake's small files; the records stay the same."""
    context.log.info("%s", compact(library.open_lake()))


@job(description="Merges the many small files that frequent syncs leave in the lake.", tags=LIMITS)
def compact_lake() -> None:
    """Compact the lake."""
    merge_small_files()


def run_config(resources: Iterable[str], *, full: bool = False, since: str | None = None) -> dict[str, Any]:
    """Return the configuration of a run that reads everything, or the jobs since a date (``2026-03-01``).

    Args:
        resources: the resources that the run syncs; Dagster refuses a configuration for a step that is not in the run.
    """
    options = {"full": full} | ({"since": since} if since else {})
    steps = {USAGE_OP if name == USAGE.name else OP for name in resources}
    return {"ops": {step: {"config": options} for step in steps}} if full or since else {}


def schedules(downstream: Sequence[AssetKey], *, running: bool) -> list[ScheduleDefinition]:
    """Return every schedule; they start by themselves only if ``running``.

    Args:
        downstream: the assets of the warehouse and the publication.
    """
    status = DefaultScheduleStatus.RUNNING if running else DefaultScheduleStatus.STOPPED
    return [
        *(_schedule(plan, downstream, status) for plan in PLANS),
        ScheduleDefinition("compaction_daily", job=compact_lake, cron_schedule="15 1 * * *", default_status=status),
        ScheduleDefinition("retention_daily", job=forget_old_runs, cron_schedule="35 1 * * *", default_status=status),
        ScheduleDefinition("alerts_hourly", job=tell_alerts, cron_schedule="55 * * * *", default_status=status),
        ScheduleDefinition(
            "freshness_hourly", job_name=FRESHNESS_JOB, cron_schedule="50 * * * *", default_status=status
        ),
    ]


def names_by_job(schedules: Iterable[ScheduleDefinition]) -> dict[str, list[str]]:
    """Return the names of each job's schedules."""
    names: dict[str, list[str]] = {}
    for schedule in schedules:
        names.setdefault(schedule.job_name, []).append(schedule.name)
    return names


def _schedule(plan: Plan, downstream: Sequence[AssetKey], status: DefaultScheduleStatus) -> ScheduleDefinition:
    selection = [*(lake_key(name) for name in plan.resources), *(downstream if plan.publishes else ())]

    def request(context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
        mine = RunsFilter(statuses=_UNFINISHED, tags={"dagster/schedule_name": plan.name})
        if context.instance.get_runs(mine, limit=1):
            return SkipReason("The previous run of this schedule is still running.")
        return RunRequest(asset_selection=selection, run_config=run_config(plan.resources, full=plan.full))

    then = ", then builds and publishes the warehouse" if plan.publishes else ""
    return ScheduleDefinition(
        plan.name,
        job_name=JOB,
        cron_schedule=plan.cron,
        execution_timezone="UTC",
        execution_fn=request,
        default_status=status,
        description=f"Syncs {', '.join(plan.resources)}{' in full' if plan.full else ''}{then}.",
    )
