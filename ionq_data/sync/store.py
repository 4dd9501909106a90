"""What a sync needs of the place where records are kept. ``ionq_data.lake`` is that place; tests may bring another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ionq_data.resources import Rejection, Resource, Row
from ionq_data.sync.ledger import SyncRecord


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


class KnownVersions(Protocol):
    """The content hash of the current version of each key; keys and hashes are numbers of 64 bits."""

    def hash_of(self, key: int) -> int | None:
        """Return the hash of a key's current version, None for an unknown key."""

    def put(self, key: int, content_hash: int, *, deleted: bool = False) -> None:
        """Note the version that is current from now on."""

    def mark_seen(self, key: int) -> None:
        """Note that the API still shows a key's current version."""

    def unseen(self) -> set[int]:
        """Return the keys that are not deleted and that have not been seen."""


class Store(Protocol):
    """Records with all their versions, by resource and account, and the ledger of syncs."""

    def versions(self) -> KnownVersions:
        """Return an empty index of versions."""

    def load_versions(
        self, versions: Any, resource: Resource, account: str, partitions: Iterable[str] | None = None
    ) -> None:
        """Add the current version of each key in some partitions (or all) to an index."""

    def current(
        self,
        resource: Resource,
        account: str,
        keys: Iterable[int],
        partitions: Iterable[str] | None = None,
        columns: Iterable[str] = (),
    ) -> list[dict[str, Any]]:
        """Return the current version of some keys, all of its columns or some."""

    def append(self, resource: Resource, account: str, rows: Sequence[Row]) -> None:
        """Keep rows, durably, before it returns."""

    def reject(self, resource: Resource, account: str, rejections: Sequence[Rejection]) -> None:
        """Keep records that cannot be rows, durably, before it returns."""

    def rejected_hashes(self, resource: Resource, account: str) -> set[str]:
        """Return the hashes of the rejected records that are kept already."""

    def pending_jobs(self, account: str, *, simulator_costs: bool = True) -> Iterator[PendingJob]:
        """Return the jobs that are not done with, oldest partition first; memory does not grow with their number.

        Without ``simulator_costs`` a simulator's job is done with once it is terminal.
        """

    def current_jobs(self, account: str) -> Iterator[dict[str, Any]]:
        """Return the current version of every job of an account, without ``_raw``."""

    def known_values(
        self, resource: Resource, account: str, column: str, where: tuple[str, str] | None = None
    ) -> set[str]:
        """Return the distinct texts that a column (``a.b`` inside a list of objects) has ever had."""

    def newest_stamp(self, account: str) -> datetime | None:
        """Return an instant that no ``_extracted_at`` and no ledger row of an account is later than."""

    def ledger(self, account: str, resource: str | None = None) -> list[SyncRecord]:
        """Return the finished syncs of an account, oldest first."""

    def record(self, account: str, sync: SyncRecord) -> None:
        """Add a finished sync to the ledger."""

    def progress(self, account: str, resource: str) -> dict[str, Any]:
        """Return how far an unfinished sync of a resource got."""

    def save_progress(self, account: str, resource: str, progress: Mapping[str, Any]) -> None:
        """Note how far an unfinished sync got; forget it where it is empty."""
