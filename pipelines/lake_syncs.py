"""The work of a step that syncs resources: sync, retry the incomplete ones, and report what was copied."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    Config,
    Failure,
    MaterializeResult,
)

from ionq_data.api.errors import AuthenticationError
from ionq_data.config import ConfigurationError
from ionq_data.lake import Lake, LakeError
from ionq_data.lake.ledger import LEDGER, LEDGER_SCHEMA, REJECTED, SyncRecord
from ionq_data.resources import REJECTED_SCHEMA, RESOURCES
from pipelines.lake_metadata import count_rows, describe_sync, preview
from pipelines.resources import Library
from pipelines.runs import RETRIES

GROUP = "lake"
SIDE_FILES = {
    LEDGER: ("The ledger: one row for each finished sync of a resource for an account.", LEDGER_SCHEMA),
    REJECTED: ("Records that could not be stored as rows, in full, with the reason.", REJECTED_SCHEMA),
}
"""The tables that every sync writes beside the records."""

_COMPLETE = "ionq_data/complete"
"""The tag of a run that names the resources it has completed."""


class SyncConfig(Config):
    """How far back a sync reads: everything (``full``), or the jobs since a date (``2026-03-01``)."""

    full: bool = False
    since: str | None = None


def lake_key(resource: str) -> AssetKey:
    """Return the key of a resource's asset."""
    return AssetKey([GROUP, resource])


def check_specs(key: AssetKey) -> list[AssetCheckSpec]:
    """Describe the checks of every sync of a resource."""
    return [
        AssetCheckSpec(
            "complete", asset=key, description="The last sync of each account read everything that the API shows."
        ),
        AssetCheckSpec("none_rejected", asset=key, description="Every record had a usable key."),
        AssetCheckSpec("no_problems", asset=key, description="Every written value fits its column."),
    ]


def sync_step(
    context: AssetExecutionContext,
    resources: Sequence[str],
    config: SyncConfig,
    library: Library,
    dates: tuple[date, date] | None = None,
) -> list[SyncRecord]:
    """Sync some resources, and retry the incomplete ones after a while; the last attempt takes what it got.

    The run's tags name the resources that an earlier attempt of the step has completed; those are not synced again.

    Args:
        dates: the dates of usage to request, the last one exclusive.
    """
    completed = _completed(context) if context.retry_number else set()
    done = [name for name in resources if name in completed]
    open_ones = [name for name in resources if name not in completed]
    earlier = _newest_records(library.open_lake(), done) if done else []
    records = [*earlier, *_sync(open_ones, config, library, dates)]
    incomplete = {record.resource for record in records if not record.complete}
    if missing := missing_of(records):
        context.log.warning("Incomplete: %s", missing)
        if library.may_retry and context.retry_number < RETRIES.max_retries:
            complete = sorted(set(resources) - incomplete | _completed(context))
            context.instance.add_run_tags(context.run.run_id, {_COMPLETE: ",".join(complete)})
            raise Failure(f"The sync is incomplete: {missing}")
    return records


def missing_of(records: Sequence[SyncRecord]) -> str:
    """Say what is missing: each cause once, after the names of the resources that are incomplete because of it."""
    resources: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for sentence in () if record.complete else record.missing:
            resources[sentence.removeprefix(f"{record.resource}: ")].append(record.resource)
    return "\n".join(f"{', '.join(dict.fromkeys(names))}: {cause}" for cause, names in resources.items())


def result_of(name: str, records: Sequence[SyncRecord], lake: Lake) -> MaterializeResult[None]:
    """Report what a sync of a resource has done, with its checks."""
    key = lake_key(name)
    metadata = describe_sync(records) | {"dagster/row_count": count_rows(lake, name)} | preview(lake, RESOURCES[name])
    return MaterializeResult(asset_key=key, metadata=metadata, check_results=_checks(key, records))


def side_files_of(lake: Lake) -> Iterator[AssetMaterialization]:
    """Report the tables that every sync writes beside the records."""
    for name in SIDE_FILES:
        yield AssetMaterialization(lake_key(name), metadata={"dagster/row_count": count_rows(lake, name)})


def _sync(
    resources: Sequence[str], config: SyncConfig, library: Library, dates: tuple[date, date] | None
) -> list[SyncRecord]:
    since = date.fromisoformat(config.since) if config.since else None
    try:
        return library.sync(resources, full=config.full, since=since, usage_range=dates)
    except (ConfigurationError, AuthenticationError, LakeError) as error:
        raise Failure(str(error), allow_retries=False) from error
    except Exception as error:
        if library.may_retry or isinstance(error, Failure):
            raise
        raise Failure(f"{type(error).__name__}: {error}", allow_retries=False) from error


def _completed(context: AssetExecutionContext) -> set[str]:
    run = context.instance.get_run_by_id(context.run.run_id)  # the context has only the tags from the start of the step
    return set(run.tags.get(_COMPLETE, "").split(",")) if run else set()


def _newest_records(lake: Lake, resources: Sequence[str]) -> list[SyncRecord]:
    newest = (lake.ledger(account, name)[-1:] for account in lake.accounts() for name in resources)
    return [record for records in newest for record in records]


def _checks(key: AssetKey, records: Sequence[SyncRecord]) -> list[AssetCheckResult]:
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
