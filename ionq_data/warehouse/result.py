"""What a build did: each model and test, and whether the build may be published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_BROKEN = {"error", "fail", "runtime error", "partial success"}


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test of a build.

    Attributes:
        unique_id: dbt's name of it, such as ``model.ionq_data.fct_jobs``.
        status: ``success``, ``pass``, ``warn``, ``fail``, ``error`` or ``skipped``, as dbt says.
        failures: rows that failed a test.
        message: what dbt says of it.
    """

    unique_id: str
    status: str
    seconds: float
    failures: int | None = None
    message: str | None = None

    @property
    def name(self) -> str:
        """The name without dbt's kind and project."""
        return self.unique_id.split(".")[2]

    @property
    def is_test(self) -> bool:
        """Whether it is a test and makes no table."""
        return self.unique_id.startswith(("test.", "unit_test."))


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """One build.

    Attributes:
        passed: every model was built and every error-level test passed.
        folder: where the build lies: ``warehouse.duckdb`` and dbt's ``target``.
        from_scratch: nothing of the published warehouse was reused.
        errors: what dbt said was wrong.
    """

    passed: bool
    folder: Path
    started_at: datetime
    seconds: float
    from_scratch: bool
    project_hash: str
    nodes: tuple[NodeResult, ...]
    errors: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[NodeResult, ...]:
        """The models and tests that keep the build from being published."""
        return tuple(node for node in self.nodes if node.status in _BROKEN)

    @property
    def warnings(self) -> tuple[NodeResult, ...]:
        """The tests that failed at level warn."""
        return tuple(node for node in self.nodes if node.status == "warn")

    @property
    def models(self) -> int:
        """How many models and seeds were built."""
        return sum(node.status == "success" and not node.is_test for node in self.nodes)

    @property
    def tests(self) -> int:
        """How many tests ran."""
        return sum(node.is_test and node.status != "skipped" for node in self.nodes)

    def explain(self) -> str:
        """Say in a few lines what failed and where the failed build can be looked at."""
        named = [f"{node.name}: {_one_line(node.message)}" for node in self.broken]
        shown = named[:5] or [_one_line(error) for error in self.errors[:3]]
        more = f"\n  … and {len(named) - 5} more" if len(named) > 5 else ""
        lines = "".join(f"\n  {line}" for line in shown)
        return (
            f"The warehouse build failed; what was published before is untouched.{lines}{more}\n"
            f"The failed build is kept at {self.folder}: open its warehouse.duckdb, or read the SQL in target/."
        )


def read_nodes(target: Path) -> tuple[NodeResult, ...]:
    """Return what dbt's ``run_results.json`` says of each node; nothing where dbt did not get that far."""
    try:
        results = json.loads((target / "run_results.json").read_bytes())["results"]
    except FileNotFoundError:
        return ()
    return tuple(
        NodeResult(r["unique_id"], r["status"], r["execution_time"], r.get("failures"), r.get("message"))
        for r in results
    )


def _one_line(text: str | None) -> str:
    return " ".join((text or "no message").split())[:300]
