"""The one graph from the API to the report, for given settings."""

from datetime import date

from dagster import AssetKey, AssetSelection, Definitions, define_asset_job, in_process_executor

from ionq_data.config import Settings
from ionq_data.lake import open_lake
from ionq_data.resources import STANDING
from ionq_data.warehouse import manifest_path
from ionq_data.warehouse.graph import read_manifest
from pipelines.alerting import alert_sensors, alerts_asset, tell_alerts
from pipelines.dbt_tests import attach_tests
from pipelines.freshness_checks import freshness_checks
from pipelines.lake_assets import lake_assets, lake_side_files, usage_asset
from pipelines.lake_syncs import GROUP as LAKE
from pipelines.lake_syncs import lake_key
from pipelines.promises import with_promises
from pipelines.publish_assets import publish_assets
from pipelines.resources import Library
from pipelines.retention import forget_old_runs
from pipelines.runs import LIMITS
from pipelines.schedules import FRESHNESS_JOB, JOB, compact_lake, names_by_job, run_config, schedules
from pipelines.warehouse_assets import mart_keys, warehouse_assets

RESULTS = "job_results"
"""The resource that a sync covers only if the settings or the user ask for it."""

FIRST_USAGE = date(2024, 1, 1)
"""The first partition of ``usage`` if the settings name no ``usage_start``."""


def build_definitions(settings: Settings, library: Library | None = None) -> Definitions:
    """Return the assets, checks, jobs and schedules for given settings.

    Args:
        library: the resource for the assets, if it is more than the settings.

    Raises:
        BuildFailed: dbt cannot read the project in ``sql/``.
    """
    manifest_file = manifest_path(settings.data_dir, lake_dir=open_lake(settings).root, budgets=settings.budgets)
    manifest = attach_tests(read_manifest(manifest_file))
    warehouse = warehouse_assets(manifest)
    publication = [*publish_assets(mart_keys(manifest)), alerts_asset()]
    checks = freshness_checks(settings.alerts.rules.stale_data)

    resources = (*STANDING, RESULTS) if settings.results.enabled else STANDING
    alone = AssetSelection.checks(checks)
    lake = AssetSelection.assets(*(lake_key(name) for name in resources))
    sync = define_asset_job(
        JOB,
        selection=(lake | AssetSelection.groups("warehouse", "publish")) - alone,
        description="Copies the API's records into the lake, builds the warehouse, publishes it, writes the report.",
        tags=LIMITS,
    )
    freshness = define_asset_job(
        FRESHNESS_JOB, selection=alone, description="Finds resources that are out of date.", tags=LIMITS
    )
    downstream = [*warehouse.keys, *(key for asset in publication for key in asset.keys)]
    planned = schedules(downstream, running=settings.schedules)
    made = [lake_assets(), usage_asset(settings.usage_start or FIRST_USAGE), warehouse, *publication]
    return Definitions(
        assets=[
            *(assets.map_asset_specs(lambda spec: with_promises(spec, settings)) for assets in made),
            *(with_promises(spec, settings) for spec in lake_side_files()),
        ],
        asset_checks=[checks],
        jobs=[sync, freshness, compact_lake, tell_alerts, forget_old_runs],
        schedules=planned,
        sensors=alert_sensors(names_by_job(planned), running=settings.schedules),
        resources={"library": library or Library(settings)},
        # Steps run one after the other, so a process for each would only add the seconds that it takes to start.
        executor=in_process_executor,
    )


def downstream_keys(definitions: Definitions) -> list[AssetKey]:
    """Return the assets downstream of the lake: the warehouse and the publication."""
    selected = definitions.resolve_job_def(JOB).asset_layer.executable_asset_keys
    return sorted(key for key in selected if key.path[0] != LAKE)


__all__ = ["JOB", "RESULTS", "build_definitions", "downstream_keys", "run_config"]
