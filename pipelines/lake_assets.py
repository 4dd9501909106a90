"""An asset for each API resource, all copied by one sync, with what was copied as metadata and checks."""

from collections.abc import Iterator
from datetime import date, timedelta
from graphlib import TopologicalSorter

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Config,
    DailyPartitionsDefinition,
    Failure,
    MaterializeResult,
    ResourceParam,
    multi_asset,
)

from ionq_data import __version__
from ionq_data.api.errors import AuthenticationError
from ionq_data.config import ConfigurationError
from ionq_data.lake import LakeError
from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED, SyncRecord
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES, Resource
from ionq_data.resources.usage import USAGE
from ionq_data.sync.usage import EACH_RUN
from pipelines.lake_metadata import column_schema, count_rows, describe_sync, preview, resource_columns
from pipelines.resources import Library
from pipelines.runs import RETRIES

GROUP = "lake"
OP = "lake"

ASKED_FIRST = {
    "characterizations": ("backends", "jobs"),
    "rates": ("backends",),
    "usage": ("sessions",),
    "job_costs": ("jobs",),
    "job_results": ("jobs",),
}
"""The resources whose records say what to ask for: which backends, whose jobs, whose organization."""

SIDE_FILES = {
    LEDGER: ("The ledger: one row for each finished sync of a resource for an account.", LEDGER_SCHEMA),
    REJECTED: ("Records that could not be stored as rows, whole, with the reason.", REJECTED_SCHEMA),
}
"""What every sync writes beside the records."""

_ORDER = tuple(TopologicalSorter({name: ASKED_FIRST.get(name, ()) for name in RESOURCES}).static_order())

Event = AssetMaterialization | MaterializeResult[None]


class SyncConfig(Config):
    """How far back a sync reads: everything (``full``), or jobs since a date (``2026-03-01``)."""

    full: bool = False
    since: str | None = None


def lake_key(resource: str) -> AssetKey:
    """Return the key of the asset that holds a resource's records."""
    return AssetKey([GROUP, resource])


def lake_assets(usage_start: date) -> AssetsDefinition:
    """Return the assets of all resources; ``usage`` has a partition for each date since ``usage_start``."""
    daily = DailyPartitionsDefinition(usage_start.isoformat(), end_offset=1)

    @multi_asset(
        name=OP,
        specs=[_spec(resource, daily if resource is USAGE else None) for resource in RESOURCES.values()],
        check_specs=[check for name in RESOURCES for check in _check_specs(lake_key(name))],
        can_subset=True,
        # One sync at a time: two would share a key's rate limit and ask for the same things twice.
        pool="ionq_api",
        retry_policy=RETRIES,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def _sync(context: AssetExecutionContext, config: SyncConfig, library: ResourceParam[Library]) -> Iterator[Event]:
        chosen = [name for name in _ORDER if lake_key(name) in context.selected_asset_keys]
        dates = _dates(context)
        records = _records(context, chosen, config, library, dates)
        for name in chosen:
            of_resource = [record for record in records if record.resource == name]
            key = lake_key(name)
            for day in _covered(of_resource) if name == USAGE.name and dates is None else ():
                yield AssetMaterialization(key, partition=day)
            contents = {"dagster/row_count": count_rows(library.lake, name)} | preview(library.lake, RESOURCES[name])
            metadata = describe_sync(of_resource) | contents
            yield MaterializeResult(asset_key=key, metadata=metadata, check_results=_checks(key, of_resource))
        for name in SIDE_FILES:
            yield AssetMaterialization(lake_key(name), metadata={"dagster/row_count": count_rows(library.lake, name)})

    return _sync


def lake_side_files() -> list[AssetSpec]:
    """Describe what every sync writes beside the records, so that the lineage is whole."""
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


def _spec(resource: Resource, partitions: DailyPartitionsDefinition | None) -> AssetSpec:
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


def _check_specs(key: AssetKey) -> list[AssetCheckSpec]:
    return [
        AssetCheckSpec("complete", asset=key, description="The last sync of each account got all that the API shows."),
        AssetCheckSpec("none_rejected", asset=key, description="Every record had a usable key."),
        AssetCheckSpec("no_problems", asset=key, description="Every value written fitted its column."),
    ]


def _records(
    context: AssetExecutionContext,
    resources: list[str],
    config: SyncConfig,
    library: Library,
    dates: tuple[date, date] | None,
) -> list[SyncRecord]:
    """Sync, and again after a while where the API had trouble; the last attempt settles for what it got."""
    since = date.fromisoformat(config.since) if config.since else None
    try:
        records = library.sync(resources, full=config.full, since=since, usage_range=dates)
    except (ConfigurationError, AuthenticationError, LakeError) as error:
        raise Failure(str(error), allow_retries=False) from error
    except Exception as error:
        if library.may_retry or isinstance(error, Failure):
            raise
        raise Failure(f"{type(error).__name__}: {error}", allow_retries=False) from error
    missing = [sentence for record in records if not record.complete for sentence in record.missing]
    if missing:
        context.log.warning("Incomplete: %s", " ".join(missing))
        if library.may_retry and context.retry_number < RETRIES.max_retries:
            raise Failure(f"The sync is incomplete: {' '.join(missing)}")
    return records


def _dates(context: AssetExecutionContext) -> tuple[date, date] | None:
    """Return the dates that the run was started for, the last one exclusive; None where it was for none."""
    if not context.run.tags.keys() & {"dagster/partition", "dagster/asset_partition_range_start"}:
        return None
    days = sorted(context.partition_keys)
    return date.fromisoformat(days[0]), date.fromisoformat(days[-1]) + timedelta(days=1)


def _covered(records: list[SyncRecord]) -> list[str]:
    """Return the dates that a sync for no dates in particular has read: at least the trailing week."""
    newest = max((record.watermark for record in records if record.complete and record.watermark), default=None)
    if newest is None:
        return []
    return [(newest.date() - EACH_RUN + timedelta(days=n)).isoformat() for n in range(EACH_RUN.days + 1)]


def _checks(key: AssetKey, records: list[SyncRecord]) -> list[AssetCheckResult]:
    missing = [sentence for record in records for sentence in record.missing]
    complete = bool(records) and all(record.complete for record in records)
    results = [AssetCheckResult(passed=complete, check_name="complete", asset_key=key, metadata={"missing": missing})]
    for check, count in (
        ("none_rejected", sum(record.rows_rejected for record in records)),
        ("no_problems", sum(record.rows_with_problems for record in records)),
    ):
        results.append(
            AssetCheckResult(
                passed=count == 0,
                check_name=check,
                asset_key=key,
                severity=AssetCheckSeverity.WARN,
                metadata={"rows": count},
            )
        )
    return results
