"""What the marts and their columns mean, as the published warehouse itself says it."""

from __future__ import annotations

from pathlib import Path

from ionq_data.warehouse import connect

_MARTS = """
    select table_name, comment from (select table_name, comment, schema_name from duckdb_tables()
    union all select view_name, comment, schema_name from duckdb_views() where not internal)
    where schema_name = 'main' order by table_name
"""
_COLUMNS = """
    select column_name, data_type, comment from duckdb_columns()
    where schema_name = 'main' and table_name = $mart order by column_index
"""


def mart_descriptions(data_dir: Path) -> dict[str, str]:
    """Return what each mart of the published warehouse holds, by its name.

    Raises:
        NoWarehouse: nothing is published yet.
    """
    with connect(data_dir) as warehouse:
        return {name: " ".join((comment or "").split()) for name, comment in warehouse.execute(_MARTS).fetchall()}


def describe_mart(data_dir: Path, mart: str) -> str:
    """Return what a mart and each of its columns mean, as Markdown.

    Raises:
        NoWarehouse: nothing is published yet.
        LookupError: there is no such mart.
    """
    marts = mart_descriptions(data_dir)
    if mart not in marts:
        raise LookupError(f"There is no mart {mart!r}. Marts: {', '.join(marts)}.")
    with connect(data_dir) as warehouse:
        columns = warehouse.execute(_COLUMNS, {"mart": mart}).fetchall()
    lines = [f"- `{name}` ({kind}): {' '.join((comment or '').split())}" for name, kind, comment in columns]
    return "\n".join([f"# {mart}", "", marts[mart], "", *lines, ""])
