"""Build the warehouse from the lake into a private file, tests included."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import duckdb

from ionq_data import __version__
from ionq_data.warehouse.connection import built_with
from ionq_data.warehouse.cost_centers import write_rules
from ionq_data.warehouse.errors import BuildFailed, WarehouseError
from ionq_data.warehouse.fingerprints import Made, document_hash, files_of, read_made, write_made
from ionq_data.warehouse.graph import Graph
from ionq_data.warehouse.layout import WAREHOUSE_FILE, Layout
from ionq_data.warehouse.lock import hold
from ionq_data.warehouse.project import Compiled, Engine, compile_project, places
from ionq_data.warehouse.result import BuildResult, NodeResult
from ionq_data.warehouse.running import OnNode, Run
from ionq_data.warehouse.storage import open_build

_RECORD = """
    create schema if not exists meta;
    create or replace table meta.build as
    select
        $started_at::timestamptz as started_at, now() as finished_at, $project_hash as project_hash,
        $version as ionq_data_version, $warnings::int as test_warnings
"""


def build(
    data_dir: Path,
    *,
    lake_dir: str | Path,
    budgets: Path | None = None,
    cost_centers: Path | None = None,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    on_node: OnNode | None = None,
    on_wait: Callable[[str], None] | None = None,
    wait_seconds: float = 3600,
    engine: Engine = "duckdb",
    spark_folder: str | None = None,
) -> BuildResult:
    """Build what has changed since the last publication, and test it; leave what is published alone.

    A build that passes waits in ``.build/ready`` for its publication. A build that fails stays in ``.build/failed``.
    If no change reaches any model or test, nothing is built: what is published is up to date.

    Args:
        lake_dir: the lake's folder, or its URL.
        budgets: a CSV of budgets; without it, no project has a budget.
        cost_centers: a CSV of the rules that book cost on cost centers; without it, no cost is booked on one.
        select: names of the models to rebuild; the others stay as they were published.
        full_refresh: build everything from the lake alone. A change of the project does the same.
        on_node: is told the progress after each model and test.
        on_wait: is told if another build in the same data directory has to finish first.
        wait_seconds: how long to wait for it.
        engine: the engine that runs the SQL. Spark rebuilds everything unless nothing has changed.
        spark_folder: a folder or URL to which a cluster writes what it builds; a cluster that does not see the data
            directory needs it.

    Raises:
        BuildFailed: dbt cannot read the project, a cell of the cost centers is wrong, Spark does not answer, or the
            disk is full.
        WarehouseBusy: another build did not finish in time.
    """
    layout = Layout(data_dir)
    try:
        with hold(
            layout.builds / "build.lock", purpose="building the warehouse", wait_seconds=wait_seconds, on_wait=on_wait
        ):
            write_rules(cost_centers, layout.cost_centers)
            paths = places(data_dir, lake_dir=lake_dir, budgets=budgets)
            if engine == "spark":
                if select:
                    raise BuildFailed(
                        "The engine spark can only build everything. Build a part with the engine duckdb."
                    )
                from ionq_data.warehouse.spark_build import SparkWork, read_spark_graph

                compiled, graph = read_spark_graph(data_dir, paths)
                spark = SparkWork(layout, compiled, graph, paths, on_node, spark_folder)
                return spark.build(partial=False, full_refresh=full_refresh)
            compiled = compile_project(data_dir, paths)
            graph = compiled.graph(paths)
            work = Work(layout, compiled, graph.select(select) if select else graph, paths, on_node)
            return work.build(partial=bool(select), full_refresh=full_refresh)
    except OSError as error:
        raise BuildFailed(
            f"Cannot write below {layout.builds}: {error.strerror or error}. "
            "Free space or make the folder writable; the published tables are unchanged."
        ) from error


@dataclass(frozen=True)
class Work:
    """One build: its inputs and its place."""

    layout: Layout
    compiled: Compiled
    graph: Graph
    paths: Mapping[str, str]
    on_node: OnNode | None

    can_go_on: ClassVar[bool] = True
    run_type: ClassVar[type[Run]] = Run

    def build(self, *, partial: bool, full_refresh: bool) -> BuildResult:
        """Build what has changed, and set it aside as ready or failed."""
        started_at, clock = datetime.now(UTC), time.monotonic()
        goes_on = self._goes_on(partial, full_refresh)
        sources, documents = self._read_hashes()
        if goes_on and not partial and (nodes := self._unchanged(sources, documents)):
            return self._result(nodes, self.layout.warehouse, started_at, clock, from_scratch=False)
        goes_on = goes_on and self.can_go_on
        _empty(self.layout.current)
        file = self.layout.current / WAREHOUSE_FILE
        if goes_on:
            shutil.copyfile(self.layout.warehouse, file)
        nodes = self._run(file, sources, documents, anew=partial, started_at=started_at)
        passed = not any(node.is_broken for node in nodes)
        place = _set_aside(self.layout, passed)
        return self._result(nodes, place / WAREHOUSE_FILE, started_at, clock, from_scratch=not goes_on)

    def _goes_on(self, partial: bool, full_refresh: bool) -> bool:
        """Tell whether the build continues from what is published: not if another state of the SQL made that."""
        made_by = built_with(self.layout.warehouse)
        if partial and made_by is None:
            raise BuildFailed("No warehouse is published yet, so a part of it cannot be built. Build everything first.")
        return partial or (made_by == self.compiled.project_hash and not full_refresh)

    def _read_hashes(self) -> tuple[dict[str, str | None], dict[str, str]]:
        lake = self.paths["IONQ_DATA_LAKE"]
        parents = {parent for node in self.graph.nodes for parent in node.parents}
        sources = {p: files_of(lake, p.rpartition(".")[2]) for p in parents if p.startswith("source.")}
        documents = {p.replace("'", "''"): document_hash(Path(p)) for p in self.paths.values() if p != lake}
        return sources, documents

    def _unchanged(self, sources: Mapping[str, str | None], documents: Mapping[str, str]) -> list[NodeResult]:
        """Return the results that the published file holds, if no change reaches any of them."""
        with duckdb.connect(str(self.layout.warehouse), read_only=True) as connection:
            return self.run_type(connection, sources, documents, read_made(connection)).reused(self.graph)

    def _run(
        self,
        file: Path,
        sources: Mapping[str, str | None],
        documents: Mapping[str, str],
        *,
        anew: bool,
        started_at: datetime,
    ) -> list[NodeResult]:
        """Run the nodes on the file; if they pass, note in it what made it."""
        try:
            with open_build(file, spill=self.layout.current / "spill") as connection:
                made = read_made(connection)
                for node in self.graph.nodes if anew else ():
                    made.pop(node.unique_id, None)
                nodes = self._run_nodes(connection, sources, documents, made)
                if not any(node.is_broken for node in nodes):
                    self._seal(connection, started_at, made)
                return nodes
        except duckdb.Error as error:
            raise WarehouseError(f"The build at {file} cannot be finished: {error}") from error

    def _run_nodes(
        self,
        connection: duckdb.DuckDBPyConnection,
        sources: Mapping[str, str | None],
        documents: Mapping[str, str],
        made: dict[str, Made],
    ) -> list[NodeResult]:
        return Run(connection, sources, documents, made).everything(self.graph, self.on_node)

    def _seal(self, connection: duckdb.DuckDBPyConnection, started_at: datetime, made: Mapping[str, Made]) -> None:
        """Note in the file what made it, and move all of its write-ahead log into it."""
        warnings = sum(node.status == "warn" for node in made.values())
        facts = {"started_at": started_at, "project_hash": self.compiled.project_hash}
        write_made(connection, made)
        connection.execute(_RECORD, facts | {"version": __version__, "warnings": warnings})
        connection.execute("comment on table meta.build is 'When and with which versions the warehouse was built.'")
        connection.execute("checkpoint")

    def _result(
        self, nodes: Sequence[NodeResult], file: Path, started_at: datetime, clock: float, *, from_scratch: bool
    ) -> BuildResult:
        return BuildResult(
            passed=not any(node.is_broken for node in nodes),
            file=file,
            compiled=self.compiled.folder,
            started_at=started_at,
            seconds=time.monotonic() - clock,
            from_scratch=from_scratch,
            project_hash=self.compiled.project_hash,
            nodes=tuple(nodes),
        )


def _set_aside(layout: Layout, passed: bool) -> Path:
    """Move the build to the place for its outcome, and replace the build that was there."""
    place = layout.ready if passed else layout.failed
    with hold(layout.builds / "publish.lock", purpose="publishing the warehouse", wait_seconds=600):
        shutil.rmtree(place, ignore_errors=True)
        layout.current.rename(place)
    return place


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
