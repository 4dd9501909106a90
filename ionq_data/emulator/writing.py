"""The routes that write; they need the extra `emulator`, and say so if it is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from ionq_data.emulator.problems import Problem
from ionq_data.emulator.routing import Endpoint

NEEDED = ("qulacs", "openqasm3", "antlr4")
_PATHS = ("/jobs", "/jobs/{job_id}/clone", "/jobs/{job_id}/move", "/sessions", "/sessions/{session_id}/end")


def write_routes() -> tuple[Endpoint, ...]:
    """Return the endpoints that change something."""
    if not all(find_spec(name) for name in NEEDED):
        return tuple(Endpoint("POST", path, _not_installed) for path in _PATHS)
    from ionq_data.emulator import job_write_routes, session_write_routes

    return (*job_write_routes.ROUTES, *session_write_routes.ROUTES)


def _not_installed(*_: Any) -> Any:
    raise Problem(
        501, "This emulator takes no jobs: install what simulates them with `pip install 'ionq-data[emulator]'`."
    )
