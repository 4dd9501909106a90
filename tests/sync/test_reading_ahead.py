"""A listing that is read to its end does not keep the server waiting while a page is taken in."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.sync.listing_reader import ListingReader

PAGES = 6


def test_the_next_page_is_on_its_way_while_the_last_one_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = datetime(2026, 3, 20, 18, tzinfo=UTC)
    emulator = Emulator(Scenario(seed=9, days=20, jobs=100 * PAGES - 1, anchor=anchor, contract="2026-05"))
    sent: list[int] = []
    take = ListingReader._take

    def asked() -> int:
        return sum(request.path == "/jobs" for request in emulator.requests)

    def take_slowly(reader: ListingReader, page: Any) -> Any:
        # The second page waits for a look at the first, which may be all that is needed; after the last there is none.
        is_ahead = 1 <= len(sent) < PAGES - 1
        deadline = time.monotonic() + (30 if is_ahead else 0.2)
        while time.monotonic() < deadline and not (is_ahead and asked() > len(sent) + 1):
            time.sleep(0.01)  # the server is in another thread, and takes meanwhile what it has been sent
        sent.append(asked())
        return take(reader, page)

    monkeypatch.setattr(ListingReader, "_take", take_slowly)
    with emulator.serve() as server:
        monkeypatch.setenv("IONQ_API_KEY", server.api_key)
        settings = Settings(
            base_url=server.base_url,
            data_dir=tmp_path,
            clock="server",
            accounts=(Account(submitters="own"),),
        )
        (record,) = sync(settings, Lake(settings.lake_dir), resources=["jobs"])
    assert record.complete
    assert sent == [1, *range(3, PAGES + 1), PAGES]
