"""IonQ's own clients, each in an environment of its own, read every endpoint and every page of their contract."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.conftest import ANCHOR

JOBS = 260
CACHE = Path(__file__).parents[2] / ".cache"
WALK = Path(__file__).with_name("official_client_walk.py")


def official_python(version: str) -> Path:
    """Return an interpreter with a version of `ionq-core`, made once and kept in `.cache/`."""
    kept = CACHE / f"ionq-core-{version}-python{sys.version_info.major}.{sys.version_info.minor}"
    if not (kept / "bin" / "python").exists():
        CACHE.mkdir(exist_ok=True)
        # Built beside and renamed, so that parallel runs and an interrupted one do no harm.
        making = Path(tempfile.mkdtemp(prefix="ionq-core-", dir=CACHE))
        try:
            subprocess.run([sys.executable, "-m", "venv", making], check=True, capture_output=True)
            install = [making / "bin" / "python", "-m", "pip", "install", "--quiet", f"ionq-core=={version}"]
            installed = subprocess.run(install, capture_output=True, text=True, check=False, timeout=240)
            if installed.returncode:
                pytest.skip(f"pip cannot install ionq-core {version}: {installed.stderr.strip()[-300:]}")
            if not kept.exists():
                os.rename(making, kept)  # noqa: PTH104
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return kept / "bin" / "python"


@pytest.mark.parametrize(
    ("version", "contract", "hostile"),
    [
        ("0.2.0", "2026-10", True),
        pytest.param("0.2.0", "2026-10", False, marks=pytest.mark.prove),
        ("0.1.1", "2026-05", False),
        pytest.param("0.1.1", "2026-05", True, marks=pytest.mark.prove),
    ],
)
def test_the_official_client_reads_everything(version: str, contract: Any, hostile: bool) -> None:
    python = official_python(version)
    scenario = Scenario(seed=5, days=40, jobs=JOBS, anchor=ANCHOR, hostile=hostile, contract=contract)
    with Emulator(scenario).serve() as server:
        walked = subprocess.run(
            [python, WALK, server.base_url, server.api_key, server.organization_id],
            capture_output=True, text=True, check=False, timeout=200, env={**os.environ, "PYTHONPATH": ""},
        )  # fmt: skip
        assert walked.returncode == 0, walked.stderr[-3000:]
        seen = json.loads(walked.stdout)
        assert seen["iter_jobs"] == seen["aiter_jobs"] == seen["get_job"] == seen["get_job_cost"] == JOBS
        assert seen["get_usages"] == 9
        assert seen["get_characterization"] == sum(
            len(server.emulator.calibrations.until(number, server.emulator.clock.now_ms())) for number in range(1, 6)
        )
        assert seen["iter_session_jobs"] > 0
        if contract == "2026-10":
            kinds = ("SingleCircuitJob", "MultiCircuitJob", "QuantumFunctionJob", "QaoaJob")
            assert all(seen[kind] for kind in kinds)
            assert seen["get_job_artifact"] > seen["SingleCircuitJob"] > 100
            assert seen["get_format_schema"] == 5
        else:
            assert seen["get_variant_shots"] == seen["get_variant_histogram"] > 0
        assert {record.status for record in server.emulator.requests} == {200}
