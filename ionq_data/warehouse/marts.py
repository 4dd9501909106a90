"""The marts of a warehouse file: their names, what they mean, and what tells one state of them from another."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ionq_data.warehouse.fingerprints import read_made


@dataclass(frozen=True)
class Mart:
    """A mart of a warehouse.

    Attributes:
        columns: what each column means, by its name; only of those that are described.
        content: a hash of the mart's rows; empty where the build did not say it.
    """

    name: str
    description: str
    columns: dict[str, str]
    content: str


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the marts' names in their order: the tables and views of the schema ``main``."""
    return [mart.name for mart in read_marts(connection)]


def read_marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Return the marts with what they mean, in the order of their names."""
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
