"""A simulated organization, synced and built once for all tests that only look at it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, settings

BEGUN = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--within", type=float, help="seconds after which no further test begins")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    limit = item.config.getoption("--within")
    if limit is not None and time.monotonic() - BEGUN > limit:
        pytest.skip("no time is left for it: 'make slow' runs it")


# A slow machine is no wrong answer: speed is measured by the benchmarks.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

SCENARIO = {
    "seed": 11, "days": 200, "jobs": 2_500, "anchor": datetime(2026, 6, 17, 9, tzinfo=UTC), "contract": "2026-10",
}  # fmt: skip
COST_CENTERS = """# by everything that a rule can look at; much is left over
cost_center,organization,project,user,backend,tag,name
CC-1,,*Chemistry,,qpu.forte*,,
CC-2,,,,,study=maxcut*,
CC-3,,,Ada*,,study,
CC-2,,,,,,qaoa *
CC-4,,Teaching Lab,,,,
"""


@dataclass(frozen=True)
class Simulated:
    """Where everything about the simulated organization is, and the truth about it."""

    data_dir: Path
    truth: dict[str, Any]

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the published warehouse to look at it."""
        return duckdb.connect(str(self.data_dir / "warehouse.duckdb"), read_only=True)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Sync and build once, whichever of the test processes needs it first."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    data_dir, truth = shared / "simulated", shared / "simulated.json"
    with (shared / "simulated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not truth.exists():
            truth.write_text(json.dumps(_make(data_dir), default=str))
    return Simulated(data_dir, json.loads(truth.read_text()))


def _make(data_dir: Path) -> dict[str, Any]:
    from ionq_data.api import Client
    from ionq_data.config import Account, Settings
    from ionq_data.emulator import Emulator, Scenario
    from ionq_data.ingest import sync
    from ionq_data.lake import Lake
    from ionq_data.warehouse import build, publish

    settings = Settings(data_dir=data_dir, accounts=(Account(),))
    with Emulator(Scenario(**SCENARIO), port=0).serve() as server:

        def connect(_: Account) -> Client:
            return Client(server.base_url, api_key=server.api_key, concurrency=8, clock=server.emulator.clock.now)

        records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=server.emulator.clock.now)
        assert all(record.complete for record in records), [record.missing for record in records]
        truth: dict[str, Any] = server.emulator.truth(jobs=True)
    rules = data_dir / "cost_centers.csv"
    rules.write_text(COST_CENTERS)
    result = build(data_dir, lake_dir=settings.lake_dir, cost_centers=rules)
    assert result.passed, result
    publish(data_dir)
    return truth
