"""What every resource's sync is given: whose records, from where, to where, by which rules, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.api import Answer, Client
from ionq_data.api.errors import ApiError
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.sync.progress import OnProgress, ignore

Submitters = str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the user has decided about a sync.

    Attributes:
        full: read everything, and find what is gone.
        since: do not read jobs submitted before this date (UTC), and call the sync no more than that.
        usage_range: the dates of usage to ask for, first inclusive, last exclusive, instead of the usual ones.
        submitters: ``auto``, ``own`` or the ids of the users whose jobs are listed beside the key's own view.
        overlap: how far before the watermark a listing is read again, for jobs that appeared late.
        full_every: after how long a sync reads everything by itself.
        backends: backends to ask for characterizations beside those listed and those named in jobs.
        results_wanted: tells whether a job's measured distribution is copied.
    """

    full: bool = False
    since: date | None = None
    usage_range: tuple[date, date] | None = None
    usage_start: date | None = None
    submitters: Submitters = "auto"
    page_size: int = 100
    overlap: timedelta = timedelta(hours=24)
    full_every: timedelta = timedelta(days=7)
    simulator_costs: bool = False
    backends: tuple[str, ...] = ()
    concurrency: int = 8
    results_projects: tuple[str, ...] = ()
    results_backends: tuple[str, ...] = ()
    results_max_age: timedelta | None = None
    results_variants: bool = False


@dataclass
class Context:
    """One account's sync run.

    Attributes:
        organization: id of the account's organization; filled in as soon as it is known.
        read_organizations: those whose usage an account before this one has read.
        backends: those that ``/backends`` listed in this run.
        whoami, sessions: answers that the first look has brought.
        refusals: what the first look was refused, by resource; it is not asked for again in this run.
        requests_recorded: requests that the ledger has counted.
        offset: what is added to the local clock: nothing, or the API's lead where its clock is to be used.
        newest_stamp: the newest in the lake and of this run; none is ever older, also where the clock was set back.
    """

    account: str
    client: Client
    lake: Lake
    rules: Rules
    run_id: str
    on_progress: OnProgress = ignore
    organization: str | None = None
    read_organizations: frozenset[str] = frozenset()
    backends: tuple[str, ...] | None = None
    whoami: Answer | None = None
    sessions: tuple[Answer, tuple[list[bytes], dict[str, Any]]] | None = None
    refusals: dict[str, ApiError] = field(default_factory=dict)
    requests_recorded: int = 0
    offset: timedelta = timedelta(0)
    newest_stamp: datetime | None = None
    local_clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def now(self) -> datetime:
        """Return the time by the clock that this sync goes by (UTC)."""
        return self.local_clock() + self.offset

    def stamp(self, received_at: datetime | None = None) -> datetime:
        """Return when an answer arrived (or the time now), by the clock that this sync goes by.

        The current version of a record is the one with the greatest stamp. So a clock that was set back must not make
        what is read now look older than what the lake has: each stamp is later than the one before.
        """
        moment = (received_at or self.local_clock()) + self.offset
        if self.newest_stamp is not None and moment <= self.newest_stamp:
            moment = self.newest_stamp + timedelta(microseconds=1)
        self.newest_stamp = moment
        return moment


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the sync of a resource ended; what it read and wrote is counted by its intake.

    ``refused`` says why the key may not see the resource: nothing is missing then, and nothing was read.
    """

    watermark: datetime | None = None
    mode: str = "incremental"
    missing: tuple[str, ...] = ()
    refused: str | None = None
    notes: tuple[str, ...] = ()
    marks: dict[str, Any] = field(default_factory=dict)


def last_complete(ledger: list[SyncRecord]) -> SyncRecord | None:
    """Return the newest sync of a resource's ledger that got all there is; one that was refused has read nothing."""
    return next((r for r in reversed(ledger) if r.complete and r.availability != "refused"), None)
