"""The process ends, or the disk fails, at the n-th storage operation, for every n; the next run is right (DESIGN 9)."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_data.lake import Lake, LakeError
from ionq_data.lake.compaction import compact
from ionq_data.lake.storage import LocalStorage
from ionq_data.lake.verification import verify
from tests.proofs.simulated_disk import AFTERMATHS, Aftermath, SimulatedDisk
from tests.sync import records
from tests.sync.bench import Bench, incomplete
from tests.sync.truth import current
from tests.sync.upstream import Crash, Upstream

LEAN = ["sessions", "jobs", "job_costs", "usage", "characterizations"]
LEAN_RESULTS = ("job ", "cost ", "sessions ")
Work = Callable[[Lake], None]


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write rows and bookmarks in the middle of a listing too."""
    monkeypatch.setattr("os.fsync", lambda _: None)
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 2)


def crash(base: Path, folder: Path, work: Work, ends_at: int | None, aftermath: Aftermath) -> tuple[Lake, bool]:
    """Do some work on a copy of a lake until its n-th operation; return what is left, and whether it came so far."""
    shutil.copytree(base, folder / "lake")
    disk = SimulatedDisk(folder / "lake", ends_at=ends_at)
    try:
        work(Lake(disk.root, LocalStorage(disk.root, disk)))
    except Crash:
        return Lake(disk.after_power_loss(folder / "after", aftermath)), True
    return Lake(disk.root), False


def fail(base: Path, folder: Path, work: Work, fails_at: int) -> tuple[Lake, bool]:
    """Do some work on a copy of a lake whose disk fails at its n-th operation; return it, and whether it did."""
    shutil.copytree(base, folder / "lake")
    disk = SimulatedDisk(folder / "lake", fails_at=fails_at)
    with contextlib.suppress(LakeError):
        work(Lake(disk.root, LocalStorage(disk.root, disk)))
    return Lake(disk.root), disk.operations >= fails_at


def every_point(base: Path, folder: Path, work: Work, *, thoroughly: bool) -> Iterator[tuple[Lake, str]]:
    """Yield what is left of each end and failure, at the first operation, the second, … until the work is done."""
    n = 0
    while True:
        n += 1
        aftermaths = AFTERMATHS if thoroughly else AFTERMATHS[n % len(AFTERMATHS) :][:1]
        for aftermath in aftermaths:
            lake, has_ended = crash(base, folder / f"{n} {aftermath}", work, n, aftermath)
            if not has_ended:
                assert n > 10, "the work consists of more steps than that"
                return
            yield lake, f"ended at operation {n}, {aftermath}"
        if thoroughly or n % 4 == 0:
            lake, _ = fail(base, folder / f"{n} fails", work, n)
            yield lake, f"operation {n} failed"
        for path in folder.glob(f"{n} *"):
            shutil.rmtree(path)


def a_history() -> Upstream:
    """Return an API with something of everything, of which a part has been synced before and has changed since."""
    up = Upstream()
    up.add_jobs(5, apart=timedelta(hours=9))
    up.add_usage("project", up.now.date(), 5, "a")
    up.add_characterization("first", up.now)
    return up


def go_on(up: Upstream) -> None:
    up.now += timedelta(hours=30)
    waiting = up.add_job(7, up.now)
    up.finish(sorted(up.jobs)[0], up.now, cost=3)
    up.add_jobs(3, apart=timedelta(minutes=50))
    up.add_usage("project", up.now.date(), 7, "a")
    up.add_characterization("second", up.now)
    up.sessions.append(records.session(f"session of {waiting}", up.now))


def prove_sync(tmp_path: Path, *, resources: list[str] | None, thoroughly: bool) -> None:
    up = a_history()
    base = tmp_path / "base"
    Bench(up, Lake(base)).sync(resources=resources)
    go_on(up)
    now = up.now

    def work(lake: Lake) -> None:
        up.now = now
        Bench(up, lake).sync(resources=resources, page_size=2)

    for lake, point in every_point(base, tmp_path / "points", work, thoroughly=thoroughly):
        bench = Bench(up, lake)
        assert not (missing := incomplete(bench.sync(resources=resources, page_size=2))), (point, missing)
        up.now += timedelta(days=1)  # a cost that was asked for before the end is asked for again a day later
        assert not incomplete(bench.sync(resources=resources)), point
        wrong = [
            wrong for wrong in bench.wrong() if resources is None or wrong.startswith(("job ", "cost ", "sessions "))
        ]
        assert not wrong, (point, wrong)
        assert (report := verify(lake)).is_sound, (point, report.findings)


@pytest.mark.prove
def test_a_sync_that_ends_at_any_operation_is_made_good_by_the_next(tmp_path: Path) -> None:
    prove_sync(tmp_path, resources=["sessions", "jobs", "job_costs"], thoroughly=False)


@pytest.mark.prove
def test_a_sync_of_everything_that_ends_or_fails_at_any_operation(tmp_path: Path) -> None:
    prove_sync(tmp_path, resources=None, thoroughly=True)


def prove_compaction(tmp_path: Path, *, thoroughly: bool) -> None:
    up = a_history()
    base = tmp_path / "base"
    for _ in range(2):
        Bench(up, Lake(base)).sync(resources=LEAN, page_size=2)
        go_on(up)
    before = {name: current(Lake(base), name) for name in LEAN}
    moments = [up.now, up.now + timedelta(hours=2)]  # merging, then removing what was merged

    def work(lake: Lake) -> None:
        for moment in moments:
            compact(lake, now=moment, fewest_files=2)

    for lake, point in every_point(base, tmp_path / "points", work, thoroughly=thoroughly):
        for hours in (0, 4, 8):
            assert {name: current(lake, name) for name in LEAN} == before, point
            assert (report := verify(lake)).is_sound, (point, report.findings)
            compact(lake, now=up.now + timedelta(hours=hours), fewest_files=2)
        assert {name: current(lake, name) for name in LEAN} == before, point


@pytest.mark.prove
def test_a_compaction_that_ends_at_any_operation_loses_and_doubles_nothing(tmp_path: Path) -> None:
    prove_compaction(tmp_path, thoroughly=False)


@pytest.mark.prove
def test_a_compaction_that_ends_or_fails_at_any_operation_in_any_way(tmp_path: Path) -> None:
    prove_compaction(tmp_path, thoroughly=True)
