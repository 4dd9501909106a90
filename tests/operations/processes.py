"""Start processes for a test, wait for what they say, and end them and all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
_GRACE_SECONDS = 20
_PATIENCE_SECONDS = 900
"""How long something may take that does happen: a busy machine needs many times what an idle one does."""

Found = TypeVar("Found")


@contextmanager
def started(command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own while the block runs; its output goes to a file."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=dict(environment), cwd=ROOT, start_new_session=True
        )
    try:
        yield process
    finally:
        end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process as a service manager does: ask it, then end whoever is left of its group."""
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: str, look: Callable[[], Found | None], *, logs: Sequence[Path] = ()) -> Found:
    """Look again and again until there is something to return; else fail with the ends of the logs."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            tails = "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)
            raise AssertionError(f"{what} did not happen within {_PATIENCE_SECONDS} s\n{tails}")
        time.sleep(0.5)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have, as the kernel lists them."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for tasks in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                new = [int(child) for child in tasks.read_text().split()]
                found += new
                waiting += new
    return found
