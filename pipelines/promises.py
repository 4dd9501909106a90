"""Who owns an asset, and how old it may become; the UI, the checks and the alerts all use this."""

from datetime import timedelta

from dagster import AssetSpec, FreshnessPolicy

from ionq_data.config import Settings
from ionq_data.resources import RESOURCES, Every
from pipelines.lake_syncs import GROUP as LAKE


def with_promises(spec: AssetSpec, settings: Settings) -> AssetSpec:
    """Return an asset with its owners and, if a schedule keeps it up to date, its freshness policy.

    A freshness policy looks at the last materialization; the check ``fresh`` and the alert ``stale_data`` look at the
    last complete sync, which is stricter.
    """
    hours = _allowed_hours(spec, settings)
    policy = FreshnessPolicy.time_window(fail_window=timedelta(hours=hours)) if hours else None
    return spec.replace_attributes(owners=list(settings.owners), freshness_policy=policy)


def _allowed_hours(spec: AssetSpec, settings: Settings) -> float | None:
    rule, name = settings.alerts.rules.stale_data, spec.key.path[-1]
    if spec.group_name != LAKE:
        return rule.warehouse_after_hours
    # the ledger and the rejected records have no schedule of their own; every sync writes them
    every = RESOURCES[name].every if name in RESOURCES else Every.DAY
    if every is Every.ON_REQUEST and not settings.results.enabled:
        return None
    return rule.allowed_hours(name, every)
