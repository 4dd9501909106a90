"""A build and its publication that fail or are killed at the n-th operation on files, for every n.

Whatever has been done by then, what is published is whole, either the old or the new, and the next build is right.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from ionq_data.warehouse import Layout, WarehouseError, build, connect, publish

pytestmark = pytest.mark.slow

PutJobs = Callable[..., Path]
OPERATIONS = [
    (os, "mkdir"),
    (os, "rename"),
    (os, "replace"),
    (os, "unlink"),
    (os, "fsync"),
    (shutil, "copyfile"),
    (shutil, "rmtree"),
    (duckdb, "connect"),
]


class Crash(BaseException):
    """The process ends here; nothing in it may catch this."""


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def operations(reach: Callable[[int], None]) -> Iterator[list[tuple[str, str]]]:
    """Call ``reach`` with the number of each operation before it is done; yield their names and what they are of."""
    done: list[tuple[str, str]] = []

    def counted(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            done.append((name, str(arguments[0])))
            reach(len(done))
            return operation(*arguments, **options)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for module, name in OPERATIONS:
            patch.setattr(module, name, counted(name, getattr(module, name)))
        yield done


def build_and_publish(data_dir: Path, lake: Path) -> None:
    assert build(data_dir, lake_dir=lake, wait_seconds=30).passed
    publish(data_dir)


def published(data_dir: Path) -> list[tuple[int, int]]:
    """Return what is published, having seen that every file of it is whole and of one of the two states."""
    with connect(data_dir) as connection:
        connection.execute("select count(*) from fct_jobs").fetchall()
        totals = connection.execute("select jobs, shots from totals").fetchall()
    assert pl.read_parquet(Layout(data_dir).marts / "totals.parquet").rows() in ([(1, 100)], [(2, 200)])
    assert pl.read_parquet(Layout(data_dir).marts / "fct_jobs.parquet").height in {1, 2}
    return totals


@pytest.mark.parametrize("failure", [Crash, pytest.param(full_disk, marks=pytest.mark.prove)])
def test_every_failure_leaves_a_whole_warehouse(
    project: Path, data_dir: Path, put_jobs: PutJobs, failure: Callable[[], BaseException]
) -> None:
    """Each operation is interrupted before it is done; a full disk is a sentence, and changes nothing published."""
    build_and_publish(data_dir, put_jobs("a"))
    before = data_dir.with_name("before")
    shutil.copytree(data_dir, before)
    number, done = 0, [("", "")]
    while number <= len(done):
        number += 1
        shutil.rmtree(data_dir)
        shutil.copytree(before, data_dir)
        lake = put_jobs("a", "b")

        def reach(current: int, number: int = number) -> None:
            if current == number:
                raise failure()

        try:
            with operations(reach) as done:
                build_and_publish(data_dir, lake)
        except Crash:
            pass
        except WarehouseError:  # a sentence of ours: anything else fails the test
            if failure is Crash:
                raise
        assert published(data_dir) in ([(1, 100)], [(2, 200)]), done[-1]

        build_and_publish(data_dir, lake)
        assert published(data_dir) == [(2, 200)], f"the build after a failure at {done[-1]} is wrong"
        assert pl.read_parquet(Layout(data_dir).marts / "totals.parquet").rows() == [(2, 200)], done[-1]
    assert number > 15, "hardly anything was interrupted"


def test_what_is_published_is_on_the_disk_before_it_is_renamed(
    project: Path, data_dir: Path, put_jobs: PutJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power loss leaves a name whose content was never written."""
    flushed: set[int] = set()
    renamed: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_flush(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def note_rename(source: Path, target: Path) -> None:
        assert source.stat().st_ino in flushed, f"{source} was not flushed"
        renamed.append(target.name)
        replace(source, target)

    lake = put_jobs("a")
    assert build(data_dir, lake_dir=lake).passed
    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(os, "replace", note_rename)
    publish(data_dir)
    assert set(renamed) == {"warehouse.duckdb", "fct_jobs.parquet", "totals.parquet"}
    assert data_dir.stat().st_ino in flushed
    assert Layout(data_dir).marts.stat().st_ino in flushed


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.warehouse.test_crash_points import build_and_publish, operations
number, data_dir, lake = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
def reach(current):
    if current == number:
        os.kill(os.getpid(), signal.SIGKILL)
with operations(reach):
    build_and_publish(data_dir, lake)
"""


@pytest.mark.prove
def test_every_kill_leaves_a_whole_warehouse(project: Path, data_dir: Path, put_jobs: PutJobs) -> None:
    """The process is killed: nothing is closed, rolled back or cleaned up."""
    for number in range(1, 200):
        shutil.rmtree(data_dir, ignore_errors=True)
        build_and_publish(data_dir, put_jobs("a"))
        lake = put_jobs("a", "b")
        command = [sys.executable, "-c", KILLED, str(number), str(data_dir), str(lake)]
        ended = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
        assert published(data_dir) in ([(1, 100)], [(2, 200)]), number
        build_and_publish(data_dir, lake)
        assert published(data_dir) == [(2, 200)], number
        if ended.returncode == 0:
            assert number > 15
            return
    pytest.fail("a build has more operations than this test looks at")
