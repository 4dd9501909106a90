"""A disk that keeps only what was flushed: its process can be gone, or its hardware fail, at the n-th operation.

It works on a real folder, so that DuckDB and Arrow can read it, and keeps in mind what a power loss would leave: the
content of a file survives once the file was flushed, its name once its folder was.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ionq_data.lake.storage import Disk
from tests.sync.upstream import Crash

Aftermath = Literal["kept", "lost", "reordered", "removals first"]
AFTERMATHS: tuple[Aftermath, ...] = ("lost", "reordered", "removals first", "kept")


@dataclass(eq=False)
class File:
    """The content of a file: as a reader sees it, and as a power loss would leave it (None: nothing was flushed)."""

    content: bytes
    durable: bytes | None = None


@dataclass(frozen=True)
class Change:
    """A change of a folder's names that has not been flushed: a name for a file, or none any more."""

    name: Path
    file: File | None


class SimulatedDisk(Disk):
    """A disk that counts its operations; ``fails_at`` and ``ends_at`` are the numbers of those that do not happen."""

    def __init__(self, root: Path, *, fails_at: int | None = None, ends_at: int | None = None) -> None:
        self.root, self.fails_at, self.ends_at = root, fails_at, ends_at
        self.operations = 0
        files = [path for path in root.rglob("*") if path.is_file()]
        self.names = {path: File(content := path.read_bytes(), content) for path in files}
        self.durable_names = dict(self.names)
        self.folders = {path for path in root.rglob("*") if path.is_dir()} | {root}
        self.durable_folders = set(self.folders)
        self.waiting: list[Change] = []

    def _operate(self) -> None:
        self.operations += 1
        if self.ends_at is not None and self.operations >= self.ends_at:
            raise Crash  # and what is dead does nothing more
        if self.operations == self.fails_at:
            raise OSError(errno.EIO, "the disk has failed")

    def make_folder(self, path: Path) -> None:
        self._operate()
        super().make_folder(path)
        self.folders.add(path)

    def write(self, path: Path, content: bytes) -> None:
        self._operate()
        super().write(path, content)
        self._name(path, File(content))

    def rename(self, path: Path, to: Path) -> None:
        self._operate()
        super().rename(path, to)
        file = self.names[path]
        self._name(path, None)
        self._name(to, file)

    def remove(self, path: Path) -> None:
        self._operate()
        super().remove(path)
        if path in self.names:
            self._name(path, None)

    def flush(self, path: Path) -> None:
        self._operate()
        if path in self.names:
            self.names[path].durable = self.names[path].content
            return
        self.durable_folders |= {folder for folder in self.folders if folder.parent == path}
        for change in [change for change in self.waiting if change.name.parent == path]:
            self.waiting.remove(change)
            _apply(self.durable_names, change)

    def _name(self, name: Path, file: File | None) -> None:
        change = Change(name, file)
        _apply(self.names, change)
        self.waiting.append(change)

    def after_power_loss(self, to: Path, aftermath: Aftermath) -> Path:
        """Write what is left: of what was not flushed all, nothing, names without content, or removals alone."""
        names = dict(self.durable_names)
        for change in self.waiting:
            if aftermath in ("kept", "reordered") or (aftermath == "removals first" and change.file is None):
                _apply(names, change)
        folders = self.folders if aftermath in ("kept", "reordered") else self.durable_folders
        for folder in sorted(folders):
            if folder == self.root or folder.parent in folders:
                (to / folder.relative_to(self.root)).mkdir(parents=True, exist_ok=True)
        for name, file in names.items():
            if (to / name.relative_to(self.root)).parent.is_dir():
                content = file.content if aftermath == "kept" else (file.durable or b"")
                (to / name.relative_to(self.root)).write_bytes(content)
        return to


def _apply(names: dict[Path, File], change: Change) -> None:
    if change.file is None:
        names.pop(change.name, None)
    else:
        names[change.name] = change.file
