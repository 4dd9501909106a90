"""First come, first served on one backend, computed for all jobs at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OperationalTime:
    """The time axis of a backend that leaves out its maintenance windows.

    A job that is running when a window opens finishes first. The next one starts after the window, later by the time
    that the running job took of it.
    """

    windows: Int

    @property
    def _closed_before(self) -> Int:
        """Time closed before each window, and after the last, in milliseconds."""
        return np.concatenate([[0], np.cumsum(self.windows[:, 1] - self.windows[:, 0])])

    def from_wall(self, wall: Int) -> Int:
        """Return operational instants of wall-clock instants; a whole window is the instant at which it opens."""
        entered = np.searchsorted(self.windows[:, 0], wall, side="right")
        closed = self._closed_before[entered]
        ends = np.concatenate([[np.iinfo(np.int64).min // 2], self.windows[:, 1]])[entered]
        return wall - closed + np.maximum(ends - wall, 0)

    def to_wall(self, operational: Int) -> Int:
        """Return the wall-clock instants at which work due at operational instants begins."""
        opens = self.windows[:, 0] - self._closed_before[:-1]
        return operational + self._closed_before[np.searchsorted(opens, operational, side="right")]


def fifo_starts(arrivals: Int, services: Int) -> Int:
    """Return when each job of a single server starts (Lindley's recursion, without a loop).

    start[i] = max(arrival[i], start[i-1] + service[i-1]) for arrivals in order, all in integer milliseconds.
    """
    before = np.cumsum(services) - services
    return before + np.maximum.accumulate(arrivals - before)
