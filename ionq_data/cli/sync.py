"""``ionq-data sync``: what is new, from the API to the report."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from ionq_data.cli.demo_marker import refuse_demo_data
from ionq_data.cli.missing import print_missing
from ionq_data.cli.output import print_json, print_lines, say_error
from ionq_data.cli.pipeline_run import RunOutcome, run_pipeline
from ionq_data.cli.tables import Column, numbers, print_table
from ionq_data.cli.unavailable import print_unavailable
from ionq_data.cli.watch import Watch
from ionq_data.config import ConfigurationError, load_settings
from ionq_data.resources import RESOURCES


def sync(
    *,
    resource: tuple[str, ...] = (),
    full: bool = False,
    since: date | None = None,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Copy new records from the API, rebuild the warehouse, publish it and write the report.

    The records that an interrupted sync has copied stay, and the next sync continues from there.

    Example: ionq-data sync --resource jobs --resource job_costs

    Parameters
    ----------
    resource
        Copy only this resource, such as jobs; can be repeated.
    full
        Read everything again, to find records that were deleted or came late.
    since
        Do not copy jobs submitted before this date (2026-03-01). The sync does not count as complete history.
    as_json
        Print a summary as JSON.
    """
    settings = load_settings()
    refuse_demo_data(settings)
    if unknown := [name for name in resource if name not in RESOURCES]:
        raise ConfigurationError(f"There is no resource {unknown[0]!r}. Resources: {', '.join(RESOURCES)}.")
    with Watch() as watch:
        outcome = run_pipeline(
            settings,
            watch,
            resources=resource or None,
            full=full,
            since=since.isoformat() if since else None,
        )
    if as_json:
        print_json({"errors": outcome.errors, "missing": outcome.missing, "resources": facts(outcome)})
    else:
        print_sync(outcome)
        if not outcome.errors:
            print_lines(f"Warehouse: {settings.data_dir / 'warehouse.duckdb'}", "Next: ionq-data status")
    return outcome.exit_code


_COUNTED = ("rows_seen", "rows_written", "rows_rejected", "rows_with_problems", "requests", "duration_seconds")


def facts(outcome: RunOutcome) -> dict[str, dict[str, object]]:
    """Return what is worth telling of each resource's sync."""
    told = (*_COUNTED, "complete", "availability", "unavailable_reasons")
    return {name: {fact: said[fact] for fact in told} for name, said in outcome.resources.items()}


def print_sync(outcome: RunOutcome) -> None:
    """Print what was copied as a table, and what is missing or went wrong on the error stream."""
    rows = [
        (
            name,
            f"{said['rows_seen']:,}",
            f"{said['rows_written']:,}",
            f"{said['requests']:,}",
            f"{said['duration_seconds']:.1f}",
            said["availability"] if said["unavailable_reasons"] else "yes" if said["complete"] else "no",
        )
        for name, said in sorted(outcome.resources.items())
    ]
    columns = [Column("resource"), *numbers("seen", "new or changed", "requests", "seconds"), Column("complete")]
    if rows:
        print_table("Copied", columns, rows)
    print_unavailable(
        (name, reason) for name, said in sorted(outcome.resources.items()) for reason in said["unavailable_reasons"]
    )
    print_missing(outcome.missing)
    for sentence in outcome.errors:
        say_error(sentence)
