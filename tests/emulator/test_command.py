"""`python -m ionq_data.emulator` as a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx

from ionq_data.emulator import Emulator, Scenario
from tests.emulator.conftest import ANCHOR

ROOT = Path(__file__).parents[2]


def test_the_command_announces_itself_and_serves() -> None:
    command = [
        sys.executable, "-m", "ionq_data.emulator", "--port", "0", "--seed", "9", "--days", "20", "--jobs", "40",
        "--now", ANCHOR.isoformat(), "--clock", "running", "--speed", "1000",
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
        control = told["base_url"].replace("/v0.4", "/_emulator/clock")
        assert httpx.get(control, timeout=10).json()["mode"] == "running"
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
