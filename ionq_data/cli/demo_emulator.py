"""The emulator that a demo talks to: a process of its own, ended with the demo."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

import httpx

from ionq_data.child_process import end
from ionq_data.cli.demo_marker import History
from ionq_data.emulator.scenario import FUTURE_DAYS


class EmulatorFailed(Exception):
    """The emulator did not start; the message repeats what it said."""


@dataclass(frozen=True)
class Served:
    """The emulator's address, a key for its whole organization, the simulated present, and its history's digest.

    The digest is of the newest jobs at the history's anchor, which the clock's moving on does not change.
    """

    base_url: str
    api_key: str
    organization_id: str
    now: datetime
    digest: str

    def __repr__(self) -> str:
        return f"Served(base_url={self.base_url!r})"


@contextmanager
def serve(history: History, *, present: datetime) -> Iterator[Served]:
    """Serve a history while the block runs, with the simulated clock at ``present``.

    The simulation ends some weeks after the history's anchor; a later present is brought back to there.

    Raises:
        EmulatorFailed: it ended before it was ready.
    """
    command = [sys.executable, "-m", "ionq_data.emulator", "--port=0", f"--now={history.anchor.isoformat()}"]
    command += [f"--seed={history.seed}", f"--days={history.days}", f"--jobs={history.jobs}"]
    command += ["--end-with-parent"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - no shell, and the command is ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True
        )
        try:
            said = _announcement(process, complaints)
            digest = _digest(said["base_url"], said["api_key"])
            now = min(present, history.anchor + timedelta(days=FUTURE_DAYS))
            _set_clock(said["base_url"], now)
            yield Served(**said, now=now, digest=digest)
        finally:
            end(process)


def _announcement(process: subprocess.Popen[str], complaints: IO[Any]) -> dict[str, str]:
    """Read what the emulator prints when it accepts connections."""
    wanted = ("base_url", "api_key", "organization_id")
    said: dict[str, str] = {}
    for line in process.stdout or ():
        name, _, value = line.strip().partition(": ")
        if name in wanted:
            said[name] = value
        if len(said) == len(wanted):
            return said
    complaints.seek(0)
    last = complaints.read().decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
    raise EmulatorFailed(f"The emulator did not start: {last[0]}")


def _digest(base_url: str, api_key: str) -> str:
    answer = httpx.get(f"{base_url}/jobs", headers={"Authorization": f"apiKey {api_key}"}, trust_env=False)
    return hashlib.blake2b(answer.raise_for_status().content, digest_size=8).hexdigest()


def _set_clock(base_url: str, now: datetime) -> None:
    address = base_url.removesuffix("/v0.4") + "/_emulator/clock"
    httpx.post(address, json={"now": now.isoformat()}, trust_env=False).raise_for_status()
