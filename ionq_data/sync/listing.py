"""When to stop reading a listing that is said to be newest first: a decision about pages, without any HTTP.

``GET /jobs`` has no time filter and promises no order. A listing may end early only where nothing newer can be missed:
at a page that lies wholly before the last watermark, less an overlap, with every job on it known and done. A listing
that was cut off leaves a stretch behind: from its first job down to where it was cut. The next one reads down to that
stretch's top, by the same rule, and jumps to its lower end, so that neither a hole nor a second reading comes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Listed:
    """A job as a listing showed it: ``is_known`` if the lake had it before, ``is_done`` if it is terminal as well."""

    id: str
    submitted_at: datetime | None
    is_known: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a listing that was cut off has read: all jobs from ``top`` down to where ``cursor`` leads."""

    top: datetime
    cursor: str

    def to_json(self) -> dict[str, Any]:
        """Return the stretch as JSON values."""
        return asdict(self) | {"top": self.top.isoformat()}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Stretch:
        """Read a stretch back."""
        return cls(datetime.fromisoformat(value["top"]), value["cursor"])


class Step(Enum):
    """What to do after a page."""

    GO_ON = "read the next page"
    JUMP = "go on from the lower end of a stretch that was read before"
    STOP = "the rest is known"


@dataclass
class Listing:
    """The state of one reading of a listing.

    Attributes:
        started_at: when the reading began. No submission counts as later than that: one job that claims to be of the
            year 9999 would otherwise end all later readings at once.
        watermark: where the last complete reading began; None to read to the end.
        stretches: what readings since then have covered and not finished, newest first.
        is_ordered: False once a job came after an older one; then only the end of the listing ends it.
        is_proven: True once a job came after a newer one; one job, or a batch sent at once, shows no order.
        newest: the newest submission seen.
    """

    started_at: datetime
    watermark: datetime | None = None
    stretches: tuple[Stretch, ...] = ()
    overlap: timedelta = timedelta(hours=24)
    is_ordered: bool = True
    newest: datetime | None = None
    _oldest: datetime | None = None
    is_proven: bool = False
    _seen: set[str] = field(default_factory=set)

    def page(self, jobs: Sequence[Listed]) -> Step:
        """Note a page and decide what comes next."""
        self._check_order(jobs)
        target = self.stretches[0].top if self.stretches else self.watermark
        if target is None or not self.is_ordered or not self.is_proven or not jobs:
            return Step.GO_ON
        if not all(job.is_done and is_before(job.submitted_at, target, by=self.overlap) for job in jobs):
            return Step.GO_ON
        return Step.JUMP if self.stretches else Step.STOP

    def jump(self) -> str:
        """Return the cursor at the lower end of the newest stretch, which counts as read from now on."""
        stretch, self.stretches = self.stretches[0], self.stretches[1:]
        self._oldest = None
        return stretch.cursor

    def stretches_if_cut(self, cursor: str | None) -> tuple[Stretch, ...]:
        """Return the stretches that stand if the reading is cut off before the page that ``cursor`` leads to.

        None are claimed without an order: where jobs come as they please, what has been read has no lower end.
        """
        if not self.is_ordered or cursor is None or self.newest is None:
            return self.stretches
        return (Stretch(self.newest, cursor), *self.stretches)

    @property
    def next_watermark(self) -> datetime | None:
        """The next reading's watermark, once this one has come to its end."""
        seen = [moment for moment in (self.newest, self.watermark) if moment is not None]
        return max(seen) if seen else None

    def _check_order(self, jobs: Sequence[Listed]) -> None:
        """Hold each job that is new to this reading against the oldest before it; one seen before was only shifted."""
        for job in jobs:
            if job.id in self._seen or job.submitted_at is None:
                continue
            if self._oldest is not None and is_before(job.submitted_at, self._oldest, by=_TOLERANCE):
                self.is_proven = True
            elif self._oldest is not None and is_before(self._oldest, job.submitted_at, by=_TOLERANCE):
                self.is_ordered = False
            self._oldest = min(self._oldest or job.submitted_at, job.submitted_at)
            self.newest = min(max(self.newest or job.submitted_at, job.submitted_at), self.started_at)
        self._seen = {job.id for job in jobs} | (self._seen if len(self._seen) < _REMEMBERED else set())


def is_before(moment: datetime | None, other: datetime, *, by: timedelta = timedelta(0)) -> bool:
    """Tell whether a moment is earlier than another by more than some time; one that is not known is not."""
    return moment is not None and other - moment > by  # a difference never leaves the calendar, as a sum can


_TOLERANCE = timedelta(minutes=1)  # jobs sent together, a parent with its children, may be listed in any order
_REMEMBERED = 5_000

__all__ = ["Listed", "Listing", "Step", "Stretch", "is_before"]
