"""Stands in for dbt's adapter where sqlfluff reads the models: a dispatched macro reads as a call of its name."""

from collections.abc import Callable
from typing import Any


def dispatch(macro: str) -> Callable[..., Any]:
    """Return a macro that writes itself as a function of its arguments; of several in one, as of a list of texts."""
    return _NO_CALLS.get(macro) or (lambda *arguments: f"{macro}({', '.join(map(_written, arguments))})")


def _written(argument: object) -> str:
    if isinstance(argument, dict):
        return ", ".join(map(str, argument.values()))
    if isinstance(argument, list):
        return "[" + ", ".join("'" + str(item).replace("'", "''") + "'" for item in argument) + "]"
    return str(argument)


def _joined(kind: str, relation: str, alias: str, by: dict[str, str], at: str, until: str, follows: str) -> str:
    equal = "".join(f"{other} = {alias}.{column} and " for column, other in by.items())
    return f"asof {kind} join {relation} as {alias} on {equal}{until} {follows} {alias}.{at}"


_NO_CALLS: dict[str, Callable[..., Any]] = {
    "materialized": lambda: "materialized",
    "join_latest": _joined,
    "each_item_and_place": lambda values, item, place: f"unnest({values}) as {item}, ordinality() as {place}",
    "csv_lines": lambda _path, _columns, _comment: "lines_of_a_file",
    "is_incremental": lambda: True,
}
"""What stands where no function can."""
