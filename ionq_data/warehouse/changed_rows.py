"""The rows that a run has changed, so that the models that read them replace only the rows with the same keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from ionq_data.warehouse.graph import ROWS_TO_BUILD, Model


@dataclass
class ChangedRows:
    """The keys of the rows that a run has changed, model by model, in temporary tables of its connection."""

    connection: duckdb.DuckDBPyConnection
    _noted: set[str] = field(default_factory=set)

    def __contains__(self, unique_id: str) -> bool:
        """Tell whether the changes of a model are known."""
        return unique_id in self._noted

    def note(self, model: Model, before: str, after: str) -> None:
        """Note the keys of the rows that stand in one of two states of a model only.

        Args:
            before: a table, or a query in brackets; the state at the start of the run.
            after: the state now, with the same columns in the same order.
        """
        hashed = f"select {model.key} as row_key, {model.rows_together or 'null'} as group_key, hash(rows) as row_hash"
        self.connection.execute(
            f"create or replace temp table {_table(model)} as "  # noqa: S608
            f"with before as ({hashed} from {before} as rows), after as ({hashed} from {after} as rows) "
            "select row_key, group_key from before anti join after using (row_hash) "
            "union all select row_key, group_key from after anti join before using (row_hash)"
        )
        self._noted.add(model.unique_id)

    def choose(self, parents: Sequence[Model]) -> None:
        """Fill the table of the rows to build with the keys of the rows that have changed in any of some models.

        Where rows of a model belong together, such as those of one tree of jobs, one that changes takes along the
        others: those that it belonged with before, and those that it belongs with now.
        """
        run = self.connection.execute
        noted = [f"select row_key from {_table(model)}" for model in parents if model.unique_id in self]  # noqa: S608
        run(f"create or replace temp table {ROWS_TO_BUILD} as {' union '.join(noted)}")
        for model in parents:
            if model.rows_together:
                key, group, rows = model.key, model.rows_together, model.relation
                before = f"union select group_key from {_table(model)}" if model.unique_id in self else ""  # noqa: S608
                run(
                    f"insert into {ROWS_TO_BUILD} select {key} from {rows} "  # noqa: S608
                    f"where {group} in (select {group} from {rows} where {key} in (from {ROWS_TO_BUILD}) {before}) "
                    f"and {key} not in (from {ROWS_TO_BUILD})"
                )


def _table(model: Model) -> str:
    return f'"changed rows of {model.name}"'
