"""The marts of a warehouse file: their names, their meaning, and a hash of their content."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ionq_data.warehouse.fingerprints import read_made


@dataclass(frozen=True)
class Mart:
    """A mart of a warehouse.

    Attributes:
        columns: the meaning of each column that has a description, by its name.
        content: a hash of the mart's rows; empty if the build did not note it.
    """

    name: str
    description: str
    columns: dict[str, str]
    content: str


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the marts in order: the tables and views of the schema ``main``."""
    return [mart.name for mart in read_marts(connection)]


def read_marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Return the marts with their meaning, ordered by name."""
    contents = {unique_id.rpartition(".")[2]: made.content for unique_id, made in read_made(connection).items()}
    described = connection.execute("""
        select table_name, comment from duckdb_tables() where schema_name = 'main' and not internal
        union all
        select view_name, comment from duckdb_views() where schema_name = 'main' and not internal
        order by 1
    """).fetchall()
    columns: dict[str, dict[str, str]] = {name: {} for name, _ in described}
    for table, column, comment in connection.execute("""
        select table_name, column_name, comment from duckdb_columns()
        where schema_name = 'main' and not internal and comment is not null
        order by table_name, column_index
    """).fetchall():
        columns[table][column] = comment
    return [Mart(name, comment or "", columns[name], contents.get(name, "")) for name, comment in described]
