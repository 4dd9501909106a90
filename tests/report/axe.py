"""axe-core, the accessibility checker, fetched once into ``.cache/`` with npm."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

VERSION = "4.10.3"
SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
_CACHE = Path(__file__).parents[2] / ".cache" / "axe-core"


class Unavailable(Exception):
    """The checker is not there and cannot be fetched; the message says why."""


def axe_source() -> str:
    """Return the checker's script."""
    script = _CACHE / "node_modules" / "axe-core" / "axe.min.js"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not script.exists():
            _fetch()
    source = script.read_bytes()
    if hashlib.sha256(source).hexdigest() != SHA256:
        raise Unavailable(f"{script} is not axe-core {VERSION}: remove the folder {_CACHE}, and it is fetched anew")
    return source.decode()


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("needs npm, to fetch axe-core: install Debian's package 'npm'")
    command = [
        npm,
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(_CACHE),
        f"axe-core@{VERSION}",
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=120, text=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"npm could not fetch axe-core: {(error.stderr or '')[-300:]}") from None
