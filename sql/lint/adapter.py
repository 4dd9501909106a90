"""Stands in for dbt's adapter where sqlfluff reads the models: a dispatched macro reads as a call of its name."""

from collections.abc import Callable


def dispatch(macro: str) -> Callable[..., str]:
    """Return a macro that writes itself as a function of its arguments; of several in one, as of a list of texts."""
    return lambda *arguments: f"{macro}({', '.join(map(_written, arguments))})"


def _written(argument: object) -> str:
    if isinstance(argument, list):
        return "[" + ", ".join("'" + str(item).replace("'", "''") + "'" for item in argument) + "]"
    return str(argument)
