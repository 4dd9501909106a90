"""Build the warehouse with Spark: the file is the same, and its marts come from Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb

from ionq_data.lake import Lake
from ionq_data.warehouse.building import Work
from ionq_data.warehouse.errors import BuildFailed
from ionq_data.warehouse.fingerprints import Made
from ionq_data.warehouse.graph import Graph, Model
from ionq_data.warehouse.project import Compiled, compile_project
from ionq_data.warehouse.result import NodeResult
from ionq_data.warehouse.running import Run
from ionq_data.warehouse.spark import LINES, SparkRun, open_session

_LAYERS = ("staging", "intermediate")


def read_spark_graph(data_dir: Path, paths: Mapping[str, str]) -> tuple[Compiled, Graph]:
    """Return the project that dbt compiled for Spark, which reads views instead of files.

    Raises:
        BuildFailed: dbt cannot read the project, or dbt-spark is not installed.
    """
    compiled = compile_project(data_dir, paths, "spark")
    return compiled, compiled.graph({**paths, **{name: view for name, view in LINES.items() if name in paths}})


@dataclass(frozen=True)
class SparkWork(Work):
    """One build with Spark.

    Attributes:
        folder: the folder to which Spark writes the models, if it is not beside the build.
    """

    folder: str | None = None

    can_go_on: ClassVar[bool] = False
    run_type: ClassVar[type[Run]] = SparkRun

    def _run_nodes(
        self,
        connection: duckdb.DuckDBPyConnection,
        sources: Mapping[str, str | None],
        documents: Mapping[str, str],
        made: dict[str, Made],
    ) -> list[NodeResult]:
        self._create_marts(connection)
        work = self.folder.rstrip("/") if self.folder else str((self.layout.current / "spark").absolute())
        lake = self.paths["IONQ_DATA_LAKE"].replace("s3://", "s3a://", 1)
        files = {name: self.paths[name] for name in LINES if name in self.paths}
        with open_session(self.layout.current / "spill") as session:
            run = SparkRun(connection, sources, documents, made, session=session, lake=lake, work=work, files=files)
            run.prepare(self.graph)
            return run.everything(self.graph, self.on_node)

    def _create_marts(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the marts without a row; their columns get the types that DuckDB gives them."""
        empty = self.layout.current / "empty"
        Lake(empty).ensure(["none"])
        paths = {**self.paths, "IONQ_DATA_LAKE": str(empty.absolute())}
        nodes = compile_project(self.layout.data_dir, self.paths).graph(paths).nodes
        models = Graph(tuple(node for node in nodes if isinstance(node, Model)))
        results = Run(connection, {}, {}, {}).everything(models)
        if broken := [result for result in results if result.is_broken]:
            raise BuildFailed(f"{broken[0].name} cannot be created: {broken[0].message}")
        for layer in _LAYERS:
            connection.execute(f"drop schema if exists {layer} cascade")
