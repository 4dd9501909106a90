"""The tables of a build: their columns, row counts and first rows, for Dagster's metadata and column lineage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.previews import PREVIEW_COLUMNS, PREVIEW_ROWS, preview_of


@dataclass
class BuiltTable:
    """A table or view of a build; the rows of a view are neither counted nor shown, since it would have to run."""

    rows: int | None = None
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    preview: dict[str, Any] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata that Dagster shows beside the columns."""
        return {} if self.rows is None else {"dagster/row_count": self.rows, **self.preview}


def read_built_tables(file: Path) -> dict[str, BuiltTable]:
    """Return a build's tables by dbt's name for the relation; an empty mapping if there is no file."""
    if not file.is_file():
        return {}
    found: dict[str, BuiltTable] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select table_catalog, table_schema, table_name, column_name, data_type from information_schema.columns "
            "order by table_catalog, table_schema, table_name, ordinal_position"
        ).fetchall()
        for catalog, schema, table, column, data_type in columns:
            relation = f'"{catalog}"."{schema}"."{table}"'
            found.setdefault(relation, BuiltTable()).columns[column] = {"data_type": data_type}
        tables = connection.execute("select database_name, schema_name, table_name from duckdb_tables()").fetchall()
        for catalog, schema, table in tables:
            relation = f'"{catalog}"."{schema}"."{table}"'
            counted = connection.execute(f"select count(*) from {relation}").fetchone()  # noqa: S608 - our own tables
            found[relation].rows = counted[0] if counted else None
            shown = list(found[relation].columns)[:PREVIEW_COLUMNS]
            names = ", ".join(f'"{name}"' for name in shown)
            first = connection.execute(f"select {names} from {relation} limit {PREVIEW_ROWS}").fetchall()  # noqa: S608
            found[relation].preview = preview_of(shown, first)
    return found


def columns_and_parents(
    node: Mapping[str, Any], manifest: Mapping[str, Any], built: Mapping[str, BuiltTable], *, with_lineage: bool
) -> dict[str, Any]:
    """Return the columns of a model and of the models that it reads, in the form that dagster-dbt takes.

    With the columns of the models that it reads, dagster-dbt works out the lineage of each column. It cannot do that
    for a source: a function over files reads the lake, and no parser of SQL knows its columns.
    """
    if node.get("resource_type") not in {"model", "seed"} or node["relation_name"] not in built:
        return {}
    columns = built[node["relation_name"]].columns
    read = node.get("depends_on", {}).get("nodes", ())
    if not with_lineage or any(parent.startswith("source.") for parent in read):
        return {"columns": columns}
    parents = (manifest["nodes"].get(parent, {}) for parent in read)
    relations = [parent["relation_name"] for parent in parents if parent.get("relation_name") in built]
    return {
        "columns": columns,
        "parents": {relation: {"columns": built[relation].columns} for relation in relations},
    }
