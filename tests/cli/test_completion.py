"""Shell completion: installed by the command itself, it knows commands, options and choices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_COMPLETE = """
source "$1"
function=$(complete -p ionq-data | sed 's/.*-F \\([^ ]*\\).*/\\1/')
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$function
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    target = home / "completions" / "ionq-data"
    command = [sys.executable, "-m", "ionq_data.cli", "--install-completion", "--shell", "bash", "--output", target]
    environment = os.environ | {"HOME": str(home)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return target


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["ionq-data", "sh"], {"show"}),
        (["ionq-data", "show", ""], {"cost", "fidelity", "queue", "jobs"}),
        (["ionq-data", "show", "--ba"], {"--backend"}),
        (["ionq-data", "export", ""], {"focus", "csv", "parquet", "xlsx"}),
        (["ionq-data", "demo", "--keep"], {"--keep-serving"}),
    ],
)
def test_bash_completes(script: Path, typed: list[str], offered: set[str]) -> None:
    ran = subprocess.run(["bash", "-c", _COMPLETE, "bash", script, *typed], capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) == offered
