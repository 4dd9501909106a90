"""``ionq-data sql``: read-only SQL on the published warehouse."""

from __future__ import annotations

import sys
from typing import Annotated

import duckdb
from cyclopts import Parameter, validators

from ionq_data.cli.exit_codes import DONE, FAILED, WRONG_USAGE
from ionq_data.cli.output import say_error, say_note
from ionq_data.cli.result_tables import Result, print_machine_readable, print_result
from ionq_data.config import load_settings
from ionq_data.warehouse import connect


def sql(
    query: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    limit: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 1000,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
    as_csv: Annotated[bool, Parameter(name="--csv")] = False,
) -> int:
    """Run a read-only SQL query on the published warehouse.

    The query sees only the tables of the warehouse: no files, no network.

    Example: ionq-data sql "select backend, count(*) from fct_jobs group by backend"

    Parameters
    ----------
    query
        The SQL, or - to read it from the standard input.
    limit
        Maximum rows to print; 0 for all.
    as_json
        Print the rows as JSON.
    as_csv
        Print the rows as CSV; formulas are neutralized.
    """
    if as_json and as_csv:
        say_error("Choose --json or --csv.")
        return WRONG_USAGE
    text = sys.stdin.read() if query == "-" else query
    with connect(load_settings().data_dir) as warehouse:
        warehouse.execute("set enable_external_access = false")
        warehouse.execute("set lock_configuration = true")
        try:
            cursor = warehouse.execute(text)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchmany(limit + 1) if limit else cursor.fetchall()
        except duckdb.Error as error:
            say_error(f"{error}\n{_what_next(error)}")
            return FAILED
    result = Result(names, rows[:limit] if limit else rows)
    if as_json or as_csv:
        print_machine_readable(result, as_json=as_json)
    else:
        print_result(result)
    if limit and len(rows) > limit:
        say_note(f"Only the first {limit:,} rows are shown: use --limit 0 for all.")
    return DONE


def _what_next(error: duckdb.Error) -> str:
    """Return what to do about an error."""
    if isinstance(error, duckdb.PermissionException):
        return "This command reads only the warehouse's own tables. To read files, open warehouse.duckdb in DuckDB."
    if "read-only" in str(error) or "configuration has been locked" in str(error):
        return "This command only reads. To save a result, print it with --csv or --json, or use 'ionq-data export'."
    return "Tables: 'ionq-data sql \"show tables\"'; columns: docs/data-dictionary.md."
