"""A sync of the plain-list API into a lake of its own, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.sync.upstream import KEY, Upstream

from ionq_data.api import Client, Timing
from ionq_data.config import Account, Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.sync.ledger import SyncRecord


async def _no_wait(_: float) -> None:
    return None


@dataclass
class Bench:
    """An upstream, a lake, and the way from one to the other."""

    upstream: Upstream
    lake: Lake

    def sync(self, *, account: str = "default", **arguments: Any) -> list[SyncRecord]:
        """Sync once; the clock ticks on by a second with each look at it."""
        setting_names = set(Settings.model_fields)
        values = {name: arguments.pop(name) for name in list(arguments) if name in setting_names}
        settings = Settings(data_dir=self.lake.root.parent, **({"accounts": (Account(name=account),)} | values))
        return sync(settings, self.lake, connect=self._connect(settings), clock=self.clock, **arguments)

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

    def clock(self) -> datetime:
        self.upstream.now += timedelta(microseconds=1)
        return self.upstream.now

    def rows(self, resource: str, query: str = "select * from r") -> list[tuple[Any, ...]]:
        """Query the current versions of a resource, as ``r``; deleted ones too."""
        key = {"jobs": "id", "job_costs": "job_id", "characterizations": "id", "sessions": "id"}.get(resource)
        partition = {"usage": '"group_by", "from"'}.get(resource, key)
        latest = f"qualify row_number() over (partition by {partition} order by _extracted_at desc, _run_id desc) = 1"
        with duckdb.connect() as connection:
            source = f"read_parquet('{self.lake.root}/{resource}/**/*.parquet', union_by_name = true)"
            return connection.execute(
                f"with r as (select * from {source} {latest if partition else ''}) {query}"
            ).fetchall()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Upstream(), Lake(tmp_path / "lake"))
