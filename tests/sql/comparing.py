"""Compare two warehouses table by table."""

from __future__ import annotations

from pathlib import Path

import duckdb


def differing_tables(one: Path, other: Path) -> list[str]:
    """Return the tables that do not have the same rows in both files, whatever their order."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        one_s, others = (
            connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = $1 and schema_name <> 'meta' order by all",
                [file],
            ).fetchall()
            for file in ("one", "other")
        )
        assert one_s == others
        assert len(others) > 40
        return [name for (name,) in others if is_different(connection, name)]


def is_different(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Tell whether rows differ; the last digits of a mean depend on the order of adding up, and do not count."""
    columns = connection.execute(f"describe other.{name}").fetchall()
    listed = ", ".join(f'"{column}"::float' if kind == "DOUBLE" else f'"{column}"' for column, kind, *_ in columns)
    one, other = (f"(select {listed} from {file}.{name})" for file in ("one", "other"))
    surplus = f"(from {one} except all from {other}) union all (from {other} except all from {one})"
    return bool(connection.execute(f"select count(*) from ({surplus})").fetchall()[0][0])


def not_numbers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns of marts that hold an infinity or what is no number: it is greater than any limit in SQL."""
    columns = connection.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'main' and data_type in ('DOUBLE', 'FLOAT') order by all"
    ).fetchall()
    assert len(columns) > 50
    counts = ", ".join(
        f"""(select count(*) from main."{mart}" where not isfinite("{column}"))""" for mart, column in columns
    )
    found = connection.execute(f"select {counts}").fetchall()[0]
    return [f"{mart}.{column}" for (mart, column), count in zip(columns, found, strict=True) if count]
