"""Replace a file by a finished new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a private path to write to; one rename makes it ``path`` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    private = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        yield private
        with private.open("rb") as written:
            os.fsync(written.fileno())
        private.replace(path)
    finally:
        private.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a whole file, or leave the existing one as it was."""
    with replacing(path) as private:
        private.write_bytes(content)
    return path
