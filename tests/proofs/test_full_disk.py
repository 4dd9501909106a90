"""A disk that fills up, a folder that cannot be written to: a clear error, a sound lake, and a right next sync."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_data.lake import Lake, LakeError
from ionq_data.lake.verification import verify
from tests.proofs.loopback import serving
from tests.sync.bench import Bench, incomplete, written
from tests.sync.upstream import KEY, Upstream

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


def organization(folder: Path) -> Bench:
    bench = Bench(Upstream(), Lake(folder / "lake"))
    bench.upstream.add_jobs(120)
    bench.upstream.add_usage("project", bench.upstream.now.date(), 5, "a")
    bench.upstream.add_characterization("c", bench.upstream.now)
    return bench


def assert_right_again(bench: Bench) -> None:
    assert not incomplete(bench.sync(full=True))
    assert not bench.wrong()
    assert verify(bench.lake).is_sound, verify(bench.lake).findings
    assert written(bench.sync()) == {}


@pytest.mark.parametrize(("number", "said"), [
    (errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full"), (errno.EROFS, "cannot be written to"),
    (errno.EACCES, "IONQ_DATA_DIR"), (errno.EIO, "could not be written"),
])  # fmt: skip
def test_a_write_that_fails_anywhere_says_why_and_damages_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    chance, flush = random.Random(number), os.fsync
    bench = organization(tmp_path)
    for _ in range(4):
        left = chance.randint(0, 30)

        def fail(descriptor: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(number, os.strerror(number))
            flush(descriptor)

        with monkeypatch.context() as broken:
            broken.setattr("os.fsync", fail)
            with pytest.raises(LakeError, match=said):
                bench.sync(full=True)
        found = verify(bench.lake)
        assert found.is_sound, found.findings
        assert not list(bench.lake.root.rglob("*.unfinished-*"))
        bench.upstream.now += timedelta(hours=5)
        bench.upstream.add_jobs(10)
    assert_right_again(bench)


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        bench = organization(disk)
        bench.sync()
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - 150_000))
        bench.upstream.add_jobs(1_000, apart=timedelta(minutes=1))
        for job in bench.upstream.jobs.values():
            job["metadata"] = os.urandom(200).hex()  # which compression does not make small
        with pytest.raises(LakeError, match=r"the disk is full: .* could not be written\. Free some space"):
            bench.sync(full=True)
        assert verify(bench.lake).is_sound
        filler.unlink()
        assert_right_again(bench)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of 8 MB; skip where that is not allowed."""
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    asked = [str(mount), "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if mount is None or umount is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run([umount, str(folder)], check=True)


def test_a_file_beyond_the_limit_of_the_process(tmp_path: Path) -> None:
    """A quota of another kind (``ulimit -f``), met by a real process."""
    upstream = Upstream()
    upstream.add_jobs(60, name="x" * 200)
    limited = (
        "import resource, sys\n"
        "sys.dont_write_bytecode = True\n"  # Python would keep a compiled module that the limit has cut short
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))\n"
        "from tests.proofs.sync_process import main\n"
        "main(*sys.argv[1:])"
    )
    with serving(upstream) as base_url:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IONQ_")}
        command = [sys.executable, "-c", limited, base_url, str(tmp_path)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment | {"IONQ_API_KEY": KEY}, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "LakeError: " in done.stderr.splitlines()[-1]
    assert "could not be written: File too large" in done.stderr
    assert verify(Lake(tmp_path / "lake")).is_sound
    assert_right_again(Bench(upstream, Lake(tmp_path / "lake")))


def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    bench = organization(tmp_path)
    bench.sync()
    bench.upstream.add_jobs(3)
    with read_only(bench.lake.root), pytest.raises(LakeError, match=r"cannot be written to: .*IONQ_DATA_DIR"):
        bench.sync()
    assert verify(bench.lake).is_sound
    assert_right_again(bench)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from everybody; root has to be somebody else meanwhile."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    parents = [path for path in folder.parents if path.stat().st_uid == os.geteuid() and path != Path("/tmp")]
    modes = {path: path.stat().st_mode for path in [*folders, *parents]}
    for path in modes:
        path.chmod(0o555)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65_534)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_lake_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file")
    with pytest.raises(LakeError, match=r"lake is a file, but must be a folder: .*IONQ_DATA_DIR"):
        Bench(Upstream(), Lake(tmp_path / "lake" / "below")).sync()
