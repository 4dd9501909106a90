"""The progress that a sync reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sync of one resource is: records ``done`` of ``total`` (None while nobody knows)."""

    account: str
    resource: str
    done: int
    total: int | None = None
    note: str = ""


OnProgress = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """Ignore the progress."""
