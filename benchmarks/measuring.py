"""Run a measured program in its own process, and report its time and memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]


class MeasurementError(Exception):
    """A measured program has failed; the message holds the end of its output."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run of a program.

    Attributes:
        seconds: the work alone, as the program itself measured it; the whole process where it did not.
        process_seconds: from the start of the process to its end.
        cpu_seconds: user and system time of the process and of the processes that it has waited for.
        peak_mb: the greatest resident set that any one of these processes reached, in MB of 10^6 bytes.
        facts: whatever else the program printed.
    """

    seconds: float
    process_seconds: float
    cpu_seconds: float
    peak_mb: float
    facts: dict[str, Any] = field(default_factory=dict)


def run_program(
    *command: str | Path, environment: dict[str, str] | None = None, exit_codes: Sequence[int] = (0,)
) -> Sample:
    """Run a command to its end. Raises ``MeasurementError`` for an exit code that is not expected.

    The kernel counts the memory of this process in the child's peak until the child's program replaces it, so this
    process has to stay small: no library is imported in it.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=REPOSITORY, env=os.environ | (environment or {}),
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process_seconds = time.perf_counter() - begun
        out.seek(0), err.seek(0)
        printed, said = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if process.returncode not in exit_codes:
        shown = " ".join(str(part) for part in command)
        raise MeasurementError(f"{shown} ended with {process.returncode}:\n{printed[-1500:]}\n{said[-3000:]}")
    facts = _last_json(printed)
    return Sample(
        seconds=facts.pop("seconds", process_seconds),
        process_seconds=process_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * 1024 / 1e6,
        facts=facts,
    )


def run_work(
    module: str, *arguments: str | Path, python: str | Path = sys.executable, environment: dict[str, str] | None = None
) -> Sample:
    """Run one of the programs in ``benchmarks.work``."""
    return run_program(python, "-m", f"benchmarks.work.{module}", *arguments, environment=environment)


def side_by_side(programs: dict[str, Callable[[], Sample]], *, runs: int) -> dict[str, list[Sample]]:
    """Run several programs in turn, so that any disturbance of the machine affects all of them."""
    samples: dict[str, list[Sample]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            samples[name].append(program())
    return samples


def median(samples: Sequence[Sample]) -> Sample:
    """Return the run whose seconds are the median (the lower one of two)."""
    return sorted(samples, key=lambda sample: sample.seconds)[(len(samples) - 1) // 2]


def peak_mb(samples: Sequence[Sample]) -> float:
    """Return the median peak memory, MB."""
    return statistics.median(sample.peak_mb for sample in samples)


def _last_json(printed: str) -> dict[str, Any]:
    last = printed.strip().rpartition("\n")[2]
    try:
        facts = json.loads(last)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
