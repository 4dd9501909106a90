"""The texts for charts that have nothing to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ionq_data.report.blocks import Chart, Dataset, Source, Table

_REASONS = {
    "cost_daily": "No cost is known yet: there is neither a usage report (it needs the organization's id) nor a price "
    "of a job.",
    "cost_this_month": "Nothing was spent this month or the last.",
    "cost_by_backend": "No job on a QPU has a price yet.",
    "cost_by_user": "No cost is known by person yet.",
    "budget_days": "No budget is set for this month. To set budgets, write a CSV file and name it in IONQ_BUDGETS.",
    "anomalies": "No day stands out. A comparison needs four days of the same weekday.",
    "reconciliation": "There is no usage report to compare with; it needs the organization's id.",
    "failures": "No job failed.",
    "fidelity": "No characterization of a QPU is known yet.",
    "backends": "No QPU is offered now, or no offered QPU has been characterized.",
    "queue_bands": "No job has been sent to a QPU yet.",
    "queue_hours": "No job was sent to a QPU in the last 90 days.",
    "backlog": "No job has been sent to a QPU yet.",
    "predictions": "No job with a predicted wait has started yet.",
    "availability": "No sync has read the backends yet; the API keeps no history of their status.",
}

_OF_ONE = {
    "queue_bands": "No job was sent to this backend in the period.",
    "queue_hours": "No job was sent to this backend in the last 90 days.",
    "fidelity": "This metric was not measured in the period.",
}
"""The same texts, for when other backends or metrics have rows."""


def say_what_is_missing(block: Chart | Table, datasets: Mapping[str, Dataset]) -> Chart | Table:
    """Return the chart, or a sentence instead if its first source, which is its subject, has no rows."""
    if isinstance(block, Table) or _has_rows(block.sources[0], datasets):
        return block
    source = block.sources[0].dataset
    is_known = len(datasets[source]) > 0  # rows of another backend
    return replace(block, empty=_OF_ONE[source] if is_known and source in _OF_ONE else _REASONS[source])


def _has_rows(source: Source, datasets: Mapping[str, Dataset]) -> bool:
    columns = datasets[source.dataset].columns
    if not source.where:
        return len(datasets[source.dataset]) > 0
    keys = zip(*(columns[key] for key in source.where), strict=True)
    return tuple(source.where.values()) in keys
