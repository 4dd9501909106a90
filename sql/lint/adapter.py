"""Stands in for dbt's adapter where sqlfluff reads the models: a dispatched macro reads as a call of its name."""

from collections.abc import Callable


def dispatch(macro: str) -> Callable[..., str]:
    """Return a macro that writes itself as a function of its arguments."""
    return lambda *arguments: f"{macro}({', '.join(map(str, arguments))})"
