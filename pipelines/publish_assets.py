"""The assets that others read: the published warehouse, its marts as Parquet files, and the report."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow.parquet as pq
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    AssetsDefinition,
    Failure,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    TableRecord,
    asset,
)

from ionq_data import __version__, warehouse
from pipelines.resources import Library

GROUP = "publish"
WAREHOUSE = AssetKey("published_warehouse")
MARTS = AssetKey("marts_parquet")
ALERTS = AssetKey("alerts")
REPORT = AssetKey("report")

RECONCILES = AssetCheckSpec(
    "costs_reconcile",
    asset=WAREHOUSE,
    description="The costs of the jobs agree with the usage report on every settled date.",
)
_UNRECONCILED = "select count(*), coalesce(sum(abs(difference)), 0)::varchar from cost_reconciliation where status = $1"


def publish_assets(marts: Sequence[AssetKey]) -> list[AssetsDefinition]:
    """Return the assets of the publication, downstream of the marts."""

    @asset(
        key=WAREHOUSE,
        deps=marts,
        group_name=GROUP,
        kinds={"duckdb"},
        pool="publish",
        code_version=__version__,
        description="`warehouse.duckdb`: the newest build whose tests passed, put in place in one rename.",
        check_specs=[RECONCILES],
    )
    def _publish_warehouse(library: ResourceParam[Library]) -> Iterator[MaterializeResult[None]]:
        data_dir = library.settings.data_dir
        try:
            is_new = warehouse.publish_warehouse(data_dir)
        except warehouse.WarehouseError as error:
            raise Failure(str(error), allow_retries=False) from error
        file, built_at = warehouse.Layout(data_dir).warehouse, warehouse.published_at(data_dir)
        metadata: dict[str, Any] = {
            "path": MetadataValue.path(file.absolute()),
            "bytes": file.stat().st_size,
            "replaced": is_new,
        }
        if built_at:
            metadata["built_at"] = MetadataValue.timestamp(built_at)
        yield MaterializeResult(metadata=metadata, check_results=[_reconciles(library)])

    @asset(
        key=MARTS,
        deps=[WAREHOUSE],
        group_name=GROUP,
        kinds={"parquet"},
        pool="publish",
        code_version=__version__,
        description="`marts/<mart>.parquet`: the published marts for tools that cannot read DuckDB.",
    )
    def _publish_marts(library: ResourceParam[Library]) -> MaterializeResult[None]:
        try:
            files = warehouse.publish_marts(library.settings.data_dir)
        except warehouse.WarehouseError as error:
            raise Failure(str(error), allow_retries=False) from error
        folder = warehouse.Layout(library.settings.data_dir).marts.absolute()
        rows = [TableRecord({"mart": name, "rows": pq.read_metadata(file).num_rows}) for name, file in files.items()]
        return MaterializeResult(metadata={"path": MetadataValue.path(folder), "marts": MetadataValue.table(rows)})

    @asset(
        key=REPORT,
        deps=[WAREHOUSE, ALERTS],  # the report shows the open alerts
        group_name=GROUP,
        kinds={"html"},
        pool="publish",
        code_version=__version__,
        description="`report/index.html`: the report for people who pay and people who plan, from the published "
        "warehouse.",
    )
    def _write_report(library: ResourceParam[Library]) -> MaterializeResult[None]:
        from ionq_data.report import write_report  # charts take seconds to import, and only this asset needs them

        page = write_report(library.settings.data_dir)
        size = page.stat().st_size
        return MaterializeResult(metadata={"path": MetadataValue.path(page.absolute()), "bytes": size})

    return [_publish_warehouse, _publish_marts, _write_report]


def _reconciles(library: Library) -> AssetCheckResult:
    with warehouse.connect(library.settings.data_dir) as connection:
        row = connection.execute(_UNRECONCILED, ["mismatch"]).fetchone()
    dates, amount = row or (0, "0")
    return AssetCheckResult(
        passed=dates == 0,
        check_name=RECONCILES.name,
        severity=AssetCheckSeverity.WARN,
        metadata={"dates": dates, "absolute_difference": amount},
    )
