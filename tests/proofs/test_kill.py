"""Real processes, killed with SIGKILL at random moments and started again: nothing is lost, nothing is double."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_data.lake import Lake
from ionq_data.lake.verification import verify
from tests.proofs.loopback import serving
from tests.sync.truth import current, differences
from tests.sync.upstream import KEY, Upstream

ROOT = Path(__file__).parent.parent.parent


def start(base_url: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start a sync and return when it begins."""
    command = [sys.executable, "-m", "tests.proofs.sync_process", base_url, str(folder), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IONQ_")}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment | {"IONQ_API_KEY": KEY}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(base_url: str, folder: Path, *options: str) -> float:
    """Sync to the end, which must be a complete one; return how many seconds that took."""
    process, began = start(base_url, folder, *options), time.monotonic()
    output, _ = process.communicate(timeout=120)
    assert output == "complete\n"
    return time.monotonic() - began


def live_on(upstream: Upstream, chance: random.Random) -> None:
    """Let some hours pass upstream, with what happens in hours."""
    upstream.now += timedelta(hours=chance.randint(1, 30))
    upstream.add_jobs(chance.randint(1, 60), apart=timedelta(minutes=7))
    open_jobs = [upstream.add_job(next(upstream._numbers), upstream.now) for _ in range(3)]
    upstream.finish(open_jobs[0], upstream.now)
    for job_id in chance.sample(sorted(upstream.jobs), 2):
        del upstream.jobs[job_id]
    upstream.add_usage(
        "project", upstream.now.date() - timedelta(days=chance.randint(0, 5)), chance.randint(1, 99), "p"
    )
    upstream.add_characterization(f"c-{upstream.now:%m%dT%H}", upstream.now)


def kill_again_and_again(folder: Path, times: int, seed: int) -> int:
    """Kill that many syncs, each at a random moment of its work; return how many were still at it."""
    chance, upstream, lake = random.Random(seed), Upstream(), Lake(folder / "lake")
    upstream.add_jobs(400, apart=timedelta(hours=3))
    killed, seconds = 0, 1.5
    with serving(upstream) as base_url:
        for number in range(times):
            process = start(base_url, folder)
            time.sleep(chance.uniform(0, seconds))
            killed += process.poll() is None
            process.kill()
            process.communicate()
            found = verify(lake)
            assert found.is_sound, found.findings
            if number % 10 == 9:
                seconds = finish(base_url, folder, "--full")
                assert not differences(upstream, lake)
            live_on(upstream, chance)
        finish(base_url, folder, "--full")
        assert not differences(upstream, lake)
        before = {name: current(lake, name) for name in ("jobs", "job_costs", "usage")}
        files = len(lake.files("jobs", "default"))
        finish(base_url, folder)
        assert {name: current(lake, name) for name in before} == before
        assert len(lake.files("jobs", "default")) == files
    assert verify(lake).is_sound
    return killed


@pytest.mark.prove
def test_a_few_killed_syncs_lose_nothing(tmp_path: Path) -> None:
    assert kill_again_and_again(tmp_path, times=4, seed=7) > 0


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_killed_syncs_lose_nothing(tmp_path: Path, seed: int) -> None:
    assert kill_again_and_again(tmp_path, times=25, seed=seed) > 10
