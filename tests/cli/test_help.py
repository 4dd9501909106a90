"""Help is quick and says how."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ionq_data.cli import COMMANDS, run

HEAVY = ("dagster", "dbt", "duckdb", "polars", "pyarrow", "pydantic", "httpx", "numpy", "cyclopts", "rich")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from ionq_data.cli import run\n"
        "assert run(['--help']) == 0\n"
        f"print('imported:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "imported: []"
    assert all(f" {name} " in ran.stdout for name in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["-h"]])
def test_no_command_is_asking_for_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: ionq-data COMMAND")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    assert f"Example: ionq-data {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["demo", "--sed", "7"], ["demo", "--jobs", "none"], ["demo", "--jobs", "0"]]
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
