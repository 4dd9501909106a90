"""Independent judges of the exports, each in an environment of its own: its needs are older or newer than ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[2] / ".cache"


def environment(*packages: str, python: str = sys.executable) -> Path:
    """Return the folder of the programs of an environment with some packages, made once and kept in ``.cache/``."""
    kept = CACHE / packages[0].replace("==", "-")
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="judge-", dir=CACHE))
        try:
            subprocess.run([python, "-m", "venv", making], check=True, capture_output=True)
            install = [making / "bin" / "python", "-m", "pip", "install", "--quiet", *packages]
            installed = subprocess.run(install, capture_output=True, text=True, check=False, timeout=240)
            if installed.returncode:
                pytest.skip(f"pip cannot install {packages[0]}: {installed.stderr.strip()[-300:]}")
            if not kept.exists():
                os.rename(making, kept)  # noqa: PTH104
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return kept / "bin"


def python_312() -> str:
    """Return an interpreter of Python 3.12, or skip the test."""
    if sys.version_info[:2] == (3, 12):
        return sys.executable
    installed = [str(path) for path in Path.home().glob(".pyenv/versions/3.12.*/bin/python")]
    for candidate in [shutil.which("python3.12"), *installed]:
        if candidate and not subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode:
            return candidate
    pytest.skip("there is no Python 3.12, which the validator asks for")
