"""Compute the least requests of an incremental sync from the emulator's own facts and the rules of docs/sync.md.

Nothing of the pipeline is used here. What the rules ask for anyway is not held against a sync: the overlap of a day
that a listing is read again, and each bill when its job has ended and again a day later, until two answers agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator import Emulator
from ionq_data.emulator.instants import DAY_MS
from ionq_data.emulator.machines import QPUS, SIMULATOR

PAGE, CHARACTERIZATIONS_PAGE = 100, 10
OVERLAP_MS, SETTLED_AFTER_MS, AGREEING_APART_MS = DAY_MS, 7 * DAY_MS, DAY_MS
_ENDED = 3  # the first of the states that a job does not leave

Int = npt.NDArray[np.int64]


class LeastRequests:
    """What a sync must ask for at the emulator's present time, given the times of the syncs before it.

    Args:
        url_bytes: what a URL of 4 kB leaves for ids.
    """

    def __init__(self, emulator: Emulator, *, url_bytes: int) -> None:
        self._emulator = emulator
        self._ids_in_a_url = url_bytes // len(f"&ids={emulator.job_id(0)}")
        self._synced_at = 0
        self._answers: dict[int, tuple[int, dict[str, Any]]] = {}
        self._settled: set[int] = set()

    def count(self) -> dict[str, int]:
        """Return the least requests for a sync now, by kind."""
        shown = self._on_pages()
        return {
            "pages of jobs": -(-shown // PAGE),
            "open jobs": -(-len(self._open_elsewhere(shown)) // self._ids_in_a_url),
            "costs": len(self._due()),
            "all other resources": self._fixed(),
        }

    def note_sync(self) -> None:
        """Note that a sync has run, and the answers about costs that it got."""
        jobs, now = self._emulator.jobs, self._now
        for at, row in zip(due := self._due(), jobs.rows(due), strict=True):
            answer = self._emulator.writer.cost(row, now)
            before = self._answers.get(int(at))
            self._answers[int(at)] = (now, answer)
            agrees = before is not None and before[1] == answer
            if agrees or now - row["ended"] >= SETTLED_AFTER_MS:
                self._settled.add(int(at))
        self._synced_at = now

    @property
    def billed(self) -> int:
        """How many jobs have been asked for their bill."""
        return len(self._answers)

    @property
    def _now(self) -> int:
        return self._emulator.clock.now_ms()

    def _on_pages(self) -> int:
        """Return how many jobs are on the pages that must be read: those of the overlap, and one page before it."""
        jobs = self._emulator.jobs
        total = jobs.submitted_by(self._now)
        watermark = int(jobs.submitted[jobs.submitted_by(self._synced_at) - 1])
        again = total - int(np.searchsorted(jobs.submitted, watermark - OVERLAP_MS))
        return min((-(-again // PAGE) + 1) * PAGE, total)

    def _open_elsewhere(self, shown: int) -> Int:
        """Return the jobs that were open at the last sync and that those pages do not show."""
        jobs = self._emulator.jobs
        older = np.arange(jobs.submitted_by(self._now) - shown)
        older = older[jobs.submitted[older] <= self._synced_at]
        return older[jobs.status(older, self._synced_at) < _ENDED]

    def _due(self) -> Int:
        """Return the jobs whose bill is due: never asked for, or last answered a day ago."""
        jobs, now = self._emulator.jobs, self._now
        at = np.arange(jobs.submitted_by(now))
        at = at[(jobs.status(at, now) >= _ENDED) & (jobs.machine[at] != SIMULATOR)]
        due = [
            one
            for one in at.tolist()
            if one not in self._settled
            and (one not in self._answers or now - self._answers[one][0] >= AGREEING_APART_MS)
        ]
        return np.array(due, dtype=np.int64)

    def _fixed(self) -> int:
        """Return the requests that every sync makes.

        Whoami, backends, sessions, projects; usage by project and by user; for each backend that is listed an estimate
        with and without error mitigation; for each that is listed or that a job names the characterizations since the
        day before the newest.
        """
        emulator, now = self._emulator, self._now
        listed = {machine for machine in QPUS if emulator.history.machines[machine].exists(now)}
        named = set(emulator.jobs.machine[: emulator.jobs.submitted_by(now)].tolist()) - {SIMULATOR}
        pages = 0
        for machine in listed | named:
            if known := emulator.calibrations.until(machine, self._synced_at):
                begin_ms = known[-1].measured_ms // DAY_MS * DAY_MS - DAY_MS
                new = sum(one.measured_ms >= begin_ms for one in emulator.calibrations.until(machine, now))
                pages += max(-(-new // CHARACTERIZATIONS_PAGE), 1)
        return 6 + 2 * len(listed) + pages
