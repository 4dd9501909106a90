"""Build the warehouse from the lake into a private file, tests included."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ionq_data import __version__
from ionq_data.warehouse import project as dbt_project
from ionq_data.warehouse.connection import built_with
from ionq_data.warehouse.cost_centers import write_rules
from ionq_data.warehouse.dbt_process import OnEvent, run_dbt
from ionq_data.warehouse.errors import BuildFailed, WarehouseError
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold
from ionq_data.warehouse.result import BuildResult, read_nodes

_RECORD = """
    create schema if not exists meta;
    create or replace table meta.build as
    select
        $started_at::timestamptz as started_at, now() as finished_at, $project_hash as project_hash,
        $version as ionq_data_version, $warnings::int as test_warnings;
"""


def build(
    data_dir: Path,
    *,
    lake_dir: str | Path,
    budgets: Path | None = None,
    cost_centers: Path | None = None,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    on_event: OnEvent | None = None,
    on_wait: Callable[[str], None] | None = None,
    wait_seconds: float = 3600,
) -> BuildResult:
    """Build the warehouse with dbt and test it; nothing that is published changes.

    A build that passed waits in ``.build/ready`` to be published. One that failed is kept in ``.build/failed``.

    Args:
        lake_dir: the lake's folder, or its URL.
        budgets: a CSV of budgets; without it, no project has one.
        cost_centers: a CSV of the rules that book cost on cost centers; without it, none is.
        select: dbt selectors of the models to build anew; the others stay as they were published.
        full_refresh: build incremental models from all of the lake. That is also done when the project changed.
        on_event: called with each event of dbt's structured log.
        on_wait: told if another build in the same data directory has to finish first.
        wait_seconds: how long to wait for it.

    Raises:
        BuildFailed: dbt could not run, a cell of the cost centers is wrong, or the disk is full or not writable.
        WarehouseBusy: another build did not finish in time.
    """
    layout = Layout(data_dir)
    try:
        with hold(
            layout.builds / "build.lock",
            purpose="building the warehouse",
            wait_seconds=wait_seconds,
            on_wait=on_wait,
        ) as lock:
            write_rules(cost_centers, layout.cost_centers)
            manifest = dbt_project.manifest_path(data_dir, lake_dir=lake_dir, budgets=budgets)
            return _build(layout, lock, manifest, lake_dir, budgets, select, full_refresh, on_event)
    except OSError as error:
        raise BuildFailed(
            f"Cannot write below {layout.builds}: {error.strerror or error}. "
            "Free space or make the folder writable; what was published before is untouched."
        ) from error


def _build(
    layout: Layout,
    lock: int,
    manifest: Path,
    lake_dir: str | Path,
    budgets: Path | None,
    select: Sequence[str],
    full_refresh: bool,
    on_event: OnEvent | None,
) -> BuildResult:
    project = dbt_project.sql_dir()
    hash_now = dbt_project.project_hash(project)
    started_at, clock = datetime.now(UTC), time.monotonic()
    target = _empty(layout.current) / "target"
    target.mkdir()
    for name in dbt_project.PARSED:
        if (manifest.parent / name).exists():
            shutil.copyfile(manifest.parent / name, target / name)
    incremental = dbt_project.has_incremental_models(dbt_project.read_manifest(manifest))
    from_scratch = not _start_from_published(layout, bool(select), incremental and not full_refresh, hash_now)

    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--full-refresh"] if from_scratch or full_refresh else []
    arguments += ["--select", *select] if select else []
    variables = dbt_project.environment(layout.data_dir, lake_dir=lake_dir, budgets=budgets, target=target)
    outcome = run_dbt(arguments, project=project, environment=variables, on_event=on_event, locks=[lock])

    nodes = read_nodes(target)
    passed = outcome.exit_code == 0 and bool(nodes)
    if passed:
        warnings = sum(node.status == "warn" for node in nodes)
        _seal(layout.current / WAREHOUSE_FILE, started_at=started_at, project_hash=hash_now, warnings=warnings)
    return BuildResult(
        passed=passed,
        folder=_set_aside(layout, passed),
        started_at=started_at,
        seconds=time.monotonic() - clock,
        from_scratch=from_scratch,
        project_hash=hash_now,
        nodes=nodes,
        errors=outcome.errors or (() if nodes else ("dbt found nothing to build.",)),
    )


def _start_from_published(layout: Layout, partial: bool, incremental: bool, hash_now: str) -> bool:
    """Copy the published warehouse where the build goes on from it; tell whether it does.

    Incremental models do, unless the project's SQL has changed since: what was made by the old SQL would stay.
    """
    made_by = built_with(layout.warehouse)
    if partial and made_by is None:
        raise BuildFailed("Nothing is published yet that a part could be built into. Build everything first.")
    if partial or (incremental and made_by == hash_now):
        shutil.copyfile(layout.warehouse, layout.current / WAREHOUSE_FILE)
        return True
    return False


def _seal(file: Path, *, started_at: datetime, project_hash: str, warnings: int) -> None:
    """Note in the file what made it, and leave nothing of it in a write-ahead log beside it."""
    facts = {"started_at": started_at, "project_hash": project_hash, "version": __version__, "warnings": warnings}
    try:
        with duckdb.connect(str(file)) as connection:
            connection.execute(_RECORD, facts)
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise WarehouseError(f"The build at {file} cannot be finished: {error}") from error


def _set_aside(layout: Layout, passed: bool) -> Path:
    """Move the build to where its outcome says, in place of the one that was there."""
    place = layout.ready if passed else layout.failed
    with hold(layout.builds / "publish.lock", purpose="publishing the warehouse", wait_seconds=600):
        shutil.rmtree(place, ignore_errors=True)
        layout.current.rename(place)
    return place


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
