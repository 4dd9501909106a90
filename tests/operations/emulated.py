"""The emulator as a process of its own, with its clock running, and its controls."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx


@dataclass(frozen=True)
class Emulated:
    """Where an emulator answers and which key it accepts."""

    base_url: str
    api_key: str
    organization_id: str

    def control(self, verb: str, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Ask or order something of the emulator itself."""
        address = self.base_url.removesuffix("/v0.4") + "/_emulator" + path
        answer = httpx.request(verb, address, json=body, params=query, timeout=60, trust_env=False)
        return answer.raise_for_status().json()

    def fail(self, **fault: Any) -> None:
        """Switch a fault on."""
        self.control("POST", "/faults", fault)

    def hits(self) -> int:
        """Return how many requests have met the faults that are on."""
        return sum(fault["hits"] for fault in self.control("GET", "/faults")["faults"])

    def recover(self) -> None:
        """Switch all faults off."""
        self.control("DELETE", "/faults")

    @contextmanager
    def standing_still(self) -> Iterator[dict[str, Any]]:
        """Stop the clock, so that what is read while the block runs can be held against the truth."""
        self.control("POST", "/clock", {"mode": "frozen"})
        try:
            yield self.control("GET", "/truth", jobs="true")
        finally:
            self.control("POST", "/clock", {"mode": "running"})


@contextmanager
def emulated(*, days: int, jobs: int, seed: int = 5) -> Iterator[Emulated]:
    """Run an emulator while the block runs; its present is the machine's."""
    present = datetime.now(UTC) - timedelta(seconds=5)
    command = [
        sys.executable,
        "-m",
        "ionq_data.emulator",
        "--port=0",
        "--clock=real",
        f"--now={present.isoformat()}",
    ]
    command += [f"--seed={seed}", f"--days={days}", f"--jobs={jobs}", "--contract=2026-05"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IONQ_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept) as process:
        try:
            assert process.stdout is not None
            said = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(3))
            yield Emulated(**said)
        finally:
            process.terminate()
