"""The fixture that other people's tests use, in a test suite of its own."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

SUITE = """
import time
import httpx
import pytest

BELL = {"type": "ionq.circuit.v1", "backend": "qpu.forte-1", "shots": 100, "input": {"gateset": "qis", "circuit": [
    {"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]}}


def test_a_qpu_job_is_done_in_seconds(ionq_emulator):
    headers = {"Authorization": f"apiKey {ionq_emulator.api_key}"}
    with httpx.Client(base_url=ionq_emulator.base_url, headers=headers) as api:
        job = api.post("/jobs", json=BELL).raise_for_status().json()["id"]
        while api.get(f"/jobs/{job}").json()["status"] != "completed":
            time.sleep(0.05)
        assert sum(api.get(f"/jobs/{job}/results/probabilities").json().values()) == pytest.approx(1)


@pytest.mark.ionq_emulator(clock="frozen", contract="2026-05", jobs=10)
def test_settings(ionq_emulator):
    world = ionq_emulator.emulator
    assert (world.clock.mode, world.scenario.contract, world.scenario.jobs) == ("frozen", "2026-05", 10)
"""


def test_the_fixture_serves_a_test_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "test_program.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    installed = {one.value for one in entry_points(group="pytest11")}
    # An installation from before the plugin does not announce it.
    named = [] if "ionq_data.emulator.pytest_plugin" in installed else ["-p", "ionq_data.emulator.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "2 passed" in ran.stdout
