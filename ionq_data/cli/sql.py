"""``ionq-data sql``: read-only SQL on the published warehouse."""

from __future__ import annotations

import sys
from typing import Annotated

import duckdb
from cyclopts import Parameter

from ionq_data.cli.exit_codes import FAILED
from ionq_data.cli.output import say_error
from ionq_data.cli.result_tables import Result, print_result
from ionq_data.config import load_settings
from ionq_data.warehouse import connect


def sql(
    query: str,
    /,
    *,
    limit: int = 1000,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
    as_csv: Annotated[bool, Parameter(name="--csv")] = False,
) -> int:
    """Run a read-only SQL query on the published warehouse.

    It sees the tables of the warehouse and nothing else: no files, no network.

    Example: ionq-data sql "select backend, count(*) from fct_jobs group by backend"

    Parameters
    ----------
    query
        The SQL, or - to read it from the standard input.
    limit
        Most rows to print; 0 for all.
    as_json
        Print the rows as JSON.
    as_csv
        Print the rows as CSV; formulas are neutralized.
    """
    text = sys.stdin.read() if query == "-" else query
    with connect(load_settings().data_dir) as warehouse:
        warehouse.execute("set enable_external_access = false")
        warehouse.execute("set lock_configuration = true")
        try:
            cursor = warehouse.execute(text)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchmany(limit + 1) if limit else cursor.fetchall()
        except duckdb.Error as error:
            say_error(f"{error}\nTables: 'ionq-data sql \"show tables\"'; columns: docs/data-dictionary.md.")
            return FAILED
    is_cut = bool(limit) and len(rows) > limit
    print_result(Result("", names, rows[:limit] if limit else rows), as_json=as_json, as_csv=as_csv)
    if is_cut:
        say_error(f"Only the first {limit} rows are shown: use --limit 0 for all.")
    return 0
