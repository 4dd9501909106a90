"""The emulator in a process of its own, as the other side of what is measured."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.measuring import REPOSITORY, MeasurementError


@dataclass(frozen=True)
class Served:
    """Where the emulator answers, a key that sees everything, and what is known of its jobs.

    Attributes:
        after_thousand: when (ISO 8601) a thousand more jobs are there.
        pages_of_last_day: the pages of the jobs submitted in the 24 hours before the newest one.
    """

    base_url: str
    api_key: str
    after_thousand: str
    pages_of_last_day: int

    @property
    def environment(self) -> dict[str, str]:
        """What a measured program gets the key by."""
        return {"IONQ_API_KEY": self.api_key}

    def control(self, path: str, **body: Any) -> dict[str, Any]:
        """Ask the emulator itself for something, such as to move its clock; return its answer."""
        url = f"{self.base_url.rpartition('/')[0]}/_emulator{path}"
        with urllib.request.urlopen(url, data=json.dumps(body).encode() if body else None, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def serving(jobs: int, *, rests: bool = False) -> Iterator[Served]:
    """Serve an organization with so many jobs until the context ends."""
    command = [sys.executable, "-m", "benchmarks.work.serve", str(jobs), *(["--rests"] if rests else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise MeasurementError("the emulator did not start; see what it has said above")
            yield Served(**json.loads(line))
        finally:
            process.stdin.close()
