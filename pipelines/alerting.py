"""Tell people what they should know of: after each publication, when a run fails, and every hour."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from dagster import (
    AssetsDefinition,
    DagsterRunStatus,
    DefaultSensorStatus,
    MaterializeResult,
    MetadataValue,
    OpExecutionContext,
    ResourceParam,
    RunFailureSensorContext,
    RunStatusSensorContext,
    SensorDefinition,
    asset,
    job,
    op,
    run_failure_sensor,
    run_status_sensor,
)

from ionq_data import __version__, warehouse
from ionq_data.alerts import Delivery, deliver, evaluate, note_failed_run, note_successful_run
from ionq_data.lake import LakeError
from pipelines.publish_assets import ALERTS, GROUP, WAREHOUSE
from pipelines.resources import Library
from pipelines.runs import LIMITS, RETRIES, WILL_RETRY_TAG, names_of, succeeded_since


def tell(library: Library) -> Delivery:
    """Find what holds now, and tell each destination what it has not been told of; an unreachable one is no failure."""
    return deliver(library.settings, evaluate(library.settings, library.open_lake()))


def alerts_asset() -> AssetsDefinition:
    """Return the asset of the alerts, told after each publication."""

    @asset(
        key=ALERTS,
        deps=[WAREHOUSE],
        group_name=GROUP,
        kinds={"python"},
        pool="publish",
        code_version=__version__,
        description="`alerts.json`: the open alerts; each is sent once to the destinations of `[alerts]`.",
    )
    def _tell_alerts(library: ResourceParam[Library]) -> MaterializeResult[None]:
        told = tell(library)
        titles = [alert.title for alert in told.opened]
        return MaterializeResult(
            metadata={
                "opened": len(told.opened),
                "resolved": len(told.resolved),
                "messages_sent": told.sent,
                "failures": MetadataValue.json(list(told.failures)),
                "titles": MetadataValue.json(titles),
            }
        )

    return _tell_alerts


@op(pool="publish", retry_policy=RETRIES)
def find_and_tell(context: OpExecutionContext, library: ResourceParam[Library]) -> None:
    """Look for alerts between two publications: data that no sync brings any more, above all."""
    told = tell(library)
    for failure in told.failures:
        context.log.warning(failure)
    context.log.info("%d opened, %d resolved, %d messages sent", len(told.opened), len(told.resolved), told.sent)


@job(description="Finds problems that need attention, and sends an alert once.", tags=LIMITS)
def tell_alerts() -> None:
    """Tell alerts."""
    find_and_tell()


def alert_sensors(schedules_of: Mapping[str, Sequence[str]], *, running: bool) -> list[SensorDefinition]:
    """Return the sensors that note failed and successful runs; they start by themselves only where ``running``.

    Args:
        schedules_of: the names of each job's schedules.
    """
    status = DefaultSensorStatus.RUNNING if running else DefaultSensorStatus.STOPPED

    @run_failure_sensor(
        name="failed_runs", default_status=status, description="Sends one alert for a job that keeps failing."
    )
    def _failed(context: RunFailureSensorContext, library: ResourceParam[Library]) -> None:
        run = context.dagster_run
        if run.tags.get(WILL_RETRY_TAG) == "true" or succeeded_since(context.instance, run, schedules_of):
            return
        note_failed_run(
            library.settings.data_dir,
            job=names_of(run, schedules_of)[0],
            run_id=run.run_id,
            failed_at=datetime.now(UTC),
            message=context.failure_event.message or "",
        )
        _tell_if_possible(library)

    @run_status_sensor(
        run_status=DagsterRunStatus.SUCCESS,
        name="successful_runs",
        default_status=status,
        description="Resolves the alert of a failed run once the same job succeeds.",
    )
    def _succeeded(context: RunStatusSensorContext, library: ResourceParam[Library]) -> None:
        names = names_of(context.dagster_run, schedules_of)
        if note_successful_run(library.settings.data_dir, jobs=names):
            _tell_if_possible(library)

    return [_failed, _succeeded]


def _tell_if_possible(library: Library) -> None:
    """Tell now where there is something to look at; else the next publication does."""
    try:
        tell(library)
    except (LakeError, warehouse.WarehouseError):
        return
