"""What somebody should look at, with the reason in words."""

from __future__ import annotations

from datetime import timedelta

import duckdb

from ionq_data.report.blocks import Alert, Row
from ionq_data.report.charts.fidelity import TITLES
from ionq_data.report.formats import duration, money, written
from ionq_data.report.queries import fetch

STALE_AFTER = {"backends": timedelta(hours=1), "characterizations": timedelta(hours=12), "usage": timedelta(hours=36)}
STALE_OTHERWISE = timedelta(hours=26)
_ORDER = {"serious": 0, "warning": 1, "note": 2}
_UNUSUAL = {"spike": "Unusual cost", "drop": "Unusually little cost", "new_project": "First cost"}


def find_alerts(connection: duckdb.DuckDBPyConnection) -> list[Alert]:
    """Return what the marts say is wrong or odd, the most serious first."""
    alerts = [alert for row in fetch(connection, "freshness") for alert in _freshness(row)]
    alerts += [_budget(row) for row in fetch(connection, "budgets") if row["status"] in ("exceeded", "at_risk")]
    alerts += [_reconciliation(row) for row in fetch(connection, "alert_reconciliation")]
    alerts += [_anomaly(row) for row in fetch(connection, "alert_anomalies")]
    alerts += [_change(row) for row in fetch(connection, "alert_changes")]
    alerts += [_regression(row) for row in fetch(connection, "alert_regressions")]
    return sorted(alerts, key=lambda alert: _ORDER[alert.severity])


def _freshness(row: Row) -> list[Alert]:
    """Say whether a resource lags behind the newest sync, and whether records were refused."""
    what = f"{row['resource'].replace('_', ' ')} of {row['account']}"
    behind = row["behind_seconds"]
    allowed = STALE_AFTER.get(row["resource"], STALE_OTHERWISE)
    alerts = []
    if row["last_complete_sync_at"] is None and row["last_sync_at"] is not None:
        alerts.append(
            Alert(
                severity="serious",
                title=f"Incomplete: {what}",
                reason="It has never been read to its end, so that figures lack records.",
                mart="data_freshness",
                link="freshness",
            )
        )
    elif behind is not None and timedelta(seconds=behind) > allowed:
        alerts.append(
            Alert(
                severity="warning",
                title=f"Out of date: {what}",
                reason=f"It was last read to its end {duration(behind)} before the newest sync.",
                mart="data_freshness",
                link="freshness",
            )
        )
    if row["rejected"]:
        alerts.append(
            Alert(
                severity="warning",
                title=f"Rejected: {what}",
                reason=f"Records without a usable key, in no figure but kept in lake/_rejected: {row['rejected']:,}.",
                mart="data_freshness",
                link="freshness",
            )
        )
    return alerts


def _budget(row: Row) -> Alert:
    spent, budget, forecast = (money(row[key], row["currency"]) for key in ("spent", "budget", "forecast"))
    is_exceeded = row["status"] == "exceeded"
    return Alert(
        severity="serious" if is_exceeded else "warning",
        title=f"Budget {'exceeded' if is_exceeded else 'will not hold'}: {row['project']}",
        reason=f"{spent} of {budget} are spent; by the forecast the month comes to {forecast}.",
        mart="budget_status",
        link="budgets",
    )


def _reconciliation(row: Row) -> Alert:
    difference = money(row["difference"], row["currency"])
    return Alert(
        severity="serious",
        title="Usage report and job costs disagree",
        reason=f"Settled dates on which they do: {row['dates']:,}, the last {written(row['last_date'], 'date')}. "
        f"Report less job costs: {difference}.",
        mart="cost_reconciliation",
        link="reconciliation_open",
    )


def _anomaly(row: Row) -> Alert:
    cost, expected = (money(row[key], row["currency"]) for key in ("last_cost", "last_expected"))
    when = written(row["last_date"], "date")
    is_new = row["reason"] == "new_project"
    more = f", and so on {row['days'] - 1:,} more of the last 7 days" if row["days"] > 1 else ""
    return Alert(
        severity="note" if is_new else "warning",
        title=f"{_UNUSUAL.get(row['reason'], 'Unusual cost')}: {row['project']}",
        reason=f"{cost} on {when}, before which nothing was spent on it."
        if is_new
        else f"{cost} on {when}, where {expected} was to be expected{more}.",
        mart="cost_anomalies",
        link="anomalies",
    )


def _change(row: Row) -> Alert:
    before, after = (written(row[key], "metric", row["unit"]) for key in ("before", "after"))
    return Alert(
        severity="warning",
        title=f"{TITLES.get(row['metric'], row['metric'])} got worse: {row['backend']}",
        reason=f"From {before} to {after} since {written(row['changed_at'], 'date')}.",
        mart="fidelity_changes",
        link="fidelity_changes_table",
    )


def _regression(row: Row) -> Alert:
    value, median = (written(row[key], "metric", row["unit"]) for key in ("value", "median"))
    return Alert(
        severity="warning",
        title=f"{TITLES.get(row['metric'], row['metric'])} off its median: {row['backend']}",
        reason=f"{value} on {written(row['measured_at'], 'date')}: {abs(row['robust_z']):.1f} robust standard "
        f"deviations worse than the median of 30 days, {median}.",
        mart="fidelity_trends",
        link="fidelity_now",
    )
