"""What the emulator is asked to simulate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from ionq_data.emulator.instants import DAY_MS

ResponseShape = Literal["reference", "live"]

FUTURE_DAYS = 40
"""Days simulated beyond the anchor, so that moving the clock forward shows new jobs and finishes old ones."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Describe one simulated organization; equal scenarios give byte-identical answers.

    Args:
        seed: Chooses the history; any non-negative integer.
        days: Length of the history before the anchor.
        jobs: Jobs submitted in the history, multi-circuit parents and their children included.
        anchor: The simulated present at start (UTC). None means the current hour.
        response_shape: `reference` keeps the published contract to the letter, `live` shows what the service
            answers since (other names in usage, estimates, results, cost models).
        hostile: Names and metadata with markup, formulas, bidirectional overrides and 40 kB values.
        credits: Bill one project in credits instead of US dollars.
        mean_fidelities: Older characterizations say `mean` where the contract says `median`.
            None means: with the `live` shape only, because the contract requires `median`.

    Raises:
        ValueError: If a number is out of range or the anchor has no time zone.
    """

    seed: int = 7
    days: int = 365
    jobs: int = 20_000
    anchor: datetime | None = None
    response_shape: ResponseShape = "reference"
    hostile: bool = False
    credits: bool = False
    mean_fidelities: bool | None = None

    def __post_init__(self) -> None:
        if self.seed < 0 or self.jobs < 0 or not 1 <= self.days <= 3650:
            raise ValueError("A scenario needs seed >= 0, jobs >= 0 and 1 <= days <= 3650.")
        if self.anchor is not None and self.anchor.tzinfo is None:
            raise ValueError("The anchor needs a time zone: datetime(..., tzinfo=UTC).")

    def anchored(self) -> Scenario:
        """Return the same scenario with its anchor filled in and in UTC, whole seconds."""
        if self.anchor is None:
            return replace(self, anchor=datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        return replace(self, anchor=self.anchor.astimezone(UTC).replace(microsecond=0))

    @property
    def is_live(self) -> bool:
        """Whether answers take the shape that runs ahead of the contract."""
        return self.response_shape == "live"

    @property
    def says_mean(self) -> bool:
        """Whether older characterizations name their fidelities `mean`."""
        return self.is_live if self.mean_fidelities is None else self.mean_fidelities

    @property
    def anchor_ms(self) -> int:
        """The anchor in milliseconds since 1970; needs `anchored()` first."""
        assert self.anchor is not None, "call anchored() first"
        return int(self.anchor.timestamp()) * 1000

    @property
    def start_ms(self) -> int:
        """The beginning of the history in milliseconds since 1970."""
        return self.anchor_ms - self.days * DAY_MS

    @property
    def end_ms(self) -> int:
        """The end of the simulation in milliseconds since 1970, `FUTURE_DAYS` after the anchor."""
        return self.anchor_ms + FUTURE_DAYS * DAY_MS
