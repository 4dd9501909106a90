"""IonQ's own integration tests, from the source distributions of its client and unchanged, against the emulator."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.sdks.environments import bare, environment, source

# Before the environment could name another address, the client's default was the only one.
ADDRESS = """
import ionq_core.ionq_client
ionq_core.ionq_client.DEFAULT_BASE_URL = {url!r}
ionq_core.ionq_client.IonQClient.__kwdefaults__.update(base_url={url!r})
"""


@pytest.mark.parametrize(
    ("version", "contract"),
    [("0.2.0", "2026-10"), pytest.param("0.1.1", "2026-05", marks=pytest.mark.prove)],
)
@pytest.mark.prove
def test_integration_tests_pass(version: str, contract: Any, tmp_path: Path) -> None:
    python = environment(f"ionq-core-{version}-pytest", f"ionq-core=={version}", "pytest", "pytest-asyncio")
    tests = source("ionq-core", version)
    emulator = Emulator(Scenario(seed=5, days=30, jobs=300, contract=contract))
    emulator.clock.set(datetime.now(UTC))
    emulator.clock.run()
    with emulator.serve() as server:
        (tmp_path / "address.py").write_text(ADDRESS.format(url=server.base_url))
        given = {
            "IONQ_API_KEY": server.api_key, "IONQ_API_URL": server.base_url, "PYTHONPATH": str(tmp_path),
            "IONQ_ORG_ID": server.organization_id,
        }  # fmt: skip
        command = [python, "-m", "pytest", "tests/integration", "-m", "integration", "-p", "address", "-rs"]
        # Its own settings ask for coverage of the client, and hold a warning about plain HTTP for an error.
        command += ["-o", "addopts=", "-o", "cache_dir=" + str(tmp_path / "cache"), "-W", "ignore"]
        ran = subprocess.run(
            command, cwd=tests, env={**bare(), **given}, capture_output=True, text=True, check=False, timeout=250
        )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    (passed,) = re.findall(r"(\d+) passed", ran.stdout)
    assert int(passed) == 28
    assert "skipped" not in ran.stdout.splitlines()[-1]
