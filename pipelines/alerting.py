"""Send alerts: after each publication, when a run fails, and every hour."""

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
    """Evaluate the alerts, and send each destination what is new to it; an unreachable destination is no failure."""
    return deliver(library.settings, evaluate(library.settings, library.open_lake()))


def alerts_asset() -> AssetsDefinition:
    """Return the asset that sends alerts after each publication."""

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
    """Look for alerts between two publications, above all for data that no sync updates any more."""
    told = tell(library)
    for failure in told.failures:
        context.log.warning(failure)
    context.log.info("%d opened, %d resolved, %d messages sent", len(told.opened), len(told.resolved), told.sent)


@job(description="Finds problems that need attention, and sends an alert once.", tags=LIMITS)
def tell_alerts() -> None:
    """Send alerts."""
    find_and_tell()


def alert_sensors(schedules_of: Mapping[str, Sequence[str]], *, running: bool) -> list[SensorDefinition]:
    """Return the sensors that note failed and successful runs; they start by themselves only if ``running``.

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
    """Send alerts now if lake and warehouse can be read; otherwise the next publication sends them."""
    try:
        tell(library)
    except (LakeError, warehouse.WarehouseError):
        return
