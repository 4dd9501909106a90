"""Data: the freshness and completeness of the records, and the records that the figures leave out."""

from __future__ import annotations

import duckdb

from ionq_data.report.blocks import Column, Row, Section, Table
from ionq_data.report.queries import fetch, fetch_one

_COST_STATUSES = {
    "settled": "Billed, and the bill no longer changes",
    "provisional": "Billed, but the bill can still change",
    "from_children": "Billed on its children; shows their sum",
    "on_root": "Counted with its parent job, or covered by that job's bill",
    "estimated": "Only an estimate is known; counts as no cost",
    "dry_run": "Dry run: costs nothing",
    "refused": "The API refuses to say",
    "unknown": "The API was asked and gave no cost",
    "not_asked": "Not asked yet",
}
_LEFT_OUT = (
    ("simulator_jobs", "Jobs on a simulator", "Left out of queue, fidelity and failure figures."),
    ("dry_runs", "Dry runs", "They cost nothing, do not run and do not wait."),
    (
        "children",
        "Children of jobs of several circuits",
        "Wait and cost count with the job they belong to.",
    ),
    (
        "session_jobs",
        "QPU jobs of a session",
        "They wait in their session's own queue, which the queue figures leave out.",
    ),
    ("deleted_jobs", "Jobs deleted upstream", "Kept, because they were paid; they do not count as open."),
    ("without_bill", "QPU jobs that ended and have no bill", "They add nothing to the job costs."),
    ("provisional_bills", "Bills that are not settled", "Counted as they stand; the amount can still change."),
    (
        "without_characterization",
        "QPU jobs older than any known calibration",
        "Their chance of success is not estimated.",
    ),
    (
        "implausible_characterizations",
        "Calibrations with an implausible fidelity",
        "Kept as sent; trends and chances of success leave them out.",
    ),
    ("without_backend", "Jobs that name no backend", "Left out of figures by backend."),
    ("negative_durations", "Jobs whose end time is before their start time", "Their duration counts as unknown."),
    (
        "with_problems",
        "Jobs with a value that does not fit its field",
        "The value counts as unknown; the record is kept.",
    ),
)


def data_quality(connection: duckdb.DuckDBPyConnection) -> Section:
    """Build the section from the marts."""
    return Section(
        name="data",
        title="Data",
        lead="Everything on this page comes from the published warehouse, which is built from the lake alone.",
        blocks=[
            _freshness(fetch(connection, "freshness")),
            _left_out(connection),
            _cost_statuses(connection),
            _drift(fetch(connection, "drift")),
        ],
    )


def _freshness(rows: list[dict[str, object]]) -> Table:
    return Table(
        name="freshness",
        title="Freshness and completeness",
        what="For each resource of each account: the last complete sync, the newest record, records that did not fit, "
        "and whether the key may see it.",
        mart="data_freshness",
        columns=[
            Column(key="account", title="Account"),
            Column(key="resource", title="Resource", kind="code"),
            Column(key="last_complete_sync_at", title="Last complete sync (UTC)", kind="time"),
            Column(key="behind_seconds", title="Behind the newest sync", kind="seconds"),
            Column(key="newest_record_at", title="Newest record (UTC)", kind="time"),
            Column(key="rows", title="Records", kind="count"),
            Column(key="problems", title="With problems", kind="count"),
            Column(key="rejected", title="Rejected", kind="count"),
            Column(key="missing", title="Parts missing", kind="count"),
            Column(key="access", title="Access"),
            Column(key="unavailable_reason", title="Why not"),
        ],
        rows=rows,
        empty="Nothing has been read from the API yet. Run 'ionq-data sync', or 'ionq-data demo' to look around.",
        shown=20,
    )


def _left_out(connection: duckdb.DuckDBPyConnection) -> Table:
    counts: Row = fetch_one(connection, "left_out")
    rows = [{"what": what, "jobs": counts[key], "effect": effect} for key, what, effect in _LEFT_OUT if counts["jobs"]]
    return Table(
        name="left_out",
        title="What the figures leave out",
        what="Jobs and calibrations that some figures leave out, and the consequence, over all known records.",
        mart="fct_jobs",
        columns=[
            Column(key="what", title="Which"),
            Column(key="jobs", title="How many", kind="count"),
            Column(key="effect", title="What follows"),
        ],
        rows=rows,
        empty="No job is in the warehouse yet.",
        shown=20,
    )


def _cost_statuses(connection: duckdb.DuckDBPyConnection) -> Table:
    rows = [
        {**row, "meaning": _COST_STATUSES.get(row["cost_status"], "")} for row in fetch(connection, "cost_statuses")
    ]
    return Table(
        name="cost_statuses",
        title="Prices of QPU jobs",
        what="All jobs sent to a QPU by the state of their price.",
        mart="fct_jobs",
        columns=[
            Column(key="cost_status", title="Cost status", kind="code"),
            Column(key="jobs", title="Jobs", kind="count"),
            Column(key="meaning", title="Meaning"),
        ],
        rows=rows,
        empty="No job has been sent to a QPU yet.",
        shown=20,
    )


def _drift(rows: list[dict[str, object]]) -> Table:
    return Table(
        name="drift",
        title="Unknown data from the API",
        what="Members of records that no column holds, values of unknown meaning, and columns that nothing has filled "
        "yet.",
        mart="schema_drift",
        columns=[
            Column(key="resource", title="Resource", kind="code"),
            Column(key="path", title="Where", kind="code"),
            Column(key="kind", title="What", kind="code"),
            Column(key="records", title="Records", kind="count"),
            Column(key="first_seen_at", title="Since (UTC)", kind="time"),
            Column(key="last_seen_at", title="Last seen (UTC)", kind="time"),
            Column(key="example_type", title="Type", kind="code"),
        ],
        rows=rows,
        empty="Every member of every record has a column, and every column has a value.",
        shown=10,
    )
