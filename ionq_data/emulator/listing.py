"""The jobs of a listing, newest first, and the cursors between its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.ids import IdCodec
from ionq_data.emulator.jobs import Jobs

Int = npt.NDArray[np.int64]
_FIRST_LOOK = 512
_LONGEST_LOOK = 1 << 18


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The filters of a listing, in the numbers of the columns; None means everything."""

    users: frozenset[int] | None = None
    projects: frozenset[int] | None = None
    ids: tuple[str, ...] | None = None
    parent: tuple[int, int] | None = None
    status: int | None = None
    machines: frozenset[int] | None = None
    session: int | None = None

    def keeps(self, jobs: Jobs, at: Int, now_ms: int) -> npt.NDArray[np.bool_]:
        """Return which of the jobs at some positions the listing shows."""
        kept: npt.NDArray[np.bool_] = ~jobs.is_deleted[at]
        for numbers, column in ((self.users, jobs.user), (self.projects, jobs.project), (self.machines, jobs.machine)):
            if numbers is not None:
                kept &= np.isin(column[at], list(numbers))
        if self.session is not None:
            kept &= jobs.session[at] == self.session
        if self.parent is not None:
            kept &= (jobs.parent[at] == self.parent[1]) & (jobs.submitted[at] == self.parent[0])
        if self.status is not None:
            kept &= jobs.status(at, now_ms) == self.status
        return kept


def list_page(
    jobs: Jobs, filters: Filters, codec: IdCodec, *, now_ms: int, after: tuple[int, int] | None, limit: int
) -> tuple[Int, tuple[int, int] | None]:
    """Return the positions of one page and the (submitted, serial) of its last job if more follow.

    A page continues strictly below `after`, so new jobs shift nothing. The scan goes backwards in growing steps: pages
    of a million jobs are quick, whether filters match often or rarely.
    """
    if filters.ids is not None:
        return _by_ids(jobs, filters, filters.ids, codec, now_ms=now_ms, after=after, limit=limit)
    end = jobs.submitted_by(now_ms)
    if after is not None:
        end = min(end, _first_not_below(jobs, after))
    found: list[Int] = []
    count, look = 0, _FIRST_LOOK
    while end > 0 and count <= limit:
        at = np.arange(end - 1, max(end - look, 0) - 1, -1)
        found.append(at[filters.keeps(jobs, at, now_ms)])
        count += len(found[-1])
        end, look = end - len(at), min(look * 4, _LONGEST_LOOK)
    return _cut(jobs, np.concatenate(found) if found else np.zeros(0, dtype=np.int64), limit)


def _first_not_below(jobs: Jobs, key: tuple[int, int]) -> int:
    """Return the first position whose (submitted, serial) is not below a key."""
    low = int(np.searchsorted(jobs.submitted, key[0], side="left"))
    high = int(np.searchsorted(jobs.submitted, key[0], side="right"))
    return low + int(np.searchsorted(jobs.serial[low:high], key[1], side="left"))


def _by_ids(
    jobs: Jobs, filters: Filters, ids: Sequence[str], codec: IdCodec, *, now_ms: int,
    after: tuple[int, int] | None, limit: int,
) -> tuple[Int, tuple[int, int] | None]:  # fmt: skip
    known = {jobs.find(codec, job_id, now_ms) for job_id in ids} - {None}
    at = np.array(sorted(known, key=lambda one: -(one or 0)), dtype=np.int64)
    at = at[filters.keeps(jobs, at, now_ms)]
    if after is not None:
        at = at[at < _first_not_below(jobs, after)]
    return _cut(jobs, at, limit)


def _cut(jobs: Jobs, at: Int, limit: int) -> tuple[Int, tuple[int, int] | None]:
    if len(at) <= limit:
        return at, None
    last = at[limit - 1]
    return at[:limit], (int(jobs.submitted[last]), int(jobs.serial[last]))
