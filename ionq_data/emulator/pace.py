"""The pace of the simulated time of a served emulator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ionq_data.emulator.clock import Clock

HELP = "real: as fast as time itself, from now on; frozen: it stands still; x60: a minute a second"


@dataclass(frozen=True)
class Pace:
    """Simulated seconds per second, None for a clock that stands still; `is_real` starts it at the machine's time."""

    speed: float | None = None
    is_real: bool = False

    @classmethod
    def parse(cls, text: str) -> Pace:
        """Return the pace that a word names: `real`, `frozen`, or a factor such as `x60` or `×60`.

        Raises:
            ValueError: If the word names no pace.
        """
        if text in ("frozen", "real"):
            return cls() if text == "frozen" else cls(1.0, is_real=True)
        try:
            if text[:1] not in ("x", "×"):
                raise ValueError(text)
            speed = float(text[1:])
        except ValueError:
            raise ValueError(f"The clock is real, frozen, or a factor such as x60, not {text!r}.") from None
        if not 0 < speed <= 1_000_000:
            raise ValueError(f"The clock goes 1 000 000 times as fast as time at most, not {text}.")
        return cls(speed)

    def apply(self, clock: Clock, *, is_now_given: bool) -> None:
        """Let a clock run at this pace; a real one starts at the machine's time, unless the scenario sets another."""
        if self.is_real and not is_now_given:
            clock.set(datetime.now(UTC))
        if self.speed is not None:
            clock.run(self.speed)


FROZEN = Pace()
"""The pace of a clock that moves only on command."""
