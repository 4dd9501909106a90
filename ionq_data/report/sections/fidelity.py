"""Fidelity: the quality of each QPU, its changes, and the age of its calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb

from ionq_data.report.blocks import Column, Dataset, Row, Section, Table
from ionq_data.report.charts import fidelity as charts
from ionq_data.report.queries import fetch
from ionq_data.report.window import Window

MOST_BACKENDS_SHOWN = 5
"""The number of backends in the table of today's fidelities before the reader asks for all."""


def fidelity(connection: duckdb.DuckDBPyConnection, window: Window, datasets: Mapping[str, Dataset]) -> Section:
    """Build the section from the marts."""
    points = Counter(datasets["fidelity"].columns["metric"])
    backends = _measured(window, datasets["fidelity"])
    changed = set(datasets["fidelity_changes"].columns["metric"])
    trends = [
        charts.trend(metric, backends, points=points[metric.name], has_changes=metric.name in changed)
        for metric in charts.METRICS
    ]
    left_out = f" Charts: the {len(window.backends)} QPUs with the most jobs." if window.unshown_backends else ""
    return Section(
        name="fidelity",
        title="Fidelity",
        lead=f"From the characterizations that IonQ publishes. They measure the backend as a whole, not the qubits of "
        f"one job.{left_out}",
        blocks=[trends[0], _now(connection, window), charts.calibration_age(), *trends[1:], _changes(connection)],
    )


def _measured(window: Window, dataset: Dataset) -> list[str]:
    """Return the backends with measurements, in the order of the page."""
    measured = set(dataset.columns["backend"])
    return [backend for backend in window.backends if backend in measured]


def _now(connection: duckdb.DuckDBPyConnection, window: Window) -> Table:
    return Table(
        name="fidelity_now",
        title="Now, and 30 and 90 days ago",
        what="The newest measurement of each metric, and its 30-day median now, 30 days ago and 90 days ago. The slope "
        "is Theil–Sen's over the trailing 90 days; pp are percentage points.",
        mart="fidelity_trends",
        columns=[
            Column(key="backend", title="Backend"),
            Column(key="title", title="Metric"),
            _metric("value", "Newest"),
            _metric("median", "Median now"),
            _metric("median_30d_ago", "30 days ago"),
            _metric("median_90d_ago", "90 days ago"),
            Column(key="slope_per_30d", title="Slope per 30 days", kind="slope", unit_key="unit"),
            Column(key="judgement", title="Judgement"),
            Column(key="measured_at", title="Measured (UTC)", kind="time"),
        ],
        rows=[_judged(row) for row in fetch(connection, "fidelity_now")],
        filters={"backend": "backend"},
        empty="No characterization of a QPU is known.",
        shown=3 * min(len(window.backends), MOST_BACKENDS_SHOWN),
    )


def _metric(key: str, title: str) -> Column:
    return Column(key=key, title=title, kind="metric", unit_key="unit")


def _judged(row: Row) -> dict[str, Any]:
    judgement = "worse than usual" if row["is_regression"] else "as usual"
    return {**row, "title": charts.TITLES.get(row["metric"], row["metric"]), "judgement": judgement}


def _changes(connection: duckdb.DuckDBPyConnection) -> Table:
    rows = [
        {
            **row,
            "title": charts.TITLES.get(row["metric"], row["metric"]),
            "judgement": "worse" if row["is_regression"] else "better",
        }
        for row in fetch(connection, "fidelity_changes")
    ]
    return Table(
        name="fidelity_changes_table",
        title="Changes of level",
        what="Lasting steps detected in the measurements of the period, at most the newest 300; slow drift is not "
        "included.",
        mart="fidelity_changes",
        columns=[
            Column(key="changed_at", title="Since (UTC)", kind="time"),
            Column(key="backend", title="Backend"),
            Column(key="title", title="Metric"),
            _metric("before", "Before"),
            _metric("after", "After"),
            Column(key="judgement", title="For the"),
            Column(key="confidence", title="Confidence", kind="percent"),
        ],
        rows=rows,
        filters={"backend": "backend", "period": "date"},
        empty="No change of level was detected.",
    )
