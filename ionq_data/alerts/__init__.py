"""Alerts: problems found in the warehouse and the ledger, each sent once and visible while it lasts."""

from ionq_data.alerts.alert import Alert, Severity
from ionq_data.alerts.delivery import Delivery, deliver
from ionq_data.alerts.evaluation import evaluate
from ionq_data.alerts.failed_runs import note_failed_run, note_successful_run
from ionq_data.alerts.state import open_alerts, were_evaluated

__all__ = [
    "Alert",
    "Delivery",
    "Severity",
    "deliver",
    "evaluate",
    "note_failed_run",
    "note_successful_run",
    "open_alerts",
    "were_evaluated",
]
