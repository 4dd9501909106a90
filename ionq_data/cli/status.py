"""``ionq-data status``: what is there, how fresh it is, and what is open."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from ionq_data import warehouse
from ionq_data.alerts import open_alerts
from ionq_data.cli.alert_table import print_alerts
from ionq_data.cli.exit_codes import DONE, INCOMPLETE
from ionq_data.cli.lake_facts import ResourceFacts, lake_facts
from ionq_data.cli.missing import print_missing
from ionq_data.cli.output import age, clean, print_json, print_lines
from ionq_data.cli.tables import Column, numbers, print_table
from ionq_data.cli.unavailable import print_unavailable
from ionq_data.config import load_settings
from ionq_data.lake import open_lake
from ionq_data.lake.ledger import NOT_AVAILABLE


def status(*, as_json: Annotated[bool, Parameter(name="--json")] = False) -> int:
    """Show what the lake holds, how fresh it is, what is open and what was rejected. Works without a warehouse.

    The exit code is 3 if the last sync of a resource was incomplete.

    Example: ionq-data status --json

    Parameters
    ----------
    as_json
        Print the facts as JSON.
    """
    settings = load_settings()
    now = datetime.now(UTC)
    layout = warehouse.Layout(settings.data_dir)
    lake = open_lake(settings)
    facts = lake_facts(lake)
    alerts = open_alerts(settings.data_dir)
    built = warehouse.published_at(settings.data_dir)
    failed = layout.failed if layout.failed.exists() else None
    code = INCOMPLETE if any(fact.missing for fact in facts) else DONE
    if as_json:
        resources = [asdict(fact) for fact in facts]
        print_json(
            {
                "resources": resources,
                "warehouse_built_at": built,
                "failed_build": failed and str(failed),
                "alerts": [asdict(alert) for alert in alerts],
            }
        )
        return code
    if not facts:
        print_lines(f"{settings.lake or lake.root} is empty. Next: ionq-data sync; without an account: ionq-data demo.")
        return code
    for account in sorted({fact.account for fact in facts}):
        _print_account(account, [fact for fact in facts if fact.account == account], now)
    print_missing(sentence for fact in facts for sentence in fact.missing)
    print_lines(f"Warehouse: {f'built {age(built, now)} ago' if built else 'none yet. Next: ionq-data build'}")
    print_alerts(alerts, now)
    if failed:
        print_lines(f"The last build failed and is kept at {failed}. Next: ionq-data build")
    return code


def _print_account(account: str, facts: list[ResourceFacts], now: datetime) -> None:
    rows = [
        (
            fact.resource,
            f"{fact.rows:,}",
            f"{fact.newest:%Y-%m-%d %H:%M}" if fact.newest else "–",
            age(fact.last_complete, now) + (" ago" if fact.last_complete else ""),
            "" if fact.open is None else f"{fact.open:,}",
            f"{fact.problems:,}" if fact.problems else "",
            f"{fact.rejected:,}" if fact.rejected else "",
        )
        for fact in facts
        if fact.rows or fact.last_complete or fact.missing or fact.availability  # else nobody asks for it
    ]
    columns = [
        Column("resource", is_whole=True),
        *numbers("rows", "newest (UTC)", "last complete", "open", "problems", "rejected"),
    ]
    print_table(f"Account {clean(account)}", columns, rows)
    refused = (fact for fact in facts if fact.availability == NOT_AVAILABLE)
    print_unavailable((fact.resource, fact.unavailable_reason) for fact in refused)
