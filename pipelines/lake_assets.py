"""An asset for each API resource. One step copies all but ``usage``, which has its own step and partitions."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from graphlib import TopologicalSorter

from dagster import (
    AssetExecutionContext,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    DailyPartitionsDefinition,
    MaterializeResult,
    ResourceParam,
    multi_asset,
)

from ionq_data import __version__
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.usage import USAGE
from ionq_data.sync.usage import EACH_RUN
from pipelines.lake_metadata import column_schema, resource_columns
from pipelines.lake_syncs import (
    GROUP,
    SIDE_FILES,
    SyncConfig,
    check_specs,
    lake_key,
    result_of,
    side_files_of,
    sync_step,
)
from pipelines.resources import Library
from pipelines.runs import RETRIES

OP = "lake"
USAGE_OP = "usage"
API_POOL = "ionq_api"
"""One sync at a time: two would share a key's rate limit, and request the same things twice."""

ASKED_FIRST = {
    "characterizations": ("backends", "jobs"),
    "rates": ("backends",),
    "jobs": (USAGE.name,),
    "job_costs": ("jobs", USAGE.name),
    "job_results": ("jobs",),
}
"""The resources whose records decide the requests: which backends, whose jobs, which bills."""

_WITHOUT_USAGE = tuple(name for name in RESOURCES if name != USAGE.name)
_ORDER = tuple(TopologicalSorter({name: ASKED_FIRST.get(name, ()) for name in _WITHOUT_USAGE}).static_order())

Event = AssetMaterialization | MaterializeResult[None]


def lake_assets() -> AssetsDefinition:
    """Return the assets of all resources but ``usage``; one step copies them together."""

    @multi_asset(
        name=OP,
        specs=[_spec(RESOURCES[name]) for name in _WITHOUT_USAGE],
        check_specs=[check for name in _WITHOUT_USAGE for check in check_specs(lake_key(name))],
        can_subset=True,
        pool=API_POOL,
        retry_policy=RETRIES,
    )
    def _sync(context: AssetExecutionContext, config: SyncConfig, library: ResourceParam[Library]) -> Iterator[Event]:
        chosen = [name for name in _ORDER if lake_key(name) in context.selected_asset_keys]
        records = sync_step(context, chosen, config, library)
        lake = library.open_lake()
        for name in chosen:
            yield result_of(name, [record for record in records if record.resource == name], lake)
        yield from side_files_of(lake)

    return _sync


def usage_asset(usage_start: date) -> AssetsDefinition:
    """Return the asset of the usage report, with a partition for each date since ``usage_start``.

    A run for some partitions requests their dates. A run without partitions requests the dates of the sync's rules, and
    marks those that it has read: all of them after a full reading.
    """
    daily = DailyPartitionsDefinition(usage_start.isoformat(), end_offset=1)

    @multi_asset(
        name=USAGE_OP,
        specs=[_spec(USAGE, daily)],
        check_specs=check_specs(lake_key(USAGE.name)),
        pool=API_POOL,
        retry_policy=RETRIES,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def _sync(context: AssetExecutionContext, config: SyncConfig, library: ResourceParam[Library]) -> Iterator[Event]:
        dates = _dates(context)
        records = sync_step(context, [USAGE.name], config, library, dates)
        for day in _dates_read(records, usage_start) if dates is None else ():
            yield AssetMaterialization(lake_key(USAGE.name), partition=day)
        lake = library.open_lake()
        yield result_of(USAGE.name, records, lake)
        yield from side_files_of(lake)

    return _sync


def lake_side_files() -> list[AssetSpec]:
    """Describe the tables that every sync writes beside the records, so that the lineage is complete."""
    keys = [lake_key(name) for name in RESOURCES]
    return [
        AssetSpec(
            lake_key(name),
            deps=keys,
            group_name=GROUP,
            kinds={"parquet"},
            description=description,
            metadata={"dagster/column_schema": column_schema(schema)},
        )
        for name, (description, schema) in SIDE_FILES.items()
    ]


def _spec(resource: Resource, partitions: DailyPartitionsDefinition | None = None) -> AssetSpec:
    return AssetSpec(
        lake_key(resource.name),
        deps=[lake_key(name) for name in ASKED_FIRST.get(resource.name, ())],
        group_name=GROUP,
        kinds={"python", "parquet"},
        description=f"{resource.description} From `GET {resource.endpoint}`.",
        metadata={"dagster/column_schema": resource_columns(resource), "endpoint": resource.endpoint},
        code_version=__version__,
        skippable=True,
        partitions_def=partitions,
    )


def _dates(context: AssetExecutionContext) -> tuple[date, date] | None:
    """Return the dates of the run's partitions, the last one exclusive; None for a run without partitions."""
    if not context.run.tags.keys() & {"dagster/partition", "dagster/asset_partition_range_start"}:
        return None
    days = sorted(context.partition_keys)
    return date.fromisoformat(days[0]), date.fromisoformat(days[-1]) + timedelta(days=1)


def _dates_read(records: Sequence[SyncRecord], usage_start: date) -> list[str]:
    """Return the dates that a sync without given dates has read: all of them, or at least the trailing week."""
    complete = [record for record in records if record.complete and record.watermark]
    newest = max((record.watermark.date() for record in complete if record.watermark), default=None)
    if newest is None:
        return []
    is_full = any(record.mode == "full" for record in complete)
    first = usage_start if is_full else max(usage_start, newest - EACH_RUN)
    return [(first + timedelta(days=n)).isoformat() for n in range((newest - first).days + 1)]
