"""The machine and the versions that were measured, without host names or paths."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("ionq-data", "httpx", "msgspec", "pyarrow", "polars", "duckdb", "dbt-core", "dbt-duckdb", "dagster", "dlt")


def machine() -> dict[str, str]:
    """Return the facts about the machine that the figures depend on."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the measured programs."""
    return {name: version(name) for name in PACKAGES}


def _first(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
