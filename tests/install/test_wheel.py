"""What is installed from the wheel is whole: it runs away from the source, with what it declares and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.environments import find_uv

SOURCE = Path(__file__).parents[2]
BESIDE_THE_PACKAGE = {"sql": "ionq_data/sql", "docs/cookbook.md": "ionq_data/docs/cookbook.md"}
INSTALL_SECONDS = 1800


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what git knows of the source."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in _tracked("."):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SOURCE / name, target)
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(built)!r}))"
    name = subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True, text=True).stdout
    return built / name.splitlines()[-1]


def _tracked(*places: str) -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *places]
    names = subprocess.run(listed, cwd=SOURCE, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (SOURCE / name).is_file()]


def test_the_wheel_holds_every_file_of_the_project(wheel: Path) -> None:
    expected = set(_tracked("ionq_data", "pipelines"))
    for place, packed in BESIDE_THE_PACKAGE.items():
        expected |= {packed + name.removeprefix(place) for name in _tracked(place)}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert {"ionq_data/py.typed", "pipelines/py.typed", "ionq_data/sql/dbt_project.yml"} <= held


def test_every_import_is_declared_and_every_dependency_used() -> None:
    deptry = [sys.executable, "-m", "deptry", "ionq_data", "pipelines", "--no-ansi"]
    ran = subprocess.run(deptry, cwd=SOURCE, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def _pip(folder: Path, wheel: Path) -> Path:
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", wheel], check=True, timeout=INSTALL_SECONDS, cwd=folder)
    return folder / "bin" / "ionq-data"


def _uv_tool(folder: Path, wheel: Path) -> Path:
    uv = find_uv()
    where = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    install = [uv, "tool", "install", "--quiet", "--python", sys.executable, wheel]
    subprocess.run(install, env=os.environ | where, check=True, timeout=INSTALL_SECONDS)
    return folder / "bin" / "ionq-data"


@pytest.mark.prove
@pytest.mark.parametrize("install", [_pip, _uv_tool])
def test_the_demo_runs_from_the_installed_wheel(
    wheel: Path, tmp_path: Path, install: Callable[[Path, Path], Path]
) -> None:
    (tmp_path / "installed").mkdir()
    program = install(tmp_path / "installed", wheel)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "PYTHON", "DAGSTER_"))}
    demo = [program, "demo", "--days", "30", "--jobs", "200"]
    ran = subprocess.run(
        demo, cwd=elsewhere, env=kept, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
    )
    assert ran.returncode == 0, ran.stderr
    assert "Cost" in ran.stdout
    for made in ("warehouse.duckdb", "marts/fct_jobs.parquet", "report/index.html"):
        assert (elsewhere / "data" / made).is_file(), made
