"""Environments of their own for other people's packages, made once and kept in `.cache/`."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[3] / ".cache"


def environment(name: str, *requirements: str) -> Path:
    """Return the interpreter of an environment with some packages; skip where they cannot be installed."""
    kept = CACHE / f"{name}-python{sys.version_info.major}.{sys.version_info.minor}"
    if not (kept / "bin" / "python").exists():
        making = _beside(name)
        try:
            subprocess.run([sys.executable, "-m", "venv", making], check=True, capture_output=True)
            _pip(making / "bin" / "python", "install", *requirements)
            _keep(making, kept)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return kept / "bin" / "python"


def source(package: str, version: str) -> Path:
    """Return the unpacked source distribution of a package; skip where it cannot be had."""
    kept = CACHE / f"{package}-{version}-source"
    if not kept.exists():
        making = _beside(package)
        try:
            asked = ("--no-deps", "--no-binary", package, f"{package}=={version}", "--dest", str(making))
            _pip(Path(sys.executable), "download", *asked)
            (archive,) = making.glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                packed.extractall(making, filter="data")
            (unpacked,) = (one for one in making.iterdir() if one.is_dir())
            _keep(unpacked, kept)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return kept


def bare() -> dict[str, str]:
    """Return the process's environment without what would lead a foreign program to this project or to the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "PYTHON", "PYTEST"))}


def _beside(name: str) -> Path:
    # Built beside and renamed, so that parallel runs and an interrupted one do no harm.
    CACHE.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=CACHE))


def _keep(made: Path, kept: Path) -> None:
    if not kept.exists():
        os.rename(made, kept)  # noqa: PTH104 - fails where another has been faster, instead of merging into it


def _pip(python: Path, command: str, *arguments: str) -> None:
    ran = subprocess.run(
        [python, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True, text=True, check=False, timeout=900, env=bare(),
    )  # fmt: skip
    if ran.returncode:
        pytest.skip(f"pip cannot {command} {' '.join(arguments)}: {ran.stderr.strip()[-300:]}")
