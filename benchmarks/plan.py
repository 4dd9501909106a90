"""The sizes that are measured, the number of runs, and the folder for their files."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import REPOSITORY, run_work

SIZES = {
    "quick": (1_000, 10_000, 100_000),
    "full": (10_000, 100_000, 1_000_000, 10_000_000),
}
"""Numbers of jobs of the measured organizations. The targets hold for ``full``. The fourth size is for work that only
reads the lake, because it takes hours to ask for the costs of ten million jobs."""

_SHAPES_A_LAKE = ("ionq_data/emulator", "ionq_data/resources", "ionq_data/lake", "ionq_data/sync", "benchmarks")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The options of a run.

    Attributes:
        sizes: numbers of jobs, smallest first.
        runs: how often each program is run; the median counts.
        workdir: where lakes are kept for the next time, and everything else for as long as it is needed.
    """

    sizes: tuple[int, ...]
    runs: int
    workdir: Path

    @property
    def synced(self) -> tuple[int, ...]:
        """The sizes that are read over HTTP."""
        return self.sizes[:3]

    @property
    def middle(self) -> int:
        """The size at which programs are compared with each other."""
        return self.sizes[1]

    @property
    def large(self) -> int:
        """The size that most targets are stated for."""
        return self.sizes[2]

    def fresh(self, name: str) -> Path:
        """Return an empty folder."""
        folder = self.workdir / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def lake(self, jobs: int) -> Path:
        """Return the folder of the lake that a first sync leaves of an organization at rest."""

        def write(lake: Path) -> None:
            run_work("write_lake", lake, str(jobs), "--rests")

        return self._kept(f"{jobs}-{_fingerprint()}", write)

    def compacted_lake(self, jobs: int) -> Path:
        """Return the folder of the same lake after the daily compaction."""

        def compact(lake: Path) -> None:
            shutil.copytree(self.lake(jobs), lake, copy_function=os.link)
            run_work("compact_lake", lake)

        return self._kept(f"{jobs}-{_fingerprint()}-compacted", compact)

    def data_dir(self, lake: Path, name: str) -> Path:
        """Return a new data directory with a lake; its files are hard links, because no file is ever changed."""
        folder = self.fresh(name)
        shutil.copytree(lake, folder / "lake", copy_function=os.link)
        return folder

    def _kept(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of a lake, made if it is not there yet."""
        folder = self.workdir / "lakes" / name
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder / "lake")
            (folder / "complete").touch()
        return folder / "lake"


def _fingerprint() -> str:
    """Return a hash of the code that shapes a lake, so that a lake of other code is written again."""
    digest = hashlib.blake2b(digest_size=6)
    for folder in _SHAPES_A_LAKE:
        for file in sorted((REPOSITORY / folder).glob("*.py")):
            if folder != "benchmarks" or file.name in ("lake_writer.py", "simulated.py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()
