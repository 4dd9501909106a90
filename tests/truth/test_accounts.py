"""Two keys of one organization, of which one sees a part of what the other sees: nothing is counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.sql.marts import build
from tests.truth.comparing import report
from tests.truth.reference import REFERENCES, compare
from tests.truth.worlds import ANCHOR, read_first

EACH_KEY_LOOKS = ("fct_backend_snapshots", "backend_availability_daily", "data_freshness")
"""Marts of what each account saw for itself."""


@pytest.mark.prove
def test_a_second_key_changes_no_figure(tmp_path: Path) -> None:
    accounts = (Account(), Account(name="own", submitters="own"))
    settings = Settings(data_dir=tmp_path, accounts=accounts)
    with Emulator(Scenario(seed=106, days=90, jobs=900, anchor=ANCHOR, contract="2026-05")).serve() as server:
        emulator = server.emulator
        keys = dict(zip([account.name for account in accounts], emulator.history.organization.keys, strict=False))

        def connect(account: Account) -> Client:
            return Client(server.base_url, api_key=keys[account.name].secret, clock=emulator.clock.now)

        records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=emulator.clock.now)
        assert all(record.complete for record in records), [record.missing for record in records]
        known = read_first(server)
    with build(tmp_path, settings.lake_dir) as connection:
        seen = f"select account, count(distinct id) > 20 from read_parquet('{settings.lake_dir}/jobs/**/*.parquet')"
        assert connection.execute(f"{seen} group by all order by all").fetchall() == [("default", True), ("own", True)]
        for mart in REFERENCES.keys() - EACH_KEY_LOOKS:
            rows, words = compare(connection, mart, known, but=("account",))
            assert rows
            assert not words, report(words, mart)
