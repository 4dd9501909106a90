"""Where uv is, which makes environments for tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest


def find_uv() -> str:
    """Return the path of the machine's uv, or of the one that the Makefile set up; skip the test without either."""
    beside_python = shutil.which("uv", path=str(Path(sys.executable).parent))
    return shutil.which("uv") or beside_python or pytest.skip("needs uv: https://docs.astral.sh/uv/")
