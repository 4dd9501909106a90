"""The rows that charts draw: their query, their mart, and the columns that the page's filters act on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import duckdb

from ionq_data.report.blocks import Dataset, Filter
from ionq_data.report.queries import fetch_columns

_MONEY: Mapping[Filter, str] = MappingProxyType({"organization": "organization", "currency": "currency"})
_DATE: Mapping[Filter, str] = MappingProxyType({"period": "date"})
_PROJECT: Mapping[Filter, str] = MappingProxyType({"project": "project"})
_BACKEND: Mapping[Filter, str] = MappingProxyType({"backend": "backend"})

_DATASETS: Mapping[str, tuple[str, Mapping[Filter, str]]] = MappingProxyType(
    {
        "cost_daily": ("cost_per_project_daily", {**_MONEY, **_DATE, **_PROJECT}),
        "cost_this_month": ("cost_per_project_daily", {**_MONEY, **_PROJECT}),
        "cost_by_backend": ("cost_per_backend_monthly", {**_MONEY, **_DATE, **_BACKEND}),
        "cost_by_user": ("cost_per_user_monthly", {**_MONEY, **_DATE}),
        "budget_days": ("budget_status", {**_MONEY, **_PROJECT}),
        "anomalies": ("cost_anomalies", {**_MONEY, **_DATE, **_PROJECT}),
        "reconciliation": ("cost_reconciliation", {**_MONEY, **_DATE}),
        "failures": ("failures_daily", {"currency": "currency", **_DATE, **_BACKEND}),
        "fidelity": ("fidelity_trends", {**_DATE, **_BACKEND}),
        "fidelity_changes": ("fidelity_changes", {**_DATE, **_BACKEND}),
        "backends": ("dim_backends", {**_BACKEND}),
        "queue_bands": ("queue_time_daily", {**_DATE, **_BACKEND}),
        "queue_hours": ("queue_time_by_hour", {**_BACKEND}),
        "backlog": ("queue_backlog_hourly", {**_DATE, **_BACKEND}),
        "predictions": ("queue_predictions", {**_DATE, **_BACKEND}),
        "jobs": ("fct_jobs", {}),
        "availability": ("backend_availability_daily", {**_DATE, **_BACKEND}),
    }
)


def load_datasets(connection: duckdb.DuckDBPyConnection) -> dict[str, Dataset]:
    """Run the query of each data set; `open_window` has been called before."""
    return {
        name: Dataset(name=name, mart=mart, columns=fetch_columns(connection, name), filters=filters)
        for name, (mart, filters) in _DATASETS.items()
    }
