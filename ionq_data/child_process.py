"""Processes that end with the one that started them, however that one ends."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import Any

_GRACE_SECONDS = 10


def end(process: subprocess.Popen[Any]) -> None:
    """End a child that still runs, by force where it does not heed the request, and close its pipes."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def end_with_parent() -> None:
    """Called in a child whose standard input is a pipe from its parent: end at once when the parent is no more.

    The parent holds the pipe's other end and never writes. A parent that is killed cannot end its children, but the
    system closes what it held.
    """
    threading.Thread(target=_wait_and_exit, name="end-with-parent", daemon=True).start()


def _wait_and_exit() -> None:
    os.read(0, 1)
    os._exit(1)
