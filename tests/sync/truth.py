"""What the lake holds against what the API shows: the one comparison that every proof ends with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from ionq_data.lake import Lake
from ionq_data.resources import RESOURCES
from ionq_data.sync.backends import is_qpu
from tests.sync.upstream import TERMINAL, Upstream

_MANY_DIGITS = 1000
_LATEST = """
    select {key} as key, _raw, {deleted} as is_deleted
    from read_parquet('{root}/{name}/account={account}/**/*.parquet', union_by_name = true, hive_partitioning = false)
    qualify row_number() over (partition by {key} order by coalesce(_ordered_at, _extracted_at) desc, _run_id desc) = 1
"""


def current(lake: Lake, name: str, account: str = "default") -> dict[str, tuple[Any, bool]]:
    """Return the current version of each key: the record, and whether it is deleted."""
    resource = RESOURCES[name]
    key = ", ".join(f'"{column}"::varchar' for column in resource.key)
    deleted = "_deleted" if resource.deletable else "false"
    key = f"concat_ws('|', {key})"
    with duckdb.connect() as connection:
        query = _LATEST.format(key=key, deleted=deleted, root=lake.root, name=name, account=account)
        found = connection.execute(query).fetchall()
    return {key: (json.loads(raw, parse_int=_whole), deleted) for key, raw, deleted in found}


def _whole(digits: str) -> int | str:
    """Return a whole number; the digits themselves where Python refuses to read as many."""
    return int(digits) if len(digits) < _MANY_DIGITS else digits


def differences(upstream: Upstream, lake: Lake, *, jobs: set[str] | None = None) -> list[str]:
    """Return what is wrong with the lake's current state, a sentence each; nothing where it equals what is shown.

    ``jobs`` are those that must be right, by default all that any listing shows.
    """
    shown = upstream.shown_jobs() if jobs is None else jobs
    return [
        *wrong_jobs(upstream, lake, shown),
        *wrong_costs(upstream, lake, shown),
        *_compare("usage", {f"{by}|daily|{day}": row for (by, day), row in upstream.usage.items()}, lake),
        *_compare("characterizations", {c["id"]: c for cs in upstream.characterizations.values() for c in cs}, lake),
        *_compare("sessions", {session["id"]: session for session in upstream.sessions}, lake),
    ]


def wrong_jobs(upstream: Upstream, lake: Lake, shown: set[str]) -> Iterable[str]:
    """Return which jobs are missing, out of date, or deleted on one side only."""
    found = current(lake, "jobs")
    for job_id in sorted(shown):
        record, deleted = found.get(job_id, (None, False))
        if record is not None:
            record.pop("child_job_ids", None)  # only a job asked for singly has it
        if deleted or record != upstream.jobs[job_id]:
            yield f"job {job_id} is {'deleted' if deleted else record}, and shown as {upstream.jobs[job_id]}"
    for job_id, (_, deleted) in found.items():
        if job_id not in upstream.jobs and not deleted:
            yield f"job {job_id} is gone and not marked as deleted"


def wrong_costs(upstream: Upstream, lake: Lake, shown: set[str]) -> Iterable[str]:
    """Return which costs are missing or out of date; a cost that was shown once stays."""
    answered = current(lake, "job_costs")
    for job_id in sorted(shown):
        job, cost = upstream.jobs[job_id], upstream.costs.get(job_id)
        is_billed = job["status"] in TERMINAL and is_qpu(job["backend"]) and isinstance(cost, dict)
        if is_billed and answered.get(job_id, (None,))[0] != cost:
            yield f"cost of job {job_id} is {answered.get(job_id)}, and shown as {cost}"


def _compare(name: str, shown: dict[str, Any], lake: Lake) -> Iterable[str]:
    kept = {key: record for key, (record, deleted) in current(lake, name).items() if not deleted}
    for key, record in shown.items():
        if kept.get(key) != record:
            yield f"{name} {key} is {kept.get(key)}, and shown as {record}"
    if RESOURCES[name].deletable:
        yield from (f"{name} {key} is gone and not marked as deleted" for key in kept.keys() - shown.keys())
