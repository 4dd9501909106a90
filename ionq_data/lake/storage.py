"""The storage of the lake's files: a folder in which a file is either complete or not there."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
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
        """Remove a file; a missing file is no error."""

    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""

    def size(self, name: str) -> int:
        """Return a file's size in bytes. Raises ``FileNotFoundError``."""

    def local(self, name: str) -> Path:
        """Return a path of this machine under which an immutable file can be read. Raises ``FileNotFoundError``."""

    def fetch(self, names: Iterable[str]) -> Sequence[Path]:
        """Return such paths of many files; a file that was removed after it was listed may be left out."""

    def mirror(self, folders: Iterable[str]) -> AbstractContextManager[Path]:
        """Yield a folder of this machine that holds some of the lake's folders with their files."""


class Disk:
    """The steps of a write. A test replaces them by steps that fail, or that lose what was not flushed."""

    def make_folder(self, path: Path) -> None:
        """Make a folder in an existing one."""
        path.mkdir(exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Write a new file, which a power loss may still destroy."""
        path.write_bytes(content)

    def rename(self, path: Path, to: Path) -> None:
        """Rename a file, and replace any file of that name."""
        path.replace(to)

    def remove(self, path: Path) -> None:
        """Remove a file; one that is not there is no error."""
        path.unlink(missing_ok=True)

    def flush(self, path: Path) -> None:
        """Make a file durable, or the names in a folder."""
        flush(path)


class LocalStorage:
    """A folder of this machine."""

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self.root = root
        self.disk = disk or Disk()

    def list(self, prefix: str) -> list[str]:
        """Return the names of all files below a folder, sorted."""
        top = self.root / prefix
        return sorted(self._walk(top)) if top.is_dir() else []

    def _walk(self, top: Path) -> Iterator[str]:
        for folder, _, names in os.walk(top, onerror=_refuse):
            relative = Path(folder).relative_to(self.root).as_posix()
            yield from (f"{relative}/{name}" for name in names if not _is_unfinished(name))

    def write(self, name: str, content: bytes) -> None:
        """Write under another name, flush to the disk, rename into place, and flush the folder."""
        path = self.root / name
        unfinished = path.with_name(f"{path.name}{_UNFINISHED}{uuid.uuid4().hex[:8]}")
        try:
            self._make_folder(path.parent)
            try:
                self.disk.write(unfinished, content)
                self.disk.flush(unfinished)
                self.disk.rename(unfinished, path)
                self.disk.flush(path.parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    self.disk.remove(unfinished)
                raise
        except OSError as error:
            raise LakeError(_explain(error, path)) from error

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and those above it durable: if a folder is lost, its files are lost, too."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        self.disk.make_folder(folder)
        self.disk.flush(folder.parent)

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self.root / name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        path = self.root / name
        try:
            self.disk.remove(path)
        except OSError as error:
            raise LakeError(_explain(error, path)) from error

    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / name).exists()

    def size(self, name: str) -> int:
        """Return a file's size in bytes."""
        return (self.root / name).stat().st_size

    def local(self, name: str) -> Path:
        """Return the file's own path."""
        return self.root / name

    def fetch(self, names: Iterable[str]) -> Sequence[Path]:
        """Return the files' own paths."""
        return [self.root / name for name in names]

    @contextlib.contextmanager
    def mirror(self, folders: Iterable[str]) -> Iterator[Path]:  # noqa: ARG002
        """Yield the folder itself; merged files are not removed while the block runs."""
        with self._locked(fcntl.LOCK_SH):
            yield self.root

    @contextlib.contextmanager
    def removing(self) -> Iterator[None]:
        """Wait until nobody reads through ``mirror``, and let new readers wait while the block runs."""
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextlib.contextmanager
    def _locked(self, mode: int) -> Iterator[None]:
        path = self.root / READERS
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a")
        except OSError:  # a reader without write access has only the hour of grace
            yield
            return
        with file:
            fcntl.flock(file, mode)
            yield

    def sweep(self, older_than_seconds: float, now: float) -> int:
        """Remove the unfinished files of killed writers; return their number."""
        unfinished = (
            Path(folder) / name for folder, _, names in os.walk(self.root) for name in names if _is_unfinished(name)
        )
        removed = 0
        for path in unfinished:
            with contextlib.suppress(FileNotFoundError):  # its writer has just renamed it
                if now - path.stat().st_mtime > older_than_seconds:
                    self.disk.remove(path)
                    removed += 1
        return removed


READERS = "_compactions/readers.lock"
_UNFINISHED = ".unfinished-"


def _is_unfinished(name: str) -> bool:
    return _UNFINISHED in name


def _refuse(error: OSError) -> None:
    """Raise if a folder cannot be read, instead of taking it for an empty one; a folder that is gone is fine."""
    if not isinstance(error, FileNotFoundError):
        raise LakeError(f"{error.filename} cannot be read: {error.strerror}. Give this user permission") from error


def flush(path: Path) -> None:
    """Make a file durable, or the renames in a folder: its entries have a write-back cache of their own."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fingerprint(files: Iterable[str]) -> str:
    """Return a hash of the names of files; a file never changes, so its name stands for its content."""
    return hashlib.blake2b("\n".join(sorted(files)).encode(), digest_size=16).hexdigest()


def _explain(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {path} could not be written. Free some space and run the sync again; nothing is lost"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.parent} cannot be written to: give this user permission, or set IONQ_DATA_DIR"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{error.filename} is a file, but must be a folder: move the file away, or set IONQ_DATA_DIR"
    return f"{path} could not be written: {error.strerror or error}"
