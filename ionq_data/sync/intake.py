"""Take records in: read each, keep it if it is new or changed, count it either way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ionq_data.lake import Lake
from ionq_data.lake.current import load_versions
from ionq_data.lake.versions import Versions
from ionq_data.resources import Rejection, Resource, Row, read_record
from ionq_data.sync.context import Context
from ionq_data.sync.contract import EVOLVE, Contract, discarded
from ionq_data.sync.keys import hash_digest, key_digest

FLUSH_ROWS = 2_000
FLUSH_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record: its row (None if it was rejected), and whether the lake knew its key and content."""

    row: Row | None
    is_known: bool
    is_changed: bool


@dataclass
class Intake:
    """The way of one resource's records into the lake, for one account and one run.

    Rows wait in memory until there are ``FLUSH_ROWS`` of them or their bytes are ``FLUSH_BYTES``; ``flush`` writes the
    rest. What has been flushed survives whatever happens next. ``order`` says what orders a version that arrived at a
    moment (``Context.order``).
    """

    lake: Lake
    resource: Resource
    account: str
    run_id: str
    order: Callable[[datetime], datetime] = lambda extracted_at: extracted_at
    contract: Contract = EVOLVE
    rows_seen: int = 0
    rows_written: int = 0
    rows_rejected: int = 0
    rows_with_problems: int = 0
    versions: Versions = field(default_factory=Versions)
    _loaded: set[str] = field(default_factory=set)
    _rows: list[Row] = field(default_factory=list)
    _rejections: list[Rejection] = field(default_factory=list)
    _rejected_before: set[str] | None = None
    _bytes: int = 0
    _in_answer: Counter[int] = field(default_factory=Counter)
    _answered_at: datetime | None = None

    def take(
        self,
        raw: bytes,
        *,
        extracted_at: datetime,
        context: Mapping[str, Any] | None = None,
        deleted: bool = False,
    ) -> Taken:
        """Read one record and keep it unless the lake has just that version already."""
        self.rows_seen += 1
        found = read_record(
            self.resource, raw, extracted_at=extracted_at, run_id=self.run_id, context=context, deleted=deleted
        )
        if isinstance(found, Rejection):
            self.reject(found)
            return Taken(None, is_known=False, is_changed=False)
        if self.resource.observation:
            self._set_apart(found, key_digest(found.key), extracted_at)
            self.keep(found)
            return Taken(found, is_known=False, is_changed=True)
        self._load(found.partition)
        key = key_digest(found.key)
        known = self.versions.hash_of(key)
        content = hash_digest(found.hash)
        if known == content:
            self.versions.mark_seen(key)
            return Taken(found, is_known=True, is_changed=False)
        self._set_apart(found, key, extracted_at)
        self.versions.put(key, content, deleted=deleted)
        self.keep(found)
        return Taken(found, is_known=known is not None, is_changed=True)

    def knows(self, row: Row) -> bool:
        """Tell whether the lake has any version of the record."""
        self._load(row.partition)
        return self.versions.hash_of(key_digest(row.key)) is not None

    def has(self, row: Row) -> bool:
        """Tell whether the current version in the lake is just this one."""
        self._load(row.partition)
        return self.versions.hash_of(key_digest(row.key)) == hash_digest(row.hash)

    def keep(self, row: Row) -> None:
        """Keep a row as a new version, later than all that the lake had when the run began.

        Raises ``ContractBroken``; a row that the contract discards goes with the rejected ones.
        """
        if reason := discarded(self.contract, self.resource.name, row):
            values = row.values
            rejection = Rejection(reason, values["_raw"].encode(), values["_extracted_at"], values["_run_id"])
            self.reject(rejection)
            return
        row.values["_ordered_at"] = self.order(row.values["_extracted_at"])
        self.rows_written += 1
        self.rows_with_problems += bool(row.values["_problems"])
        self._rows.append(row)
        self._bytes += len(row.values["_raw"])

    def _set_apart(self, row: Row, key: int, extracted_at: datetime) -> None:
        """Date the later of two versions in one answer a microsecond later: no version has another's time."""
        if self._answered_at != extracted_at:
            self._answered_at, self._in_answer = extracted_at, Counter()
        row.values["_extracted_at"] += timedelta(microseconds=self._in_answer[key])
        self._in_answer[key] += 1

    @property
    def is_full(self) -> bool:
        """Whether enough records wait to be worth a file."""
        return len(self._rows) + len(self._rejections) >= FLUSH_ROWS or self._bytes >= FLUSH_BYTES

    def flush(self) -> None:
        """Write what waits. Nothing counts as kept before this has returned."""
        if self._rejections:
            self.lake.reject(self.resource, self.account, self._rejections)
            self._rejections = []
        if self._rows:
            self.lake.append(self.resource, self.account, self._rows)
            self._rows = []
        self._bytes = 0

    def load_all(self) -> None:
        """Read the current versions of all partitions, for a sync that must find what is gone."""
        self._loaded.add(_ALL)
        load_versions(self.lake, self.versions, self.resource, self.account)

    def _load(self, partition: str) -> None:
        """Read the current versions of a partition the first time that a record of it comes along."""
        if partition in self._loaded or _ALL in self._loaded:
            return
        self._loaded.add(partition if self.resource.partition else _ALL)
        partitions = [partition] if self.resource.partition else None
        load_versions(self.lake, self.versions, self.resource, self.account, partitions)

    def reject(self, rejection: Rejection) -> None:
        """Keep a record that cannot be a row, once however often it comes."""
        if self._rejected_before is None:
            self._rejected_before = self.lake.rejected_hashes(self.resource, self.account)
        self.rows_rejected += 1
        if rejection.hash not in self._rejected_before:
            self._rejected_before.add(rejection.hash)
            self._rejections.append(rejection)
            self._bytes += len(rejection.raw)


def open_intake(context: Context, resource: Resource) -> Intake:
    """Return the way of a resource's records into the lake for one run."""
    return Intake(context.lake, resource, context.account, context.run_id, context.order, context.rules.contract)


_ALL = "*"
