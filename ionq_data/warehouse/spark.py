"""Run a project that dbt compiled for Apache Spark: in Spark's local mode, or on the cluster that SPARK_REMOTE names.

Every model becomes Parquet in a folder that the cluster sees, and a view of it. Only this connection knows the view,
so builds that run at the same time do not touch each other. Finally, the marts are copied into the warehouse file.
"""

from __future__ import annotations

import csv
import logging
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import duckdb

from ionq_data.warehouse.errors import BuildFailed, WarehouseError
from ionq_data.warehouse.fingerprints import content_of
from ionq_data.warehouse.graph import Graph, Model, Test
from ionq_data.warehouse.result import NodeResult
from ionq_data.warehouse.running import Run

REMOTE = "SPARK_REMOTE"
LINES = {"IONQ_DATA_BUDGETS": "budget_lines", "IONQ_DATA_COST_CENTERS": "cost_center_lines"}
"""The views that replace files of this machine, by the variable that names the file in the project."""
_COLUMNS = {
    "IONQ_DATA_BUDGETS": ("organization", "project_id", "project_name", "month", "budget", "currency"),
    "IONQ_DATA_COST_CENTERS": (
        "line",
        "cost_center",
        "organization",
        "project",
        "user",
        "backend",
        "tag_key",
        "tag_value",
        "name",
    ),
}
_MARTS = "main."
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    # an account called 2026 is a text, not a number
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # a family of jobs can be deeper than Spark's default limit
    "spark.sql.cteRecursionLevelLimit": "100000",
    "spark.sql.cteRecursionRowLimit": "-1",
}
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
}
_MEMORY = "IONQ_DATA_MEMORY"
_CONNECT_PORT, _REACH_SECONDS = 15002, 10.0
_CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""PySpark sets it for a session on a cluster and leaves it there, and then the local mode does not start."""


@contextmanager
def open_session(scratch: Path) -> Iterator[Any]:
    """Connect to the cluster that ``SPARK_REMOTE`` names, or start Spark in this process.

    Args:
        scratch: the folder to which Spark's local mode spills what does not fit into memory.

    Raises:
        BuildFailed: pyspark or a Java runtime is missing, or the cluster does not answer.
    """
    if find_spec("pyspark") is None:
        raise BuildFailed("The engine spark needs pyspark: run 'make spark', or install ionq-data[spark].")
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # the run will say what is wrong
    remote = os.environ.get(REMOTE)
    try:
        if remote:
            _reach(remote)
            session = SparkSession.builder.remote(remote).create()
        else:
            with _errors_into(scratch / "spark.log"):
                session = _local(SparkSession.builder, scratch).getOrCreate()
        for name, value in _SETTINGS.items():
            session.conf.set(name, value)
    except (PySparkException, OSError, RuntimeError) as error:
        if remote:
            os.environ.pop(_CONNECT_MODE, None)
            address = _without_token(remote)
            raise BuildFailed(f"No Spark answers at {REMOTE}={address}: {one_sentence(error)}") from error
        raise BuildFailed(
            f"Spark's local mode does not start: {one_sentence(error)} "
            f"It needs a Java runtime (17 or newer) on the path. To use a cluster instead, set {REMOTE}."
        ) from error
    try:
        yield session
    finally:
        session.stop()
        os.environ.pop(_CONNECT_MODE, None)


def _reach(remote: str) -> None:
    """Connect to a server once: where none listens, Spark's client would go on trying for ten minutes.

    Raises:
        OSError: no server accepts the connection.
    """
    address = urlsplit(remote)
    if address.hostname:
        socket.create_connection((address.hostname, address.port or _CONNECT_PORT), timeout=_REACH_SECONDS).close()


def _local(builder: Any, scratch: Path) -> Any:
    memory = os.environ.get(_MEMORY, "2GB").upper().removesuffix("B").lower()
    facts = _LOCAL | {
        "spark.driver.memory": memory,
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "tables"),
    }
    builder = builder.master("local[*]").appName("ionq-data")
    for name, value in facts.items():
        builder = builder.config(name, value)
    return builder


@contextmanager
def _errors_into(file: Path) -> Iterator[None]:
    """Send the standard error of processes that start here to a file until they end: a JVM starts with warnings."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    before = os.dup(2)
    try:
        with file.open("ab") as log:
            os.dup2(log.fileno(), 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _without_token(remote: str) -> str:
    """Return the address without its parameters, which may hold a token."""
    return remote.partition("/;")[0]


def one_sentence(error: BaseException) -> str:
    """Return Spark's message without the plans and traces that it adds."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = re.sub(r"\s*SQLSTATE: \w+", "", lines[0] if lines else type(error).__name__)
    return text[:300].rstrip(".") + "."


@dataclass
class SparkRun(Run):
    """One run over a graph that dbt compiled for Spark.

    Attributes:
        session: the connection to Spark; a run that only finds out whether anything changed needs none.
        lake: the folder or URL of the lake as the cluster sees it.
        work: the folder or URL to which Spark writes the models, as the cluster sees it.
        files: the CSV files of this machine that the project reads, by the variable that names them there.
    """

    session: Any = None
    lake: str = ""
    work: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    _relations: re.Pattern[str] | None = None
    _groups: dict[str, list[Test]] = field(default_factory=dict)
    _counted: dict[str, int] = field(default_factory=dict)

    errors: ClassVar[tuple[type[Exception], ...]] = (duckdb.Error,)

    def prepare(self, graph: Graph) -> None:
        """Make views of the lake's resources and of the files."""
        from pyspark.errors import PySparkException

        type(self).errors = (duckdb.Error, PySparkException)
        sources = {parent for node in graph.nodes for parent in node.parents if parent.startswith("source.")}
        lake = {".".join(source.split(".")[-2:]) for source in sources}
        relations = lake | {node.relation for node in graph.nodes if isinstance(node, Model)}
        self._relations = re.compile(rf"\b({'|'.join(map(re.escape, sorted(relations)))})\b")
        for _, nodes in groupby(graph.nodes, key=lambda node: isinstance(node, Test)):
            group = [node for node in nodes if isinstance(node, Test)]
            self._groups.update({test.unique_id: group for test in group})
        for source in sorted(lake):
            reader = self.session.read.option("mergeSchema", "true")
            reader.parquet(f"{self.lake}/{source.partition('.')[2]}").createOrReplaceTempView(_view(source))
        for variable, file in self.files.items():
            columns = _COLUMNS[variable]
            schema = ", ".join(f"`{column}` string" for column in columns)
            lines = list(_lines(Path(file), columns))
            self.session.createDataFrame(lines, schema).createOrReplaceTempView(LINES[variable])

    def _build(self, model: Model) -> NodeResult:
        place = f"{self.work}/{model.name}"
        made = self.session.sql(self._with_views(model.sql))
        made.write.mode("overwrite").parquet(place)
        self.session.read.schema(made.schema).parquet(place).createOrReplaceTempView(_view(model.relation))
        if model.relation.startswith(_MARTS):
            self._take(model, place)
        return NodeResult(model.unique_id, "success", 0.0)

    def _take(self, model: Model, place: str) -> None:
        """Copy the rows of a mart into the warehouse file, whose columns have DuckDB's types."""
        run = self.connection.execute
        run(f"delete from {model.relation}")  # noqa: S608
        if "://" in self.work:
            rows = self.session.table(_view(model.relation)).toArrow()
            self.connection.register("rows_of_mart", rows)
            run(f"insert into {model.relation} by name select * from rows_of_mart")  # noqa: S608
            self.connection.unregister("rows_of_mart")
        else:
            run(f"insert into {model.relation} by name select * from read_parquet(?)", [f"{place}/*.parquet"])  # noqa: S608

    def _content(self, model: Model, inputs: str) -> str:
        return content_of(self.connection, model.relation) if model.relation.startswith(_MARTS) else inputs

    def _failures(self, test: Test) -> int:
        """Count the failures of all tests of a model in one query: separate queries take several times as long."""
        from pyspark.errors import PySparkException

        if test.unique_id not in self._counted:
            with suppress(PySparkException):  # then run each alone: the one that cannot run says so
                self._counted |= self._count(self._groups[test.unique_id])
        if test.unique_id not in self._counted:
            self._counted |= self._count([test])
        return self._counted[test.unique_id]

    def _count(self, tests: Sequence[Test]) -> dict[str, int]:
        counts = [
            f"select {number} as number, count(*) as failures from ({self._with_views(test.sql)}\n)"  # noqa: S608
            for number, test in enumerate(tests)
        ]
        rows = self.session.sql("\nunion all\n".join(counts)).collect()
        return {tests[number].unique_id: int(failures) for number, failures in rows}

    def _with_views(self, sql: str) -> str:
        """Return the SQL with this connection's views instead of relations."""
        return self._relations.sub(lambda found: _view(found[0]), sql) if self._relations else sql

    def _said(self, error: Exception) -> str:
        return one_sentence(error)


def _view(relation: str) -> str:
    return relation.replace(".", "__")


def _lines(file: Path, columns: Sequence[str]) -> Iterator[tuple[str | None, ...]]:
    """Yield the rows of a CSV file; a column that the file does not have is null."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise WarehouseError(f"There is no file {file}.") from error
    kept = (line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    for row in csv.DictReader(kept):
        yield tuple(row.get(column) or None for column in columns)
