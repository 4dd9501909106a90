"""Commands run as a person runs them: in a process of their own, with an emulator to talk to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ionq_data.emulator import Emulator, Scenario, Server

ANCHOR = datetime(2026, 5, 20, 9, tzinfo=UTC)

Ran = subprocess.CompletedProcess[str]
RunCommand = Callable[..., Ran]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Emulator(Scenario(seed=5, days=30, jobs=120, anchor=ANCHOR)).serve() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a person without any setting but where the data goes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "DAGSTER_", "DBT_"))}
    return kept | {"IONQ_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "100"}


@pytest.fixture
def connected(environment: dict[str, str], server: Server) -> dict[str, str]:
    """The environment of a person with a key."""
    server.emulator.faults.clear()
    return environment | {
        "IONQ_BASE_URL": server.base_url,
        "IONQ_API_KEY": server.api_key,
        "IONQ_CLOCK": "server",
        "IONQ_MAX_ATTEMPTS": "1",
    }


@pytest.fixture
def run_command(tmp_path: Path) -> RunCommand:
    def run(*arguments: str, env: dict[str, str]) -> Ran:
        command = [sys.executable, "-m", "ionq_data.cli", *arguments]
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=280)

    return run
