"""Run SQL that somebody else wrote: in a process of its own, within limits of rows, time and memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from ionq_data.warehouse.cookbook import Value
from ionq_data.warehouse.errors import NoWarehouse
from ionq_data.warehouse.layout import Layout

_PROGRAM = Path(__file__).with_name("sandbox.py")


class QueryRefused(Exception):
    """A query was wrong, not allowed, or took more than it may; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one query may take.

    Attributes:
        rows: most rows of an answer.
        seconds: most time from question to answer.
        memory_mb: most memory of the query, MiB.
        characters: most characters of an answer as JSON.
    """

    rows: int = 1000
    seconds: float = 20
    memory_mb: int = 512
    characters: int = 200_000


async def ask(
    data_dir: Path, sql: str, parameters: Mapping[str, Value], limits: Limits, *, rows: int | None = None
) -> dict[str, Any]:
    """Return ``{"columns": [{"name", "type"}], "rows": [[…]], "is_cut": …}`` of a query on the published warehouse.

    Args:
        rows: most rows, where that is less than the limits let.

    Raises:
        NoWarehouse: nothing is published yet.
        QueryRefused: the query is wrong, wants to do anything but read, or takes too long.
    """
    file = Layout(data_dir).warehouse
    if not file.is_file():
        raise NoWarehouse(f"There is no warehouse in {data_dir} yet. Run 'ionq-data sync' or 'ionq-data demo'.")
    request = {
        "file": str(file),
        "sql": sql,
        "parameters": dict(parameters),
        "rows": max(min(limits.rows if rows is None else rows, limits.rows), 0),
        "seconds": limits.seconds,
        "memory_mb": limits.memory_mb,
        "characters": limits.characters,
    }
    with anyio.move_on_after(limits.seconds):
        # no variable of the environment: a key may be among them
        ran = await anyio.run_process(
            [sys.executable, "-I", str(_PROGRAM)], input=json.dumps(request).encode(), check=False, env={}
        )
        if ran.returncode != 0 or not ran.stdout:
            raise QueryRefused("The query exceeds its memory or time limit. Ask for less at once.")
        answer: dict[str, Any] = json.loads(ran.stdout)
        if "error" in answer:
            raise QueryRefused(answer["error"])
        return answer
    raise QueryRefused(f"The query took longer than {limits.seconds:g} seconds. Ask for less at once.")
