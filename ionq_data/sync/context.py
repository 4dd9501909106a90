"""The context of every resource's sync: account, source, destination, rules and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.api import Answer, Client
from ionq_data.api.errors import ApiError
from ionq_data.lake import Lake
from ionq_data.sync.contract import EVOLVE, Contract
from ionq_data.sync.progress import OnProgress, ignore

Submitters = str | tuple[str, ...]

CLOCK_TOLERANCE = timedelta(minutes=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The user's decisions about a sync.

    Attributes:
        full: read everything, and find what is gone.
        since: read only jobs submitted on or after this date (UTC); the sync does not count as more than that.
        usage_range: the dates of usage to request instead of the usual ones; first inclusive, last exclusive.
        submitters: ``auto``, ``own`` or the ids of the users whose jobs are listed beside the key's own view.
        overlap: how far before the watermark a listing is read again, for jobs that appeared late.
        full_every: the time after which a sync reads everything by itself.
        backends: backends whose characterizations to request, beside those listed and those named in jobs.
        contract: how to treat records that do not fit the columns.
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
    contract: Contract = EVOLVE
    results_projects: tuple[str, ...] = ()
    results_backends: tuple[str, ...] = ()
    results_max_age: timedelta | None = None
    results_variants: bool = False


@dataclass
class Context:
    """One account's sync run.

    Attributes:
        organization: id of the account's organization; filled in as soon as it is known.
        read_organizations: organizations whose usage an earlier account has read.
        backends: the backends that ``/backends`` listed in this run.
        whoami, sessions: the answers of the first look.
        refusals: the refusals of the first look, by resource; this run does not request these resources again.
        requests_recorded: the number of requests that the ledger has counted.
        uses_server_clock: go by the API's clock, however small the difference.
        newest_in_lake: an instant that nothing in the lake is ordered later than.
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
    uses_server_clock: bool = False
    newest_in_lake: datetime | None = None
    local_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _lead: timedelta = timedelta(0)
    _last_stamp: datetime | None = None
    _order_lead: timedelta | None = None

    @property
    def clock_lead(self) -> timedelta:
        """How far the API's clock is ahead of this machine's; zero if the difference is less than a minute.

        The ``Date`` of the answers is the one clock that both sides share. It counts whole seconds, so a
        clear difference is taken over once, and kept until the clocks differ by another clear amount.
        """
        seen = self.client.clock_offset
        if seen is not None and (
            abs(seen - self._lead) > CLOCK_TOLERANCE or (self.uses_server_clock and not self._lead)
        ):
            self._lead = seen
        return self._lead

    @property
    def clock_note(self) -> str | None:
        """A remark about this machine's clock; None if it is right, or if the settings ask for the API's clock."""
        if self.uses_server_clock or not (lead := self.clock_lead):
            return None
        is_behind = lead > timedelta(0)
        apart = timedelta(seconds=round(abs(lead).total_seconds()))
        return (
            f"the clock of this machine is {apart} {'behind' if is_behind else 'ahead of'} the API's. The sync uses "
            "the API's clock; set this machine's clock"
        )

    def now(self) -> datetime:
        """Return the time by the clock that this sync goes by (UTC)."""
        return self.local_clock() + self.clock_lead

    def stamp(self, received_at: datetime | None = None) -> datetime:
        """Return when an answer arrived (or the time now), by the clock that this sync goes by.

        Each stamp of a run is later than the one before, also where the clock is set back meanwhile.
        """
        moment = (received_at or self.local_clock()) + self.clock_lead
        if self._last_stamp is not None and moment <= self._last_stamp:
            moment = self._last_stamp + _TICK
        self._last_stamp = moment
        return moment

    def order(self, moment: datetime) -> datetime:
        """Return the order value of a version that arrived at a moment: that moment, or as much later as it takes.

        Time and order are two things. If a clock once ran ahead, the lake holds versions from the future, and a version
        that is read now must still be newer than those.
        """
        if self._order_lead is None:
            newest = self.newest_in_lake
            self._order_lead = max(timedelta(0), newest - moment + _TICK) if newest else timedelta(0)
        return moment + self._order_lead


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
