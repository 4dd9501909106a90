"""Run dbt in a process of its own and read the errors that it logs.

It needs its own process because dbt keeps global state and memory, and because an interrupt must be able to end it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ionq_data.child_process import end

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_DBT = "from ionq_data.child_process import end_with_parent; end_with_parent(); from dbt.cli.main import cli; cli()"
_ALWAYS = {
    "DBT_LOG_FORMAT": "json",
    "DBT_LOG_LEVEL_FILE": "none",
    "DBT_USE_COLORS": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DO_NOT_TRACK": "1",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class DbtOutcome:
    """How dbt ended: 0 is success, 1 means that something it ran failed, anything else that it could not run."""

    exit_code: int
    errors: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The errors that dbt reported, each one once."""
        return "\n".join(dict.fromkeys(self.errors)) or f"dbt ended with exit code {self.exit_code} and said nothing."


def run_dbt(
    arguments: Sequence[str],
    *,
    project: Path,
    environment: Mapping[str, str],
    locks: Sequence[int] = (),
) -> DbtOutcome:
    """Run one dbt command to its end.

    Args:
        arguments: the command and its options, such as ``["build", "--full-refresh"]``.
        environment: variables to add to those of this process; keys and other secrets of this process are left out.
        locks: descriptors of locks that dbt holds too. They stay held until dbt ends, even if this process is killed
            and dbt has not noticed yet.
    """
    inherited = {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
    places = {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)}
    process = subprocess.Popen(  # noqa: S603 - no shell, and the command is ours
        [sys.executable, "-c", _DBT, *arguments],
        env=inherited | places | _ALWAYS | dict(environment),
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=locks,
    )
    try:
        errors = _read_errors(process)
        return DbtOutcome(process.wait(), tuple(errors))
    finally:
        end(process)


def _read_errors(process: subprocess.Popen[bytes]) -> list[str]:
    """Return what dbt logged at level error, and what it wrote outside of its log (after a crash)."""
    assert process.stdout is not None
    errors: list[str] = []
    unstructured: list[str] = []
    for line in process.stdout:
        try:
            event = msgspec.json.decode(line)
            level, message = event["info"]["level"], event["info"]["msg"]
        except (msgspec.DecodeError, KeyError, TypeError):
            unstructured.append(line.decode(errors="replace").rstrip())
            continue
        if level == "error" and message.strip():
            errors.append(_COLOUR.sub("", message).strip())
    return errors or [text for text in unstructured[-10:] if text]
