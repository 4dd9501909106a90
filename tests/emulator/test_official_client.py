"""IonQ's own client, in an environment of its own, reads every endpoint and every page."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.conftest import ANCHOR

VERSION = "0.1.1"
CACHE = Path(__file__).parents[2] / ".cache"
WALK = Path(__file__).with_name("official_client_walk.py")


@pytest.fixture(scope="module")
def official_python() -> Path:
    """An interpreter with `ionq-core`, made once and kept in `.cache/`."""
    kept = CACHE / f"ionq-core-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    if not (kept / "bin" / "python").exists():
        CACHE.mkdir(exist_ok=True)
        # Built beside and renamed, so that parallel runs and an interrupted one do no harm.
        making = Path(tempfile.mkdtemp(prefix="ionq-core-", dir=CACHE))
        try:
            subprocess.run([sys.executable, "-m", "venv", making], check=True, capture_output=True)
            install = [making / "bin" / "python", "-m", "pip", "install", "--quiet", f"ionq-core=={VERSION}"]
            installed = subprocess.run(install, capture_output=True, text=True, check=False, timeout=240)
            if installed.returncode:
                pytest.skip(f"pip cannot install ionq-core {VERSION}: {installed.stderr.strip()[-300:]}")
            if not kept.exists():
                os.rename(making, kept)  # noqa: PTH104
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return kept / "bin" / "python"


@pytest.mark.parametrize("hostile", [False, True])
def test_the_official_client_reads_everything(official_python: Path, hostile: bool) -> None:
    scenario = Scenario(seed=5, days=40, jobs=260, anchor=ANCHOR, hostile=hostile)
    with Emulator(scenario).serve() as server:
        walked = subprocess.run(
            [official_python, WALK, server.base_url, server.api_key, server.organization_id],
            capture_output=True, text=True, check=False, timeout=200, env={**os.environ, "PYTHONPATH": ""},
        )  # fmt: skip
        assert walked.returncode == 0, walked.stderr[-3000:]
        seen = json.loads(walked.stdout)
        assert seen["iter_jobs"] == seen["aiter_jobs"] == seen["get_job"] == seen["get_job_cost"] == 260
        assert seen["get_usages"] == 9
        assert seen["get_characterization"] == sum(
            len(server.emulator.calibrations.until(number, server.emulator.clock.now_ms())) for number in range(1, 6)
        )
        assert seen["get_variant_shots"] == seen["get_variant_histogram"] > 0
        assert seen["iter_session_jobs"] > 0
        assert {record.status for record in server.emulator.requests} == {200}
