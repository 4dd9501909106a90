"""What the lake holds, resource by resource, read from its files alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ionq_data.lake import Lake
from ionq_data.lake.query import open_query
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.fields import TIMESTAMP
from ionq_data.sync.ledger import REJECTED, SyncRecord

_TERMINAL = ("completed", "failed", "canceled")


@dataclass(frozen=True)
class ResourceFacts:
    """One resource of one account.

    Attributes:
        rows: records, each counted once however many versions there are.
        newest: the newest instant that a record speaks of; of snapshots, when they were taken (UTC).
        open: jobs that are not terminal; None for other resources.
        problems: records whose current version has a value that did not fit its column.
        rejected: records that could not be stored as rows.
        last_complete: when the last complete sync began (UTC).
        missing: what the last sync could not get, if it was not complete.
    """

    account: str
    resource: str
    rows: int
    newest: datetime | None
    open: int | None
    problems: int
    rejected: int
    last_complete: datetime | None
    missing: tuple[str, ...]


def lake_facts(lake: Lake) -> list[ResourceFacts]:
    """Return the facts of every resource of every account; nothing where nothing has been copied yet."""
    return [
        _facts(lake, account, resource, lake.ledger(account, resource.name))
        for account in lake.accounts()
        for resource in RESOURCES.values()
        if lake.files(resource.name, account)
    ]


def _facts(lake: Lake, account: str, resource: Resource, ledger: list[SyncRecord]) -> ResourceFacts:
    rows, newest, open_jobs, problems = _count(lake, account, resource)
    complete = [sync.started_at for sync in ledger if sync.complete]
    return ResourceFacts(
        account=account,
        resource=resource.name,
        rows=rows,
        newest=newest,
        open=open_jobs if resource.name == "jobs" else None,
        problems=problems,
        rejected=len(lake.rejected_hashes(resource, account)) if lake.files(REJECTED, account) else 0,
        last_complete=max(complete, default=None),
        missing=ledger[-1].missing if ledger and not ledger[-1].complete else (),
    )


def _count(lake: Lake, account: str, resource: Resource) -> tuple[int, datetime | None, int, int]:
    """Count the current versions: all, those not terminal, those with problems; and find the newest instant."""
    moment = resource.partition_by if resource.partition_by in resource.schema.names else "_extracted_at"
    newest = f'max("{moment}")' if resource.schema.field(moment).type == TIMESTAMP else f'max("{moment}")::timestamptz'
    status = "status" if resource.name == "jobs" else "null::varchar"
    is_deleted = "_deleted" if resource.deletable else "false"
    key = ", ".join(f'"{name}"' for name in resource.key)
    query = f"""
        with current_versions as (
            select
                arg_max({status}, (_extracted_at, _run_id)) as status,
                arg_max({is_deleted}, (_extracted_at, _run_id)) as is_deleted,
                arg_max(len(_problems), (_extracted_at, _run_id)) as problems,
                {newest} as newest,
            from read_parquet($files, hive_partitioning = false, union_by_name = true) group by {key}
        )
        select
            count(*), max(newest),
            count(*) filter (not is_deleted and (status is null or status not in $terminal)),
            count(*) filter (problems > 0),
        from current_versions
    """  # noqa: S608 - the names are the registry's, not the API's
    with open_query() as connection:
        values = {"files": lake.local(lake.files(resource.name, account)), "terminal": list(_TERMINAL)}
        row = connection.execute(query, values).fetchone()
    return row if row else (0, None, 0, 0)
