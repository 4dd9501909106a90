"""IonQ's own clients, each in an environment of its own, read every endpoint and every page of their contract."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.conftest import ANCHOR
from tests.emulator.sdks.environments import environment

pytestmark = pytest.mark.slow

JOBS = 260
WALK = Path(__file__).with_name("official_client_walk.py")


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
    python = environment(f"ionq-core-{version}-pytest", f"ionq-core=={version}", "pytest", "pytest-asyncio")
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
