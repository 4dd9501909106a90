"""The published marts as files for other tools: FOCUS, CSV, Parquet and Excel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from ionq_data import warehouse
from ionq_data.report.exports.focus import MART, FileFormat, Version, write_focus
from ionq_data.report.exports.formulas import neutralized
from ionq_data.report.exports.workbook import write_workbook
from ionq_data.report.files import replacing
from ionq_data.warehouse.marts import mart_names

Kind = Literal["focus", "csv", "parquet", "xlsx"]

# The date by which a period selects rows of a mart. Marts without an entry describe the present: export them whole.
DATED_BY: Mapping[str, str] = {
    "backend_availability_daily": "date",
    "budget_status": "month",
    "cost_anomalies": "date",
    "cost_audit": "(select submitted_at from fct_jobs as jobs where jobs.job_id = cost_audit.job_id)",
    "cost_forecast": "month",
    "cost_per_backend_monthly": "month",
    "cost_per_cost_center_monthly": "month",
    "cost_per_tag_monthly": "month",
    "cost_per_project_daily": "date",
    "cost_per_project_monthly": "month",
    "cost_per_user_monthly": "month",
    "cost_reconciliation": "date",
    "failures_daily": "date",
    "fct_backend_snapshots": "observed_at",
    "fct_characterizations": "measured_at",
    "fct_job_tags": "(select submitted_at from fct_jobs as jobs where jobs.job_id = fct_job_tags.job_id)",
    "fct_jobs": "submitted_at",
    "fidelity_changes": "changed_at",
    "fidelity_trends": "measured_at",
    "focus_cost_and_usage": '"ChargePeriodStart"',
    "forecast_accuracy": "day",
    "job_fidelity": "submitted_at",
    "month_close": "month",
    "queue_backlog_hourly": "hour",
    "queue_forecast_accuracy": "week",
    "queue_predictions": "week",
    "queue_time_daily": "submitted_date",
    "session_utilization": "created_at",
    "unit_costs_monthly": "month",
}
WHOLE = frozenset(
    {
        "data_freshness",
        "dim_backends",
        "dim_projects",
        "dim_users",
        "queue_forecast",
        "queue_time_by_hour",
        "rates_in_force",
        "schema_drift",
        "success_calibration",
    }
)

_CSV_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class ExportError(Exception):
    """The export could not be written, or its period has no days."""


def export(
    data_dir: Path,
    kind: Kind,
    *,
    start: date | None = None,
    end: date | None = None,
    destination: Path | None = None,
    version: Version = "1.2",
    file_format: FileFormat = "csv",
) -> list[Path]:
    """Write the published marts as files, which replace earlier ones, and return their paths.

    ``focus`` writes the costs in a ``version`` of FOCUS (1.4 has four data sets), as CSV or Parquet. ``csv`` and
    ``parquet`` write a file per mart, ``xlsx`` a sheet per mart. CSV and Excel files hold no text that a spreadsheet
    would run as a formula.

    Args:
        start: the first date (UTC) to export; for monthly marts, its month.
        end: the first date that is not exported.
        destination: the folder to write to; by default, ``exports/`` of the data directory.

    Raises:
        NoWarehouse: nothing is published yet.
        ExportError: the period is empty, or a file cannot be written; existing files stay whole.
    """
    if start and end and start >= end:
        raise ExportError(f"The period from {start} to {end} (exclusive) is empty. Give an end after the start.")
    folder = destination or data_dir / "exports"
    suffix = f"_{start or 'first'}_{end or 'last'}" if start or end else ""
    with warehouse.connect(data_dir) as connection:
        try:
            selections = {mart: _condition(mart, start, end) for mart in mart_names(connection)}
            if kind == "focus":
                return write_focus(connection, selections[MART], folder, suffix, version, file_format)
            return _WRITERS[kind](connection, selections, folder, suffix)
        except (OSError, duckdb.Error) as error:
            raise ExportError(
                f"Cannot write the export to {folder}: {error}. Existing files are unchanged or complete."
            ) from error


def _condition(mart: str, start: date | None, end: date | None) -> str:
    """Return the condition that selects the period from a mart."""
    column = DATED_BY.get(mart)
    if column is None:
        return "true"
    # A month has the date of its first day, a week that of its Monday. Either belongs to a period that it reaches into.
    first = f"date_trunc('{column}', date '{start}')" if column in ("month", "week") else f"date '{start}'"
    conditions = [f"{column} >= {first}"] if start else []
    conditions += [f"{column} < date '{end}'"] if end else []
    return " and ".join(conditions) or "true"


def _harmless(connection: duckdb.DuckDBPyConnection, mart: str, condition: str) -> str:
    """Return the query of a mart with neutralized texts, which no spreadsheet takes for formulas."""
    described = connection.execute(f'describe "{mart}"').fetchall()
    columns = neutralized([(name, kind) for name, kind, *_ in described])
    return f'select {columns} from "{mart}" where {condition}'  # noqa: S608 - names from the catalog, dates from dates


def _write_csv(
    connection: duckdb.DuckDBPyConnection, selections: Mapping[str, str], folder: Path, suffix: str
) -> list[Path]:
    files = []
    for mart, condition in selections.items():
        files.append(folder / f"csv{suffix}" / f"{mart}.csv")
        with replacing(files[-1]) as private:
            query = _harmless(connection, mart, condition)
            connection.sql(query).write_csv(str(private), header=True, timestamp_format=_CSV_TIME)
    return files


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, selections: Mapping[str, str], folder: Path, suffix: str
) -> list[Path]:
    files = []
    for mart, condition in selections.items():
        files.append(folder / f"parquet{suffix}" / f"{mart}.parquet")
        with replacing(files[-1]) as private:
            connection.sql(f'from "{mart}" where {condition}').write_parquet(str(private), compression="zstd")
    return files


def _write_xlsx(
    connection: duckdb.DuckDBPyConnection, selections: Mapping[str, str], folder: Path, suffix: str
) -> list[Path]:
    path = folder / f"ionq-data{suffix}.xlsx"
    queries = {mart: _harmless(connection, mart, condition) for mart, condition in selections.items()}
    with replacing(path) as private:
        write_workbook(private, connection, queries)
    return [path]


_Writer = Callable[[duckdb.DuckDBPyConnection, Mapping[str, str], Path, str], list[Path]]
_WRITERS: Mapping[Kind, _Writer] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}
