"""Interpreters for the peers whose dependencies conflict with ours."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

OFFICIAL = "ionq-core==0.1.1"
AIRBYTE = "airbyte-cdk==7.39.1"


def python_with(package: str, workdir: Path) -> Path:
    """Return an interpreter with a package and our PyArrow, made the first time."""
    folder = workdir / f"{package.replace('==', '-')}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        wanted = [package, f"pyarrow=={version('pyarrow')}"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        (folder / "complete").touch()
    return python
