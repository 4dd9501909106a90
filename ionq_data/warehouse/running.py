"""Run the models and tests of a compiled project on one database file."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import ClassVar

import duckdb

from ionq_data.warehouse.changed_rows import ChangedRows
from ionq_data.warehouse.fingerprints import Made, content_of, content_with, hash_of, rows_in
from ionq_data.warehouse.graph import ROWS_TO_BUILD, Graph, Model, Test
from ionq_data.warehouse.result import UNFIT, NodeResult

_FEW_ROWS, _FEW_OF_ALL = 10_000, 0.1
"""As many rows are few, and as great a share of a table."""

OnNode = Callable[[int, int], None]
"""Called after each node with the number of nodes that are done, and the number of all nodes."""


@dataclass
class Run:
    """One run over a graph.

    Attributes:
        sources: a hash of the files of each source, by its unique id; None if there can be no hash.
        documents: a hash of each other file that the SQL reads, by its path in the SQL.
        made: the inputs and content of the nodes in the file, kept up to date as nodes run.
    """

    connection: duckdb.DuckDBPyConnection
    sources: Mapping[str, str | None]
    documents: Mapping[str, str]
    made: dict[str, Made]
    _before: Mapping[str, Made] = field(init=False)
    _models: dict[str, Model] = field(init=False, default_factory=dict)
    _changed: ChangedRows = field(init=False)
    _contents: dict[str, str] = field(init=False, default_factory=dict)

    errors: ClassVar[tuple[type[Exception], ...]] = (duckdb.Error,)

    def __post_init__(self) -> None:
        self._before = dict(self.made)
        self._changed = ChangedRows(self.connection)

    def everything(self, graph: Graph, on_node: OnNode | None = None) -> list[NodeResult]:
        """Run each node that a change reaches, and return the result of every node.

        A node is skipped if a model upstream of it failed, or if that model's test failed at level error.
        """
        self._models = {node.unique_id: node for node in graph.nodes if isinstance(node, Model)}
        results: list[NodeResult] = []
        unbuilt: set[str] = set()  # models that failed or were skipped
        faulty: set[str] = set()  # those, and models whose tests failed
        for number, node in enumerate(graph.nodes, 1):
            if isinstance(node, Test) and any(self._is_absent(parent, unbuilt) for parent in node.parents):
                continue  # a test of models that are not in this build
            if not (unbuilt if isinstance(node, Test) else faulty).isdisjoint(node.parents):
                result = NodeResult(node.unique_id, "skipped", 0.0)
            else:
                result = self._reused(node) or self._timed(node)
            if isinstance(node, Model) and result.status in UNFIT:
                unbuilt.add(node.unique_id)
                faulty.add(node.unique_id)
            elif result.status in UNFIT:
                faulty.update(parent for parent in node.parents if parent in self.made)
            results.append(result)
            if on_node:
                on_node(number, len(graph.nodes))
        return results

    def reused(self, graph: Graph) -> list[NodeResult]:
        """Return the results of the last build if it would come out the same now, else None."""
        results = [self._reused(node) for node in graph.nodes]
        return [result for result in results if result] if all(results) else []

    def _is_absent(self, parent: str, unbuilt: set[str]) -> bool:
        return parent not in self.made and parent not in self.sources and parent not in unbuilt

    def _inputs(self, node: Model | Test, as_before: Container[str] = ()) -> str:
        """Return a hash of a node's inputs; a new one each time if an input has no hash.

        Args:
            as_before: the models whose content counts as it was at the start of the run.
        """
        parts = [node.sql]
        if isinstance(node, Model):
            parts += [node.materialized, node.comment, *(f"{name}={text}" for name, text in node.comments.items())]
        for parent in node.parents:
            made = (self._before if parent in as_before else self.made).get(parent)
            content = made.content if made else self.sources.get(parent)
            parts.append(str(time.time_ns()) if content is None else content)
        parts += [content for path, content in self.documents.items() if path in node.sql]
        return hash_of(parts)

    def _reused(self, node: Model | Test) -> NodeResult | None:
        made = self.made.get(node.unique_id)
        if made is None or made.inputs != self._inputs(node):
            return None
        return NodeResult(node.unique_id, made.status, 0.0, made.failures, made.message, is_reused=True)

    def _timed(self, node: Model | Test) -> NodeResult:
        clock, inputs = time.perf_counter(), self._inputs(node)
        try:
            result = self._build(node) if isinstance(node, Model) else self._test(node)
            content = self._content(node, inputs) if isinstance(node, Model) else ""
            self.made[node.unique_id] = Made(inputs, content, result.status, result.failures, result.message)
        except self.errors as error:
            with suppress(duckdb.Error):  # if no transaction is open, there is nothing to roll back
                self.connection.execute("rollback")
            self.made.pop(node.unique_id, None)
            result = NodeResult(node.unique_id, "error", 0.0, None, self._said(error))
        return replace(result, seconds=time.perf_counter() - clock)

    def _build(self, model: Model) -> NodeResult:
        """Make a model's table and its comments."""
        if model.unique_id in self.made and (self._builds_rows(model) or self._finds_changes(model)):
            return NodeResult(model.unique_id, "success", 0.0)
        kind = "view" if model.materialized == "view" else "table"
        schema, _, name = model.relation.rpartition(".")
        self.connection.execute(f"create schema if not exists {schema}")
        if model.unique_id in self.made and model.key:
            self.connection.execute(f"create or replace table {schema}.anew as {model.sql}")
            self._changed.note(model, model.relation, f"{schema}.anew")
            self.connection.execute(f"drop table {model.relation}; alter table {schema}.anew rename to {name}")
        else:
            self.connection.execute(f"create or replace {kind} {model.relation} as {model.sql}")
        comment_on(self.connection, model, kind)
        return NodeResult(model.unique_id, "success", 0.0)

    def _builds_rows(self, model: Model) -> bool:
        """Replace the rows whose inputs have changed, if these are all that has changed, and few."""
        if not self._is_changed_by_rows(model):
            return False
        self._changed.choose([self._models[parent] for parent in model.row_parents])
        if not self._are_few(ROWS_TO_BUILD, model):
            return False
        self.connection.execute(f"create or replace temp table changes as {model.rows_sql}")
        self._replace_rows(model, "" if model.hash_column else f"select row_key from {ROWS_TO_BUILD}")  # noqa: S608
        return True

    def _finds_changes(self, model: Model) -> bool:
        """Let an incremental model find the rows that have changed, and replace them."""
        if not model.changes_sql:
            return False
        self.connection.execute(f"create or replace temp table changes as {model.changes_sql}")
        self._replace_rows(model)
        return True

    def _is_changed_by_rows(self, model: Model) -> bool:
        """Tell whether nothing has changed since a model was made but rows that it reads by their key.

        It must have been made from the state at the start of this run, and the run must have noted which rows of the
        others it has changed since.
        """
        parents = model.row_parents
        return (
            bool(parents)
            and all(parent in self._models and parent in self._before for parent in parents)
            and self._before[model.unique_id].inputs == self._inputs(model, parents)
            and all(p in self._changed for p in parents if self.made[p].content != self._before[p].content)
        )

    def _are_few(self, rows: str, model: Model) -> bool:
        """Tell whether replacing these rows of a model costs less time and memory than building all."""
        count = self.connection.execute(f"select count(*) from {rows}").fetchall()[0][0]  # noqa: S608
        return bool(count <= max(_FEW_ROWS, _FEW_OF_ALL * rows_in(self.made[model.unique_id].content)))

    def _replace_rows(self, model: Model, keys: str = "") -> None:
        """Replace rows by those in ``changes``, as the strategy in ``sql/macros/incremental_changes.sql`` does.

        Args:
            keys: a query for the keys of the rows to replace, if they are not those of ``changes``.
        """
        run, are_few = self.connection.execute, self._are_few("changes", model)
        rows = f"{model.relation} where {model.key} in ({keys or f'select {model.key} from changes'})"  # noqa: S608
        if are_few:
            run(f"create or replace temp table replaced as from {rows}")
        standing = f"where {model.hash_column} is not null" if model.hash_column else ""
        run("begin")
        run(f"delete from {rows}")  # noqa: S608
        run(f"insert into {model.relation} by name select * from changes {standing}")  # noqa: S608
        run("commit")
        if are_few:
            run(f"create or replace temp table replacing as from {rows}")
            self._changed.note(model, "replaced", "replacing")
            gone, new = (content_of(self.connection, part) for part in ("replaced", "replacing"))
            self._contents[model.unique_id] = content_with(self.made[model.unique_id].content, removed=gone, added=new)
            run("drop table replaced; drop table replacing")
        run("drop table changes")

    def _content(self, model: Model, inputs: str) -> str:  # noqa: ARG002
        return self._contents.get(model.unique_id) or content_of(self.connection, model.relation)

    def _said(self, error: Exception) -> str:
        return str(error)

    def _test(self, test: Test) -> NodeResult:
        """Count the rows for which a test fails."""
        failures = self._failures(test)
        if not failures:
            return NodeResult(test.unique_id, "pass", 0.0, 0)
        status = "warn" if test.warns else "fail"
        return NodeResult(test.unique_id, status, 0.0, failures, f"{failures} row{'s' * (failures != 1)} fail it")

    def _failures(self, test: Test) -> int:
        row = self.connection.execute(f"select count(*) from ({test.sql})").fetchone()  # noqa: S608
        return row[0] if row else 0


def comment_on(connection: duckdb.DuckDBPyConnection, model: Model, kind: str) -> None:
    """Write the descriptions of a model and its columns into the file, for whoever reads it."""
    there = {name for name, *_ in connection.execute(f"describe {model.relation}").fetchall()}
    texts = [(f"{kind} {model.relation}", model.comment)]
    texts += [(f'column {model.relation}."{name}"', text) for name, text in model.comments.items() if name in there]
    statements = [f"comment on {what} is '{_quoted(text)}'" for what, text in texts if text]
    if statements:
        connection.execute(f"begin; {'; '.join(statements)}; commit")


def _quoted(text: str) -> str:
    return text.replace("'", "''")
