"""Queue: how long jobs wait, when to submit, and what the API's predictions are worth."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from ionq_data.report.blocks import Column, Dataset, Section, Table
from ionq_data.report.charts import queue as charts
from ionq_data.report.charts import waits
from ionq_data.report.queries import fetch
from ionq_data.report.window import Window

MOST_WAIT_CHARTS = 6
_LEAD = (
    "Jobs on QPUs only. Percentiles are computed over single jobs. Jobs that have not started count as censored, so a "
    "jammed queue does not look fast. Children of a job of several circuits wait with their parent."
)


def queue(connection: duckdb.DuckDBPyConnection, window: Window, datasets: Mapping[str, Dataset]) -> Section:
    """Build the section from the marts."""
    waited = set(datasets["queue_bands"].columns["backend"])
    backends = [backend for backend in window.backends if backend in waited]
    shown = list(enumerate(backends[:MOST_WAIT_CHARTS], start=1))
    return Section(
        name="queue",
        title="Queue",
        lead=_LEAD + _left_out(window, len(backends)),
        blocks=[
            _now(connection),
            *(draw(backend, str(number)) for number, backend in shown for draw in (waits.by_day, waits.by_hour)),
            charts.prediction_hits(backends),
            charts.prediction_bias(backends),
            charts.backlog(backends),
            charts.availability(window.backends),
        ],
    )


def _left_out(window: Window, waited: int) -> str:
    """Say which QPUs have no chart, if there are any."""
    if window.unshown_backends:
        return (
            f" Waits are drawn for the {MOST_WAIT_CHARTS} QPUs with the most jobs, the rest for {len(window.backends)}."
        )
    return f" Waits are drawn for the {MOST_WAIT_CHARTS} QPUs with the most jobs." if waited > MOST_WAIT_CHARTS else ""


def _now(connection: duckdb.DuckDBPyConnection) -> Table:
    return Table(
        name="queue_now",
        title="Backends now",
        what="Each QPU at the last sync: waiting jobs, the API's predicted wait, and the wait of jobs that started in "
        "the last 7 days.",
        mart="dim_backends",
        columns=[
            Column(key="backend", title="Backend"),
            Column(key="status", title="Status"),
            Column(key="qubits", title="Qubits", kind="count"),
            Column(key="jobs_waiting", title="Waiting", kind="count"),
            Column(key="jobs_running", title="Running", kind="count"),
            Column(key="average_queue_seconds", title="Wait, says the API", kind="seconds"),
            Column(key="p50_7d", title="Median wait, 7 days", kind="seconds"),
            Column(key="p90_7d", title="90th percentile", kind="seconds"),
            Column(key="started_7d", title="Jobs started", kind="count"),
            Column(key="fidelity_2q", title="2Q fidelity", kind="fidelity"),
            Column(key="calibration_age_seconds", title="Calibration age", kind="seconds"),
        ],
        rows=fetch(connection, "backends"),
        filters={"backend": "backend"},
        empty="No QPU is known: neither the list of backends nor any job names one.",
    )
