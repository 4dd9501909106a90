"""``ionq-data build``: the warehouse and the report from the lake alone."""

from __future__ import annotations

from typing import Literal

from ionq_data.cli.output import print_lines, say_error
from ionq_data.cli.pipeline_run import run_pipeline
from ionq_data.cli.watch import Watch
from ionq_data.config import load_settings


def build(*, full_refresh: bool = False, engine: Literal["duckdb", "spark"] | None = None) -> int:
    """Rebuild the warehouse from the lake, test it, publish it and write the report, offline.

    Only tables that a change affects are built again. If a test fails, the published tables stay unchanged, and the
    failed build is kept for inspection.

    Example: ionq-data build --full-refresh

    Parameters
    ----------
    full_refresh
        Build everything from the lake alone, including what has not changed.
    engine
        The engine that runs the SQL: duckdb, or spark (on this machine, or on the cluster that SPARK_REMOTE names). The
        default comes from the settings.
    """
    settings = load_settings()
    if engine:
        settings = settings.model_copy(update={"engine": engine})
    with Watch() as watch:
        outcome = run_pipeline(settings, watch, resources=(), full_refresh=full_refresh)
    for sentence in outcome.errors:
        say_error(sentence)
    if not outcome.errors:
        print_lines(f"Warehouse: {settings.data_dir / 'warehouse.duckdb'}", f"Marts:     {settings.data_dir / 'marts'}")
    return outcome.exit_code
