"""``make dev`` from a fresh clone: the UI is there, every asset is documented, and nothing pretends to be fresh."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from tests.operations.processes import ROOT, started, wait_for
from tests.operations.webserver import Dagster

pytestmark = pytest.mark.timeout(1200)

_MADE_BY_RUNNING = {".cache", ".dagster", ".git", ".venv", "data"}  # `make dev` would change a linked environment


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_dev(tmp_path: Path) -> None:
    for entry in ROOT.iterdir():
        if entry.name not in _MADE_BY_RUNNING:
            (tmp_path / entry.name).symlink_to(entry)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path / "dev.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "DAGSTER_", "DBT_"))}
    command = ["make", "-C", str(tmp_path), "dev", f"ARGS=-h 127.0.0.1 -p {port}"]
    dagster = Dagster(f"http://127.0.0.1:{port}")
    with started(command, log=log, environment=kept):
        wait_for("the set-up and the UI", dagster.is_loaded, logs=[log])
        assets = dagster.assets()
        assert {node["groupName"] for node in assets.values()} == {"lake", "warehouse", "publish"}
        for key, node in assets.items():
            assert node["description"], key
            assert node["kinds"], key
            assert node["owners"], key
            assert (node["freshnessStatusInfo"] or {}).get("freshnessStatus") in {"UNKNOWN", None}, key
        assert {state["status"] for state in dagster.schedules().values()} == {"STOPPED"}
        assert set(dagster.sensors().values()) == {"STOPPED"}
    assert (tmp_path / ".dagster" / "dagster.yaml").read_text() == (ROOT / "deploy" / "dagster.dev.yaml").read_text()
    said = log.read_text(errors="replace")
    assert "Traceback" not in said, said[-4000:]
