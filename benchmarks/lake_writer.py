"""Write the lake that a first sync of a simulated organization leaves behind, without asking for a million costs.

The jobs and the answers about their costs come from the emulator's own writer, and go through the same reading and
into the same files as in a sync; each page and each answer has a time of its own, as there. All other resources are
small and are synced over HTTP. ``tests/benchmarks`` hold such a lake against one that a sync has read.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from benchmarks.simulated import simulate
from ionq_data.api import Client
from ionq_data.config import Settings
from ionq_data.emulator import Emulator
from ionq_data.emulator.instants import from_ms
from ionq_data.emulator.jobs import STATUSES
from ionq_data.emulator.machines import NAMES, SIMULATOR
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.pending import PendingJob
from ionq_data.resources import RESOURCES, STANDING, Resource, Row, read_record
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.jobs import JOBS, TERMINAL_STATUSES
from ionq_data.sync.cost_requests import answer_row
from ionq_data.sync.intake import FLUSH_ROWS
from ionq_data.sync.jobs import OWN
from ionq_data.sync.submitters import COVERED

PAGE = 100
RUN_ID = "first"
_ACCOUNT = "default"
_TICK = timedelta(microseconds=1)
_encode = msgspec.json.Encoder().encode
_shared: Emulator | None = None
_TERMINAL = [number for number, status in enumerate(STATUSES) if status in TERMINAL_STATUSES]

Int = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """The jobs of one file: their positions in the simulation, and the time of the first page or answer."""

    resource: str
    at: Int
    begun: datetime


def write_lake(root: Path, jobs: int, *, rests: bool = False, processes: int = 2) -> None:
    """Write the lake of ``simulate(jobs, rests=rests)`` as of its clock.

    Args:
        root: the lake's folder; it must not hold a lake yet.
        processes: how many render at once, forked from this one, which should have no threads; 0 renders here.
    """
    emulator, lake = simulate(jobs, rests=rests), Lake(root)
    now = emulator.clock.now()
    listed = _listed(emulator)
    billed = _billed(emulator, listed)
    asked_for_costs_at = now + _TICK * (len(listed) // PAGE + 2)
    parts = [
        *_parts(JOBS, listed[::-1], now, per_answer=PAGE),
        *_parts(JOB_COSTS, billed, asked_for_costs_at, per_answer=1),
    ]
    if processes:
        # forked, so that they share the one simulation: at ten million jobs it takes gigabytes
        global _shared
        _shared = emulator
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            list(pool.map(partial(_write_apart, root), parts))
    else:
        for part in parts:
            _write(emulator, lake, part)
    lake.ensure([_ACCOUNT])
    lake.record(_ACCOUNT, _jobs_record(emulator, listed, now))
    _sync_others(emulator, root)
    lake.record(_ACCOUNT, _record(JOB_COSTS, asked_for_costs_at, rows=len(billed), requests=len(billed)))


def _listed(emulator: Emulator) -> Int:
    """Return the positions of the jobs that the API shows, oldest first."""
    at = np.arange(emulator.jobs.submitted_by(emulator.clock.now_ms()))
    return at[~emulator.jobs.is_deleted[at]]


def _billed(emulator: Emulator, listed: Int) -> Int:
    """Return the positions of the jobs whose cost a sync asks for: they have ended, and not on the simulator."""
    status = emulator.jobs.status(listed, emulator.clock.now_ms())
    return listed[np.isin(status, _TERMINAL) & (emulator.jobs.machine[listed] != SIMULATOR)]


def _parts(resource: Resource, at: Int, begun: datetime, *, per_answer: int) -> Iterator[Part]:
    for first in range(0, len(at), FLUSH_ROWS):
        yield Part(resource.name, at[first : first + FLUSH_ROWS], begun + _TICK * (first // per_answer + 1))


def _write_apart(root: Path, part: Part) -> None:
    assert _shared, "set before the processes are forked"
    _write(_shared, Lake(root), part)


def _write(emulator: Emulator, lake: Lake, part: Part) -> None:
    rows = _job_rows(emulator, part) if part.resource == JOBS.name else _cost_rows(emulator, part)
    lake.append(RESOURCES[part.resource], _ACCOUNT, list(rows))


def _job_rows(emulator: Emulator, part: Part) -> Iterator[Row]:
    now_ms = emulator.clock.now_ms()
    for number, job in enumerate(emulator.jobs.rows(part.at)):
        raw = _encode(emulator.writer.listed(job, now_ms))
        row = read_record(JOBS, raw, extracted_at=part.begun + _TICK * (number // PAGE), run_id=RUN_ID)
        assert isinstance(row, Row), row
        yield row


def _cost_rows(emulator: Emulator, part: Part) -> Iterator[Row]:
    now_ms = emulator.clock.now_ms()
    for number, job in enumerate(emulator.jobs.rows(part.at)):
        submitted_at = from_ms(job["submitted"])
        pending = PendingJob(
            id=emulator.job_codec.encode(job["submitted"], job["serial"]),
            partition=JOBS.partition_of({"submitted_at": submitted_at}),
            submitted_at=submitted_at,
            completed_at=from_ms(job["ended"]),
            backend=NAMES[job["machine"]],
            is_terminal=True,
            is_deleted=False,
        )
        row = answer_row(pending, _encode(emulator.writer.cost(job, now_ms)), part.begun + _TICK * number, RUN_ID)
        assert isinstance(row, Row), row
        yield row


def _jobs_record(emulator: Emulator, listed: Int, now: datetime) -> SyncRecord:
    """Return the ledger's row of the first sync of jobs: read to the end, each member's listing looked at."""
    newest = from_ms(int(emulator.jobs.submitted[listed[-1]]))
    members = [emulator.history.organization.user_ids[user] for user in np.unique(emulator.jobs.user[listed])]
    parts = {
        "parents": [],
        "listings": {OWN: {"watermark": newest.isoformat()}},
        "members": dict.fromkeys(sorted(members), COVERED),
        "backends": sorted(NAMES[machine] for machine in np.unique(emulator.jobs.machine[listed])),
        "full_at": now.isoformat(),
    }
    record = _record(JOBS, now, rows=len(listed), requests=-(-len(listed) // PAGE))
    return replace(record, watermark=newest, mode="full", parts=parts)


def _record(resource: Resource, begun: datetime, *, rows: int, requests: int) -> SyncRecord:
    return SyncRecord(
        resource=resource.name,
        run_id=RUN_ID,
        started_at=begun,
        finished_at=begun + _TICK * (requests + 1),
        complete=True,
        watermark=begun,
        requests=requests,
        rows_seen=rows,
        rows_written=rows,
    )


def _sync_others(emulator: Emulator, root: Path) -> None:
    names = [name for name in STANDING if name not in (JOBS.name, JOB_COSTS.name)]
    with emulator.serve() as server:
        settings = Settings(base_url=server.base_url, data_dir=root.parent, clock="server")
        sync(settings, Lake(root), resources=names, connect=lambda _: Client(server.base_url, api_key=server.api_key))
