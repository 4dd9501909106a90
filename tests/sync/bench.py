"""A sync of the plain-list API into a lake of its own, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import httpx
import pytest

from ionq_data.api import Client, Timing
from ionq_data.config import Account, Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources import RESOURCES
from tests.sync.truth import differences
from tests.sync.upstream import KEY, Crash, Upstream


async def _no_wait(_: float) -> None:
    return None


@dataclass
class Bench:
    """An upstream, a lake, and the way from one to the other."""

    upstream: Upstream
    lake: Lake

    def sync(self, *, account: str = "default", **arguments: Any) -> list[SyncRecord]:
        """Sync once, as a new process; the clock ticks on by a microsecond with each look at it."""
        setting_names = set(Settings.model_fields)
        values = {name: arguments.pop(name) for name in list(arguments) if name in setting_names}
        default = {"accounts": (Account(name=account, submitters=values.pop("submitters", "auto")),)}
        settings = Settings(data_dir=self.lake.root.parent, **(default | values))
        lake = Lake(self.lake.root, self.lake.storage)
        self.upstream.asked.clear()
        return sync(settings, lake, connect=self._connect(settings), clock=self.clock, **arguments)

    def sync_one(self, resource: str, **arguments: Any) -> SyncRecord:
        """Sync everything; return the record of one resource."""
        return next(record for record in self.sync(**arguments) if record.resource == resource)

    def crash(self, after: int, **arguments: Any) -> None:
        """Begin a sync that is gone after some requests."""
        self.upstream.crash_after = after
        with pytest.raises(Crash):
            self.sync(**arguments)
        self.upstream.crash_after = None

    def wrong(self) -> list[str]:
        """Return how the lake differs from what the API shows."""
        return differences(self.upstream, self.lake)

    def asked(self, path: str) -> list[httpx.QueryParams]:
        """Return the queries of the last sync's requests to a path."""
        return [request.url.params for request in self.upstream.asked if request.url.path == f"/v0.4{path}"]

    def rows(self, resource: str, query: str = "select * from r") -> list[tuple[Any, ...]]:
        """Query the current versions of a resource, as ``r``; deleted ones too."""
        key = ", ".join(f'"{name}"' for name in ("account", *RESOURCES[resource].key))
        order = "coalesce(_ordered_at, _extracted_at) desc, _run_id desc"
        latest = f"qualify row_number() over (partition by {key} order by {order}) = 1"
        return self.versions(resource, query, latest)

    def versions(self, resource: str, query: str = "select * from r", latest: str = "") -> list[tuple[Any, ...]]:
        """Query all versions of a resource, as ``r``."""
        source = f"read_parquet('{self.lake.root}/{resource}/**/*.parquet', union_by_name = true)"
        with duckdb.connect() as connection:
            return connection.execute(f"with r as (select * from {source} {latest}) {query}").fetchall()

    def clock(self) -> datetime:
        self.upstream.now += timedelta(microseconds=1)
        return self.upstream.now

    def _connect(self, settings: Settings) -> Callable[[Account], Client]:
        def connect(account: Account) -> Client:
            return Client(
                "https://api.example.test/v0.4",
                api_key=KEY,
                concurrency=settings.concurrency,
                max_attempts=3,
                transport=self.upstream.transport(),
                clock=self.clock,
                timing=Timing(sleep=_no_wait),
            )

        return connect


def written(records: list[SyncRecord]) -> dict[str, int]:
    """Return the rows that a sync has written, by resource, where there are any; observations left out."""
    return {r.resource: r.rows_written for r in records if r.rows_written and not RESOURCES[r.resource].observation}


def incomplete(records: list[SyncRecord]) -> dict[str, tuple[str, ...]]:
    """Return what is missing, by resource."""
    return {record.resource: record.missing for record in records if not record.complete}
