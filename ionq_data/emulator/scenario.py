"""The scenario that the emulator simulates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from ionq_data.emulator.instants import DAY_MS, NEVER

Contract = Literal["2026-05", "2026-10"]
Role = Literal["admin", "user", "member", "jobs_only"]

MAY: Contract = "2026-05"
OCTOBER: Contract = "2026-10"

FUTURE_DAYS = 40
"""Days simulated beyond the anchor: if the clock moves forward, new jobs appear and old ones finish."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Describe one simulated organization; equal scenarios give byte-identical answers.

    Args:
        seed: Chooses the history; any non-negative integer.
        days: Length of the history before the anchor.
        jobs: Jobs submitted in the history, multi-circuit parents and their children included.
        anchor: The simulated present at start (UTC). None means the current hour.
        contract: The published contract of the answers: that of 15 May or of 1 October 2026. October bills some
            backends by quantum compute time, to the millionth, and shows results as artifacts.
        role: The rights of the announced key: `admin` has all, `user` no estimate (401), no usage (401) and no
            sessions (404), `member` no usage (403), `jobs_only` only jobs and their costs.
        hostile: Names and metadata with markup, formulas, bidirectional overrides and 40 kB values.
        credits: From the middle of the history on, bill one project in credits instead of US dollars.
            None means: under October's contract only.
        anomalies: Plant anomalies of spending (spikes, a creep, a drop, a shift of weekdays) and ramps of fidelities;
            the truth names them.
        mean_fidelities: Older characterizations say `mean` where the contract says `median`.

    Raises:
        ValueError: If a number is out of range or the anchor has no time zone.
    """

    seed: int = 7
    days: int = 365
    jobs: int = 20_000
    anchor: datetime | None = None
    contract: Contract = OCTOBER
    role: Role = "admin"
    hostile: bool = False
    credits: bool | None = None
    anomalies: bool = False
    mean_fidelities: bool = False

    def __post_init__(self) -> None:
        if self.seed < 0 or self.jobs < 0 or not 1 <= self.days <= 3650:
            raise ValueError("A scenario needs seed >= 0, jobs >= 0 and 1 <= days <= 3650.")
        if self.anchor is not None and self.anchor.tzinfo is None:
            raise ValueError("The anchor needs a time zone: datetime(..., tzinfo=UTC).")
        for name, options in (("contract", get_args(Contract)), ("role", get_args(Role))):
            if getattr(self, name) not in options:
                raise ValueError(f"The scenario's {name} is one of {', '.join(options)}, not {getattr(self, name)!r}.")

    def anchored(self) -> Scenario:
        """Return the same scenario with its anchor filled in and in UTC, whole seconds."""
        if self.anchor is None:
            return replace(self, anchor=datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        return replace(self, anchor=self.anchor.astimezone(UTC).replace(microsecond=0))

    @property
    def is_october(self) -> bool:
        """Whether answers follow the contract of October 2026."""
        return self.contract == OCTOBER

    @property
    def credits_from_ms(self) -> int:
        """When the billing of one project in credits begins (milliseconds since 1970); `NEVER` without credits."""
        bills_credits = self.is_october if self.credits is None else self.credits
        return self.anchor_ms - self.days * DAY_MS // 2 if bills_credits else NEVER

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
