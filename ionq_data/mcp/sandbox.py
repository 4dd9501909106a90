"""A program that runs one query on a warehouse file: a request on standard input, an answer on standard output.

Somebody else writes the SQL, so it gets a process of its own, which may open the warehouse and nothing else. DuckDB's
own settings are the first fence. The second is the system's limits on processor time, memory and written files, which
also hold where DuckDB does not look: no interrupt stops a single call of a function that takes a year. Whoever starts
this program ends it when the time is up.

It imports nothing of its own package: it has to start quickly, and it runs isolated from the environment (``-I``).
"""

from __future__ import annotations

import json
import math
import resource
import sys
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

_BESIDE_DUCKDB = 2 << 30
"""Bytes of address space for the interpreter and DuckDB's code and threads, beside the memory of the query."""
_THREADS = 2


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    _limit_the_process(request["seconds"], request["memory_mb"])
    try:
        answer = _run(request)
    except (duckdb.OutOfMemoryException, MemoryError):
        answer = {"error": "The query exceeds its memory or time limit. Ask for less at once."}
    except (duckdb.Error, ValueError) as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout, allow_nan=False)


def _limit_the_process(seconds: float, memory_mb: int) -> None:
    processor_seconds = math.ceil(seconds * _THREADS) + 1
    for what, most in (
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_AS, (memory_mb << 20) + _BESIDE_DUCKDB),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _run(request: dict[str, Any]) -> dict[str, Any]:
    with duckdb.connect(request["file"], read_only=True, config=_settings(request)) as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        warehouse.execute("set enable_external_access = false")
        warehouse.execute("set lock_configuration = true")
        statements = warehouse.extract_statements(request["sql"])
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ValueError("Send one query that only reads, such as a select. Other statements are refused.")
        found = warehouse.execute(statements[0], request["parameters"] or None)
        columns = [{"name": column[0], "type": str(column[1])} for column in found.description or ()]
        return {"columns": columns, **_rows(found, request["rows"], request["characters"])}


def _settings(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "memory_limit": f"{request['memory_mb']}MB",
        "threads": _THREADS,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }


def _rows(found: duckdb.DuckDBPyConnection, most: int, characters: int) -> dict[str, Any]:
    """Return as many rows as the limits let, and whether there are more."""
    rows: list[list[Any]] = []
    while len(rows) <= most and (row := found.fetchone()):
        values = [_value(value) for value in row]
        characters -= len(json.dumps(values, allow_nan=False))
        if characters < 0:
            return {"rows": rows, "is_cut": True}
        rows.append(values)
    return {"rows": rows[:most], "is_cut": len(rows) > most}


def _value(value: Any) -> Any:
    """Return what JSON can hold: money as text, so that no digit is lost, and times in ISO 8601."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _value(each) for key, each in value.items()}
    return value.hex() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    main()
