"""Sessions: bursts of jobs that a user grouped on one backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.arrivals import Submissions
from ionq_data.emulator.instants import DAY_MS, MINUTE_MS, NEVER
from ionq_data.emulator.lives import Lives
from ionq_data.emulator.machines import SIMULATOR

Int = npt.NDArray[np.int64]

MOST_SESSIONS = 2000
"""The most sessions, however many jobs there are: the sessions listing has no pages."""
JOB_LIMIT, COST_LIMIT, BY_USER, EXPIRED = 0, 1, 2, 3


@dataclass(frozen=True)
class Session:
    """A session's whole life, instants in milliseconds; `ended_by` is one of the four constants above.

    `asked` holds the requested limits, None for a session of the history.
    """

    number: int
    machine: int
    project: int
    user: int
    created_ms: int
    started_ms: int
    ended_ms: int
    ended_by: int
    jobs: int
    duration_minutes: int
    asked: dict[str, Any] | None = None


def choose_sessions(rng: np.random.Generator, submissions: Submissions) -> Int:
    """Return the session number of every root job, -1 for none; sessions are numbered by their first submission."""
    of_root = np.full(len(submissions.submitted), -1, dtype=np.int64)
    if not len(of_root):
        return of_root
    order = np.argsort(submissions.burst, kind="stable")
    begins = np.flatnonzero(np.diff(submissions.burst[order], prepend=-1))
    ends = np.append(begins[1:], len(order))
    submitted, machine = submissions.submitted[order], submissions.machine[order]
    lasts = np.maximum.reduceat(submitted, begins)
    fits = (
        (ends - begins >= 2)
        & (np.minimum.reduceat(machine, begins) == np.maximum.reduceat(machine, begins))
        & (machine[begins] != SIMULATOR)
        & (lasts - np.minimum.reduceat(submitted, begins) < DAY_MS // 4)
    )
    chosen = np.flatnonzero(fits & (rng.random(len(begins)) < 0.14))
    if len(chosen) > MOST_SESSIONS:
        chosen = np.sort(rng.choice(chosen, MOST_SESSIONS, replace=False))
    chosen = chosen[np.argsort(submitted[begins[chosen]], kind="stable")]
    for number, burst in enumerate(chosen.tolist()):
        of_root[order[begins[burst] : ends[burst]]] = number
    return of_root


def describe_sessions(
    rng: np.random.Generator, of_root: Int, submissions: Submissions, lives: Lives
) -> tuple[Session, ...]:
    """Return the sessions, oldest first, from the lives of their jobs."""
    members = np.flatnonzero(of_root >= 0)
    members = members[np.argsort(of_root[members], kind="stable")]
    count = int(of_root.max(initial=-1)) + 1
    edges = np.searchsorted(of_root[members], np.arange(count + 1))
    return tuple(
        _session(rng, number, members[edges[number] : edges[number + 1]], submissions, lives) for number in range(count)
    )


def _session(rng: np.random.Generator, number: int, members: Int, submissions: Submissions, lives: Lives) -> Session:
    first = members[0]
    created = int(submissions.submitted[members].min()) - int(rng.integers(20_000, 5 * MINUTE_MS))
    started = int(lives.started[members].min())
    last = int(lives.ended[members].max())
    ended_by = int(rng.integers(0, 4))
    minutes = (last - created) // MINUTE_MS + int(rng.integers(5, 60))
    if ended_by == EXPIRED:
        ended = created + minutes * MINUTE_MS
    else:
        ended = last + (int(rng.integers(MINUTE_MS, 20 * MINUTE_MS)) if ended_by == BY_USER else 1000)
    return Session(
        number, int(submissions.machine[first]), int(submissions.project[first]), int(submissions.user[first]),
        created, started if started < ended else NEVER, ended, ended_by, len(members), minutes,
    )  # fmt: skip
