"""Print the open alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ionq_data.alerts import Alert
from ionq_data.cli.output import age, clean
from ionq_data.cli.tables import Column, print_table

_LONGEST_TITLE = 200


def print_alerts(alerts: Sequence[Alert], now: datetime, *, most: int | None = None) -> None:
    """Print the alerts, failures first, at most so many of them; nothing if none is open."""
    rows = [
        (alert.severity, clean(alert.title, longest=_LONGEST_TITLE), f"{age(alert.since, now)} ago")
        for alert in alerts[:most]
    ]
    more = len(alerts) - len(rows)
    caption = f"And {more:,} more: 'ionq-data status' lists them all." if more else ""
    columns = [
        Column("severity", is_whole=True),
        Column("what", wraps=True),
        Column("noticed", "right", rank=1),
    ]
    if rows:
        print_table("Open alerts", columns, rows, caption=caption)
