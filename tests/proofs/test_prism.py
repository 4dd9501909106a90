"""A server that others wrote from the contract alone, with random answers: everything is stored or rejected."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ionq_data.config import Account, Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.lake.verification import verify

CONTRACT = Path(__file__).parent.parent / "contract" / "ionq-v0.4.structure.json"
ORGANIZATION = "b7a1c8f2-0000-4000-8000-000000000001"
PACKAGE = "@stoplight/prism-cli"


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the command, of this machine or else fresh from npm."""
    if found := shutil.which("prism"):
        return found
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"neither prism nor npm is here; install Node.js to run {PACKAGE}")
    folder = tmp_path_factory.mktemp("prism")
    asked = [npm, "install", "--no-fund", "--no-audit", "--silent", "--prefix", str(folder), PACKAGE]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr.strip()[-200:]}")
    return str(folder / "node_modules" / ".bin" / "prism")


@pytest.fixture
def base_url(prism: str) -> Iterator[str]:
    """Serve the contract with random answers until the test ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [prism, "mock", "--dynamic", "--host", "127.0.0.1", "--port", str(port), str(CONTRACT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/whoami")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.mark.prove
def test_a_server_of_random_values_is_synced_without_a_traceback(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "k" * 32)
    account = Account(base_url=base_url, organization_id=ORGANIZATION)
    settings = Settings(data_dir=tmp_path, accounts=(account,), backends=("qpu.forte-1",), max_attempts=2)
    lake = Lake(settings.lake_dir)
    seen = 0
    for full in (False, False, True, False):
        for record in sync(settings, lake, full=full):
            assert record.complete or record.missing
            seen += record.rows_seen
            assert record.rows_written + record.rows_rejected <= record.rows_seen
    found = verify(lake)
    assert found.is_sound, found.findings
    assert seen > 20
    names = {record.resource for record in lake.ledger("default") if record.rows_written}
    assert names >= {"whoami", "backends", "sessions", "rates"}, "usage of a random date is seldom of a date asked for"
