"""A copy of the lake that is made while syncs and compactions go on is a lake: nothing in it is claimed and missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_data.lake import Lake
from ionq_data.lake.compaction import compact
from ionq_data.lake.verification import verify
from tests.operations.console import script
from tests.operations.processes import ROOT
from tests.sync.bench import Bench
from tests.sync.truth import differences
from tests.sync.upstream import Upstream

Meanwhile = Callable[[], None]


@pytest.fixture(autouse=True)
def many_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("IONQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 20)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Upstream(), Lake(tmp_path / "data" / "lake"))


@pytest.fixture
def steps(tmp_path: Path) -> tuple[Meanwhile, Meanwhile]:
    """Return the two steps of the copy, as the server's page has them."""
    lines = [line for line in script(ROOT / "docs" / "server.md").splitlines() if "backup/lake" in line][:3]
    (tmp_path / "backup" / "lake").mkdir(parents=True)
    notes, records = (line for line in lines if line.startswith("cp "))

    def step(line: str) -> Meanwhile:
        return lambda: subprocess.run(["bash", "-eu", "-c", line], cwd=tmp_path, check=True, timeout=60) and None

    return step(notes), step(records)


def live_on(bench: Bench) -> None:
    bench.upstream.now += timedelta(hours=30)
    bench.upstream.add_jobs(60, apart=timedelta(minutes=9))
    bench.upstream.add_usage("project", bench.upstream.now.date(), 12.5, "p")


def assert_is_a_lake(bench: Bench, tmp_path: Path) -> None:
    restored = Bench(bench.upstream, Lake(tmp_path / "backup" / "lake"))
    found = verify(restored.lake)
    assert found.is_sound, found.findings
    restored.sync()
    assert not differences(bench.upstream, restored.lake)
    assert verify(restored.lake).is_sound


def test_a_sync_between_the_two_steps(bench: Bench, steps: tuple[Meanwhile, Meanwhile], tmp_path: Path) -> None:
    bench.upstream.add_jobs(200)
    bench.sync()
    copy_notes, copy_records = steps
    copy_notes()
    live_on(bench)
    bench.sync()
    copy_records()
    assert_is_a_lake(bench, tmp_path)


def test_a_sync_that_is_killed_on_either_side(bench: Bench, steps: tuple[Meanwhile, Meanwhile], tmp_path: Path) -> None:
    bench.upstream.add_jobs(400)
    bench.crash(after=25, page_size=10)
    copy_notes, copy_records = steps
    copy_notes()
    live_on(bench)
    bench.crash(after=40, page_size=10)
    copy_records()
    assert_is_a_lake(bench, tmp_path)


def test_a_compaction_between_two_copies_into_the_same_folder(
    bench: Bench, steps: tuple[Meanwhile, Meanwhile], tmp_path: Path
) -> None:
    for _ in range(3):
        live_on(bench)
        bench.sync()
        for step in steps:
            step()
        compact(bench.lake, grace=timedelta(0), fewest_files=2)
        compact(bench.lake, grace=timedelta(0), fewest_files=2)  # the second removes what the first has merged
    for step in steps:
        step()
    assert_is_a_lake(bench, tmp_path)


def test_the_other_order_loses_records(bench: Bench, steps: tuple[Meanwhile, Meanwhile], tmp_path: Path) -> None:
    """Which is why the page insists on it."""
    bench.upstream.add_jobs(200)
    bench.sync()
    copy_notes, copy_records = steps
    copy_records()
    live_on(bench)
    bench.sync()
    copy_notes()
    found = verify(Lake(tmp_path / "backup" / "lake"))
    assert any("rows were written, but the lake has" in finding.what for finding in found.findings)
