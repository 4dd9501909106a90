"""Evaluate every rule that is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ionq_data.alerts import costs, failed_runs, fidelity, syncs
from ionq_data.alerts.alert import Alert
from ionq_data.config import Settings
from ionq_data.lake import Lake
from ionq_data.resources import STANDING
from ionq_data.warehouse import NoWarehouse, connect, published_at


def evaluate(settings: Settings, lake: Lake, *, now: datetime | None = None) -> list[Alert]:
    """Return what holds now, failures first: by the published warehouse, the ledger and the noted runs.

    Only reads; ``deliver`` saves and sends. Without a warehouse, the rules over marts find nothing.

    Args:
        now: the time to judge ages by (UTC). By default the local clock's, or with ``clock = "server"`` that of the
            last sync, since the API's clock is not to be had here.
    """
    ledger = _ledger(lake)
    now = now or _now(settings, ledger)
    found = [*_of_syncs(settings, ledger, now), *_of_marts(settings, now)]
    if settings.alerts.rules.failed_run.enabled:
        found += failed_runs.failed_runs(settings.data_dir, now)
    return sorted(found, key=lambda alert: (alert.severity != "failure", alert.identity))


def _of_syncs(settings: Settings, ledger: syncs.Ledger, now: datetime) -> Iterator[Alert]:
    rules = settings.alerts.rules
    if rules.stale_data.enabled:
        yield from syncs.stale_resources(ledger, list(STANDING), rules.stale_data, now)
        yield from syncs.stale_warehouse(published_at(settings.data_dir), rules.stale_data, now)
    if rules.incomplete_sync.enabled:
        yield from syncs.incomplete(ledger, rules.incomplete_sync, now)
        yield from syncs.lost(ledger, now)


def _of_marts(settings: Settings, now: datetime) -> Iterator[Alert]:
    rules = settings.alerts.rules
    try:
        warehouse = connect(settings.data_dir)
    except NoWarehouse:
        return
    with warehouse:
        if rules.fidelity_regression.enabled:
            yield from fidelity.regressions(warehouse, rules.fidelity_regression, now)
        if rules.budget_at_risk.enabled:
            yield from costs.budgets(warehouse, rules.budget_at_risk, now)
        if rules.cost_anomaly.enabled:
            yield from costs.anomalies(warehouse, rules.cost_anomaly, now)


def _ledger(lake: Lake) -> syncs.Ledger:
    ledger: syncs.Ledger = {}
    for account in lake.accounts():
        for sync in lake.recent_syncs(account):
            ledger.setdefault((account, sync.resource), []).append(sync)
    return ledger


def _now(settings: Settings, ledger: syncs.Ledger) -> datetime:
    finished = [each[-1].finished_at for each in ledger.values()]
    return max(finished) if settings.clock == "server" and finished else datetime.now(UTC)
