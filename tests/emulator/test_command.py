"""`python -m ionq_data.emulator` as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.conftest import ANCHOR

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("options", "cost_models", "estimate"),
    [((), {"QCT", "2QGE_operations"}, 200),
     (("--contract", "2026-05", "--role", "user"), {"quantum_compute_time", "execution_time"}, 401)],
)  # fmt: skip
def test_the_command_announces_itself_and_serves(
    options: tuple[str, ...], cost_models: set[str], estimate: int
) -> None:
    command = [
        sys.executable, "-m", "ionq_data.emulator", "--port", "0", "--seed", "9", "--days", "20", "--jobs", "40",
        "--now", ANCHOR.isoformat(), "--clock", "x1000", *options,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(3))
        headers = {"Authorization": f"apiKey {told['api_key']}"}
        jobs = httpx.get(told["base_url"] + "/jobs", params={"limit": 100}, headers=headers, timeout=10).json()["jobs"]
        twin = Emulator(Scenario(seed=9, days=20, jobs=40, anchor=ANCHOR))
        assert set(twin.job_ids()) <= {job["id"] for job in jobs}
        assert told["organization_id"] == twin.organization_id
        assert {job["cost_model"] for job in jobs if "cost_model" in job} == cost_models
        asked = httpx.get(told["base_url"] + "/jobs/estimate?backend=qpu.forte-1", headers=headers, timeout=10)
        assert asked.status_code == estimate
        control = told["base_url"].replace("/v0.4", "/_emulator/clock")
        assert httpx.get(control, timeout=10).json()["mode"] == "running"
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_it_ends_with_a_parent_that_is_killed() -> None:
    parent = """
import subprocess, sys
command = [sys.executable, "-m", "ionq_data.emulator", "--port=0", "--days=20", "--jobs=40", "--end-with-parent"]
subprocess.Popen(command, stdin=subprocess.PIPE).wait()
"""
    with subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip().partition(": ")[2]
        assert httpx.get(address + "/backends", timeout=10).status_code == 200
        process.kill()
        process.stdout.read()  # to its end, which comes when the last process that writes there is no more
    with pytest.raises(httpx.ConnectError):
        httpx.get(address + "/backends", timeout=10)
