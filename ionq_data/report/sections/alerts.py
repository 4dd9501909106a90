"""Open alerts, as `ionq-data status` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ionq_data.alerts import open_alerts, were_evaluated
from ionq_data.report.blocks import Alert

_NOTHING = "There are no alerts about budgets, costs, fidelities, freshness or runs."
_NOT_YET = "Alerts have not been evaluated yet. 'ionq-data sync' and 'ionq-data build' do so after each publication."
_SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "fidelity_regression": ("fidelity_trends", "fidelity_now"),
        "budget_at_risk": ("budget_status", "budgets"),
        "cost_anomaly": ("cost_anomalies", "anomalies_table"),
        "stale_data": ("data_freshness", "freshness"),
        "incomplete_sync": ("data_freshness", "freshness"),
    }
)
"""The mart behind each rule, and the block of the page that shows it. No mart holds failed runs."""


def read_alerts(data_dir: Path) -> list[Alert]:
    """Return the alerts that held when they were last evaluated, failures first."""
    return [
        Alert(
            severity=alert.severity,
            title=alert.title,
            reason=alert.body,
            since=alert.since,
            mart=_SOURCES.get(alert.rule, ("", ""))[0],
            link=_SOURCES.get(alert.rule, ("", ""))[1],
        )
        for alert in open_alerts(data_dir)
    ]


def say_why_none(data_dir: Path) -> str:
    """Return the text to show if no alert is open."""
    return _NOTHING if were_evaluated(data_dir) else _NOT_YET
