"""Checks that a resource's records are no older than its schedule promises."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSpec,
    ResourceParam,
    multi_asset_check,
)

from ionq_data.alert_rules import StaleData
from ionq_data.resources import RESOURCES, STANDING
from pipelines.lake_syncs import lake_key
from pipelines.resources import Library

FRESH = "fresh"


def freshness_checks(rule: StaleData) -> AssetChecksDefinition:
    """Return a check for each standing resource, all made by one step; the alert rule sets the greatest age."""
    specs = [
        AssetCheckSpec(
            FRESH,
            asset=lake_key(name),
            description=f"The last complete sync of each account began at most {_allowed(rule, name):g} hours ago.",
        )
        for name in STANDING
    ]

    @multi_asset_check(name="freshness", specs=specs, can_subset=True)
    def _check(context: AssetCheckExecutionContext, library: ResourceParam[Library]) -> Iterator[AssetCheckResult]:
        now = datetime.now(UTC)
        for key in context.selected_asset_check_keys:
            resource = key.asset_key.path[-1]
            hours = {
                account: round((now - began).total_seconds() / 3600, 2) if began else None
                for account, began in library.last_complete(resource).items()
            }
            allowed = _allowed(rule, resource)
            stale = [name for name, age in hours.items() if age is None or age > allowed]
            yield AssetCheckResult(
                passed=not stale,
                asset_key=key.asset_key,
                check_name=FRESH,
                metadata={"stale_accounts": stale, "age_hours": hours, "allowed_hours": allowed},
            )

    return _check


def _allowed(rule: StaleData, name: str) -> float:
    return rule.allowed_hours(name, RESOURCES[name].every)
