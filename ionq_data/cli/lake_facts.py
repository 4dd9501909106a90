"""What the lake holds, resource by resource, read from its files alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ionq_data.lake import Lake
from ionq_data.lake.counts import count_records, count_rejected
from ionq_data.lake.ledger import NOT_AVAILABLE, SyncRecord
from ionq_data.resources import RESOURCES, Resource
from ionq_data.resources.jobs import JOBS

_SAID = {"available": "available", "refused": NOT_AVAILABLE, None: None}


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
        availability: what the last sync that found it out says: available, or not available to this key.
        unavailable_reason: why it is not available.
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
    availability: str | None = None
    unavailable_reason: str | None = None


def lake_facts(lake: Lake) -> list[ResourceFacts]:
    """Return the facts of every resource of every account; nothing if nothing has been copied yet."""
    accounts = lake.accounts()
    rejected = {account: count_rejected(lake, account) for account in accounts}
    syncs = {account: lake.recent_syncs(account) for account in accounts}
    return [
        _facts(
            lake,
            account,
            resource,
            [sync for sync in syncs[account] if sync.resource == resource.name],
            rejected[account].get(resource.name, 0),
        )
        for account in accounts
        for resource in RESOURCES.values()
        if lake.files(resource.name, account)
    ]


def _facts(lake: Lake, account: str, resource: Resource, ledger: list[SyncRecord], rejected: int) -> ResourceFacts:
    counts = count_records(lake, account, resource)
    complete = [sync.started_at for sync in ledger if sync.complete and sync.availability != "refused"]
    told = next((sync for sync in reversed(ledger) if sync.availability), None)
    return ResourceFacts(
        account=account,
        resource=resource.name,
        rows=counts.rows,
        newest=counts.newest,
        open=counts.open if resource is JOBS else None,
        problems=counts.problems,
        rejected=rejected,
        last_complete=max(complete, default=None),
        missing=ledger[-1].missing if ledger and not ledger[-1].complete else (),
        availability=None if told is None else _SAID[told.availability],
        unavailable_reason=None if told is None else told.unavailable_reason,
    )
