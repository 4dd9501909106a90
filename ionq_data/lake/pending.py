"""The jobs that are not done with, found without reading what is settled.

A checkpoint holds them month by month, together with a fingerprint of the files each month was made from. A month whose
files are still the same is taken from the checkpoint; any other is computed anew from its files. So the work grows with
the months that changed, not with history, and a lost checkpoint costs one pass over the lake and nothing else.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ionq_data.lake.current import NEWEST
from ionq_data.lake.lake import Lake
from ionq_data.lake.query import add_view, open_query
from ionq_data.lake.storage import LakeError, fingerprint
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.jobs import JOBS, SIMULATOR, TERMINAL_STATUSES
from ionq_data.resources.kinds import TIMESTAMP
from ionq_data.resources.resource import UNKNOWN_PARTITION

STATE = "_state"
_BATCH = 2_000
_FINGERPRINTS = b"ionq_data.fingerprints"
_MADE_AT = b"ionq_data.made_at"
_TOLERANCE = timedelta(minutes=1)  # two machines' clocks may differ by as much


@dataclass(frozen=True, slots=True)
class PendingJob:
    """A job that is not done with: it is not terminal, or its cost is not settled.

    The second half is the last answer about its cost; all of it is empty where none has been given.
    """

    id: str
    partition: str
    submitted_at: datetime | None
    completed_at: datetime | None
    backend: str | None
    is_terminal: bool
    is_deleted: bool
    cost_hash: str | None = None
    answer_hash: str | None = None
    first_answered_at: datetime | None = None
    asked_at: datetime | None = None
    http_status: int | None = None
    attempts: int = 0


_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("partition", pa.string()),
        ("submitted_at", TIMESTAMP),
        ("completed_at", TIMESTAMP),
        ("backend", pa.string()),
        ("is_terminal", pa.bool_()),
        ("is_deleted", pa.bool_()),
        ("cost_hash", pa.string()),
        ("answer_hash", pa.string()),
        ("first_answered_at", TIMESTAMP),
        ("asked_at", TIMESTAMP),
        ("http_status", pa.int64()),
        ("attempts", pa.int64()),
    ]
)

# 1 row per job of a month that is open, or whose last cost answer is not a settled one
_MONTH = f"""
    with job as (
        select id, arg_max({{
            'submitted_at': submitted_at, 'completed_at': completed_at, 'backend': backend,
            'is_terminal': coalesce(list_contains($terminal, status), false), 'is_deleted': _deleted
        }}, {NEWEST}) as version
        from jobs
        group by id
    ),
    cost as (
        select job_id, arg_max({{
            'cost_hash': _hash, 'answer_hash': answer_hash, 'first_answered_at': first_answered_at,
            'asked_at': _extracted_at, 'http_status': http_status, 'attempts': attempts, 'is_settled': is_settled
        }}, {NEWEST}) as answer
        from costs
        group by job_id
    )
    select
        job.id, $partition as partition,
        version.submitted_at, version.completed_at, version.backend, version.is_terminal, version.is_deleted,
        answer.cost_hash, answer.answer_hash, answer.first_answered_at, answer.asked_at,
        answer.http_status, coalesce(answer.attempts, 0) as attempts
    from job left join cost on cost.job_id = job.id
    where
        not (version.is_terminal or version.is_deleted)
        or (
            not coalesce(answer.is_settled and answer.asked_at <= $now, false)
            and ($simulator_costs or not coalesce(starts_with(version.backend, $simulator), false))
        )
"""  # noqa: S608  a constant

# A job first seen without a readable time lies in the unknown month; once it has one, its versions lie in another.
_MOVED = f"""
    select id from all_jobs
    where id in (select id from pending)
    group by id having arg_max(coalesce(year(submitted_at) >= 1000, false), {NEWEST})
"""  # noqa: S608  a constant


def pending_jobs(lake: Lake, account: str, *, now: datetime, simulator_costs: bool = True) -> Iterator[PendingJob]:
    """Return the jobs of an account that are not terminal or whose cost is not settled, oldest month first.

    Without ``simulator_costs`` the terminal jobs of simulators are left out: there may be millions of them, and none
    of their costs is ever asked for. An answer from the future settles nothing: a clock ran ahead.
    """
    with tempfile.TemporaryDirectory(prefix="ionq-data-") as folder:
        path = Path(folder) / "pending.parquet"
        _bring_up_to_date(lake, account, simulator_costs, now, path)
        for batch in pq.ParquetFile(path).iter_batches(batch_size=_BATCH):
            yield from (PendingJob(**row) for row in batch.to_pylist())


def _bring_up_to_date(lake: Lake, account: str, simulator_costs: bool, now: datetime, path: Path) -> None:
    """Write the pending jobs to ``path``, and keep them as a checkpoint where there is none of just these files."""
    fingerprints = _fingerprints(lake, account, simulator_costs)
    checkpoints = _checkpoints(lake, account)
    content, known = _read(lake, checkpoints[-1], now) if checkpoints else (None, {})
    try:
        if content is not None and known == fingerprints:
            path.write_bytes(content)
            return
        _write(path, partial(_compute, lake, account, simulator_costs, now), now, fingerprints, known, content)
    except OSError as error:
        raise LakeError(f"{path.parent} could not be written: {error}. Free some space there") from error
    lake.storage.write(f"{STATE}/account={account}/{lake.new_name(now)}", path.read_bytes())
    for old in checkpoints:
        lake.storage.delete(old)


def _checkpoints(lake: Lake, account: str) -> list[str]:
    return [name for name in lake.storage.list(f"{STATE}/account={account}") if name.endswith(".parquet")]


def _read(lake: Lake, name: str, now: datetime) -> tuple[bytes | None, dict[str, str]]:
    """Return a checkpoint's content and fingerprints; nothing of one from the future, or that was just replaced."""
    try:
        content = lake.storage.read(name)
        metadata = pq.read_schema(pa.BufferReader(content)).metadata or {}
        if datetime.fromisoformat(metadata[_MADE_AT].decode()) > now + _TOLERANCE:
            return None, {}
        return content, msgspec.json.decode(metadata[_FINGERPRINTS], type=dict[str, str])
    except (FileNotFoundError, KeyError, ValueError, pa.ArrowInvalid, msgspec.DecodeError):
        return None, {}


def _month_files(lake: Lake, account: str, month: str | None = None) -> tuple[list[str], list[str]]:
    months = None if month is None else [month]
    return lake.files(JOBS.name, account, months), lake.files(JOB_COSTS.name, account, months)


def _fingerprints(lake: Lake, account: str, simulator_costs: bool) -> dict[str, str]:
    """Return by month the fingerprint of its files, and of what is looked for in them."""
    names: dict[str, list[str]] = defaultdict(lambda: ["with simulators"] if simulator_costs else [])
    for name in (name for files in _month_files(lake, account) for name in files):
        names[name.split("/")[2].partition("=")[2]].append(name)
    return {month: fingerprint(files) for month, files in names.items()}


def _write(
    path: Path,
    compute: Callable[[str, pq.ParquetWriter], None],
    now: datetime,
    fingerprints: dict[str, str],
    known: dict[str, str],
    last: bytes | None,
) -> None:
    """Write the pending jobs of all months: the unchanged ones from the last checkpoint, the others computed."""
    metadata = {_FINGERPRINTS: msgspec.json.encode(fingerprints), _MADE_AT: now.isoformat().encode()}
    with pq.ParquetWriter(path, _SCHEMA.with_metadata(metadata), compression="zstd") as writer:
        for month in sorted(fingerprints):
            # the unknown month depends on all others: its jobs move to theirs once they have a time
            if last is not None and known.get(month) == fingerprints[month] and month != UNKNOWN_PARTITION:
                old = pq.read_table(pa.BufferReader(last), filters=[("partition", "=", month)])
                writer.write_table(old.cast(_SCHEMA).replace_schema_metadata(metadata))
            else:
                compute(month, writer)


def _compute(
    lake: Lake, account: str, simulator_costs: bool, now: datetime, month: str, writer: pq.ParquetWriter
) -> None:
    jobs, costs = _month_files(lake, account, month)
    if not jobs:
        return
    if month != UNKNOWN_PARTITION:  # a job that has moved from the unknown month has left its costs there
        costs += lake.files(JOB_COSTS.name, account, [UNKNOWN_PARTITION])
    with open_query() as query:
        add_view(query, "jobs", lake.local(jobs), JOBS.schema)
        add_view(query, "costs", lake.local(costs), JOB_COSTS.schema)
        query.execute(
            f"create temp table pending as {_MONTH}",
            {
                "partition": month,
                "now": now + _TOLERANCE,
                "terminal": sorted(TERMINAL_STATUSES),
                "simulator_costs": simulator_costs,
                "simulator": SIMULATOR,
            },
        )
        if month == UNKNOWN_PARTITION and query.table("pending").limit(1).fetchall():
            add_view(query, "all_jobs", lake.local(lake.files(JOBS.name, account)), JOBS.schema)
            query.execute(f"delete from pending where id in ({_MOVED})")  # noqa: S608  a constant
        for batch in query.table("pending").to_arrow_reader(_BATCH):
            writer.write_batch(batch.cast(_SCHEMA).replace_schema_metadata(writer.schema.metadata))
