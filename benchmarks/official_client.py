"""An interpreter with IonQ's own client, whose dependencies would not fit into ours."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

VERSION = "0.1.1"


def official_python(workdir: Path) -> Path:
    """Return an interpreter with ``ionq-core`` and our PyArrow, made the first time."""
    folder = workdir / f"ionq-core-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        wanted = [f"ionq-core=={VERSION}", f"pyarrow=={version('pyarrow')}"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        (folder / "complete").touch()
    return python
