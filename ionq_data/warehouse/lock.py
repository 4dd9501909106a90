"""A lock file that admits one process at a time to a data directory; a killed process releases it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ionq_data.warehouse.errors import WarehouseBusy

_PAUSE_SECONDS = 0.1


@contextmanager
def hold(
    path: Path, *, purpose: str, wait_seconds: float, on_wait: Callable[[str], None] | None = None
) -> Iterator[int]:
    """Hold the lock file at ``path`` while the block runs; wait for another holder, but not forever.

    Yields the lock's descriptor: a child that inherits it holds the lock as well, until it has ended.

    Args:
        purpose: the purpose of the lock, for messages: ``building the warehouse``.
        wait_seconds: how long to wait for another process.
        on_wait: is told once, in a sentence, that another process has to finish first.

    Raises:
        WarehouseBusy: the other process still held the lock after ``wait_seconds``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _acquire(file.fileno(), path, purpose, wait_seconds, on_wait)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()  # closing the file releases the lock


def _acquire(
    descriptor: int, path: Path, purpose: str, wait_seconds: float, on_wait: Callable[[str], None] | None
) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = path.read_text().strip() or "unknown"
        if time.monotonic() >= deadline:
            raise WarehouseBusy(
                f"Another process (pid {holder}) is {purpose} in {path.parent.parent} and did not finish within "
                f"{wait_seconds:.0f} s. Wait for it to finish, or end it, then try again."
            )
        if on_wait:
            on_wait(f"Waiting for another process (pid {holder}), which is {purpose}.")
            on_wait = None
        time.sleep(_PAUSE_SECONDS)
