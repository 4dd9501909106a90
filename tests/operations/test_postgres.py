"""The same tests of the services, with PostgreSQL, which is installed where it is missing and started for them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.operations.deployment import POSTGRES
from tests.operations.processes import ROOT

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(4 * 3600),
    pytest.mark.skipif(POSTGRES in os.environ, reason="these tests have a PostgreSQL server already"),
]

_SCRIPT = ROOT / "deploy" / "try-postgres.sh"
_NOT_TO_BE_HAD = 77


@pytest.mark.parametrize("module", ["test_daemon", "test_all_schedules", "test_runs_beside_each_other"])
def test_the_services_run_on_postgresql(module: str, tmp_path: Path) -> None:
    pytest.importorskip("dagster_postgres", reason="the extra `server` is not installed")
    command = [str(_SCRIPT), sys.executable, "-m", "pytest", f"tests/operations/{module}.py"]
    command += ["-m", "prove or not prove", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode == _NOT_TO_BE_HAD:
        pytest.skip(ran.stderr.strip())
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout


def test_the_script_ends_as_its_command_does_and_leaves_nothing() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to the server's user
        Path(folder).chmod(0o755)
        command = [str(_SCRIPT), "bash", "-c", f'test -n "${POSTGRES}" && exit 5']
        environment = os.environ | {"TMPDIR": folder}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
        if ran.returncode == _NOT_TO_BE_HAD:
            pytest.skip(ran.stderr.strip())
        assert ran.returncode == 5, ran.stderr
        assert list(Path(folder).iterdir()) == []
