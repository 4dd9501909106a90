"""Where the lake's files lie: a folder, in which a file is either there whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class LakeError(Exception):
    """The lake cannot be read or written; the message says which file, why, and what to do."""


class Storage(Protocol):
    """A flat space of immutable files, named by paths with slashes relative to the lake's root."""

    def list(self, prefix: str) -> list[str]:
        """Return the names of all files below a folder, sorted; none where the folder is not there."""

    def write(self, name: str, content: bytes) -> None:
        """Make a file visible in one step, whole and durable. Raises ``LakeError``."""

    def read(self, name: str) -> bytes:
        """Return a file's content. Raises ``FileNotFoundError``."""

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""

    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""

    def size(self, name: str) -> int:
        """Return a file's size in bytes. Raises ``FileNotFoundError``."""

    def local(self, name: str) -> Path:
        """Return a path of this machine under which the file's content can be read."""


class LocalStorage:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, prefix: str) -> list[str]:
        """Return the names of all files below a folder, sorted."""
        top = self.root / prefix
        return sorted(self._walk(top)) if top.is_dir() else []

    def _walk(self, top: Path) -> Iterator[str]:
        for folder, _, names in os.walk(top):
            relative = Path(folder).relative_to(self.root).as_posix()
            yield from (f"{relative}/{name}" for name in names if not _is_unfinished(name))

    def write(self, name: str, content: bytes) -> None:
        """Write under another name, flush to the disk, rename into place, and flush the folder."""
        path = self.root / name
        unfinished = path.with_name(f"{path.name}{_UNFINISHED}{uuid.uuid4().hex[:8]}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with unfinished.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.replace(path)
                _flush_folder(path.parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    unfinished.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise LakeError(_explain(error, path)) from error

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self.root / name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        (self.root / name).unlink(missing_ok=True)

    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / name).exists()

    def size(self, name: str) -> int:
        """Return a file's size in bytes."""
        return (self.root / name).stat().st_size

    def local(self, name: str) -> Path:
        """Return the file's own path."""
        return self.root / name

    def sweep(self, older_than_seconds: float, now: float) -> int:
        """Remove what killed writers left under unfinished names; return how many there were."""
        stale = [
            Path(folder) / name
            for folder, _, names in os.walk(self.root)
            for name in names
            if _is_unfinished(name) and now - (Path(folder) / name).stat().st_mtime > older_than_seconds
        ]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


_UNFINISHED = ".unfinished-"


def _is_unfinished(name: str) -> bool:
    return _UNFINISHED in name


def _flush_folder(folder: Path) -> None:
    """Make a rename durable: it is an entry of the folder, which has a write-back cache of its own."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explain(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {path} could not be written. Free some space and run the sync again; nothing is lost"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.parent} cannot be written to: give this user the right to, or set IONQ_DATA_DIR"
    return f"{path} could not be written: {error.strerror or error}"
