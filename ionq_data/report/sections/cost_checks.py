"""Tables of the cost section that check what was billed: anomalies, failed work, reconciliation and audit."""

from __future__ import annotations

import duckdb

from ionq_data.report.blocks import Column, Table
from ionq_data.report.drill import Drill
from ionq_data.report.queries import fetch

COST = Column(key="cost", title="Cost", kind="money", unit_key="currency")

_VERDICTS = {
    "agrees": "Billed at the rate, to the cent",
    "overbilled": "Billed above the rate: ask IonQ",
    "underbilled": "Billed less than the rate says",
    "partly_billed": "Failed, and billed at most its price",
    "not_settled": "The bill may still change",
    "agrees_with_later_rate": "Agrees; the rate was read after the job ran",
    "differs_from_later_rate": "Differs; the rate was read after the job ran and may have changed",
    "no_rate": "No rate of its backend is known",
    "no_gate_counts": "The record counts no gates",
    "other_currency": "Billed in another currency than the rate's",
}


def anomalies(connection: duckdb.DuckDBPyConnection) -> Table:
    """Return the days that stand out, newest first."""
    return Table(
        name="anomalies_table",
        title="Days that stand out, one by one",
        what="At most the newest 300. Cost and expectation cover the given number of days, ending on the date. The "
        "score counts standard deviations.",
        mart="cost_anomalies",
        columns=[
            Column(key="date", title="Date", kind="date"),
            Column(key="project", title="Project"),
            COST,
            Column(key="expected", title="Expected", kind="money", unit_key="currency"),
            Column(key="days", title="Days", kind="count"),
            Column(key="score", title="Score", kind="number"),
            Column(key="reason", title="Why", kind="code"),
        ],
        rows=fetch(connection, "anomalies"),
        filters={"organization": "organization", "currency": "currency", "project": "project", "period": "date"},
        empty="No day stands out.",
        shown=5,
        jobs=Drill(on="ended", since="date", fields={"project": "project"}),
    )


def failures(connection: duckdb.DuckDBPyConnection) -> Table:
    """Return what failed work cost, by failure code and backend."""
    return Table(
        name="failures_table",
        title="Failed work by code",
        what="Failed jobs of the whole period by failure code and backend, and their cost; at most the 100 most "
        "expensive rows.",
        mart="failures_daily",
        columns=[
            Column(key="failure_code", title="Failure code"),
            Column(key="backend", title="Backend"),
            Column(key="jobs", title="Jobs", kind="count"),
            Column(key="shots", title="Shots", kind="count"),
            Column(key="qpu_seconds", title="QPU time", kind="seconds"),
            COST,
            Column(key="last_date", title="Last", kind="date"),
        ],
        rows=fetch(connection, "failures_by_code"),
        filters={"currency": "currency", "backend": "backend", "period": "last_date"},
        empty="No job failed.",
        shown=5,
        jobs=Drill(on="ended", fields={"failure_code": "failure_code", "backend": "backend"}),
    )


def reconciliation(connection: duckdb.DuckDBPyConnection) -> Table:
    """Return the dates on which the usage report and the bills differ."""
    return Table(
        name="reconciliation_open",
        title="Dates that do not agree",
        what="Dates of the period on which the usage report and the sum of the job costs differ, at most the newest "
        "100. Pending dates have bills that are not settled, or a report that can still be restated.",
        mart="cost_reconciliation",
        columns=[
            Column(key="date", title="Date", kind="date"),
            Column(key="usage_report_cost", title="Usage report", kind="money", unit_key="currency"),
            Column(key="job_cost", title="Job costs", kind="money", unit_key="currency"),
            Column(key="difference", title="Difference", kind="money", unit_key="currency"),
            Column(key="unlisted", title="Not listed by project", kind="money", unit_key="currency"),
            Column(key="status", title="Status", kind="code"),
            Column(key="unsettled_jobs", title="Unsettled bills", kind="count"),
            Column(key="unbilled_jobs", title="Jobs without bill", kind="count"),
        ],
        rows=fetch(connection, "reconciliation_open"),
        filters={"organization": "organization", "currency": "currency", "period": "date"},
        empty="Every date agrees to the cent, or there is nothing to compare yet.",
        shown=5,
        jobs=Drill(on="ended", since="date"),
    )


def audit(connection: duckdb.DuckDBPyConnection) -> Table:
    """Return how many bills agree with the rate, by verdict."""
    return Table(
        name="audit_verdicts",
        title="Bills against the published rate",
        what="All bills of QPU jobs, recomputed from the rate in force, shots and gates, by result. The API keeps no "
        "history of its rates, so bills from before the first sync are compared with a later rate.",
        mart="cost_audit",
        columns=[
            Column(key="verdict", title="Verdict", kind="code"),
            Column(key="jobs", title="Bills", kind="count"),
            Column(key="billed_cost", title="Billed", kind="money", unit_key="currency"),
            Column(key="expected_cost", title="Expected", kind="money", unit_key="currency"),
            Column(key="difference", title="Billed less expected", kind="change", unit_key="currency"),
            Column(key="meaning", title="Meaning"),
        ],
        rows=[{**row, "meaning": _VERDICTS.get(row["verdict"], "")} for row in fetch(connection, "audit_verdicts")],
        filters={"currency": "currency"},
        empty="No bill of a QPU job is known.",
    )
