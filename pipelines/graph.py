"""The one graph from the API to the report, for some settings."""

from datetime import date

from dagster import AssetKey, AssetSelection, Definitions

from ionq_data.config import Settings
from ionq_data.lake import open_lake
from ionq_data.resources import STANDING
from ionq_data.warehouse import manifest_path
from ionq_data.warehouse.project import read_manifest
from pipelines.alerting import alert_sensors, alerts_asset, tell_alerts
from pipelines.freshness_checks import freshness_checks
from pipelines.lake_assets import GROUP as LAKE
from pipelines.lake_assets import lake_assets, lake_side_files
from pipelines.library import Library
from pipelines.publish_assets import publish_assets
from pipelines.schedules import JOB, compact_lake, freshness_job, run_config, schedules, sync_job
from pipelines.warehouse_assets import mart_keys, warehouse_assets

RESULTS = "job_results"
"""The resource that a sync covers only where the settings or the user ask for it."""

FIRST_USAGE = date(2024, 1, 1)
"""The first partition of ``usage`` where the settings name no ``usage_start``."""


def build_definitions(settings: Settings, library: Library | None = None) -> Definitions:
    """Return the assets, checks, jobs and schedules for some settings.

    Args:
        library: what the assets are given, where that is not just the settings.

    Raises:
        BuildFailed: dbt cannot read the project in ``sql/``.
    """
    manifest_file = manifest_path(settings.data_dir, lake_dir=open_lake(settings).root, budgets=settings.budgets)
    manifest = read_manifest(manifest_file)
    warehouse = warehouse_assets(manifest_file, manifest)
    publication = [*publish_assets(mart_keys(manifest)), alerts_asset()]
    checks = freshness_checks()

    resources = (*STANDING, RESULTS) if settings.results.enabled else STANDING
    alone = AssetSelection.checks(checks)
    sync = sync_job(resources, without=alone)
    freshness = freshness_job(alone)
    downstream = [*warehouse.keys, *(key for asset in publication for key in asset.keys)]
    return Definitions(
        assets=[lake_assets(settings.usage_start or FIRST_USAGE), *lake_side_files(), warehouse, *publication],
        asset_checks=[checks],
        jobs=[sync, freshness, compact_lake, tell_alerts],
        schedules=schedules(sync, freshness, downstream, running=settings.schedules),
        sensors=alert_sensors(running=settings.schedules),
        resources={"library": library or Library(settings)},
    )


def downstream_keys(definitions: Definitions) -> list[AssetKey]:
    """Return the assets that the job makes of the lake: the warehouse and the publication."""
    selected = definitions.resolve_job_def(JOB).asset_layer.executable_asset_keys
    return sorted(key for key in selected if key.path[0] != LAKE)


__all__ = ["JOB", "RESULTS", "build_definitions", "downstream_keys", "run_config"]
