"""The result of a build: each model and test, and whether the build may be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

BROKEN = {"error", "fail"}
"""Statuses of a node that keep the build from being published."""

UNFIT = BROKEN | {"skipped"}
"""Statuses of a node after which nothing can be built on it."""


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test of a build.

    Attributes:
        unique_id: dbt's name for it, such as ``model.ionq_data.fct_jobs``.
        status: ``success``, ``pass``, ``warn``, ``fail``, ``error`` or ``skipped``, in dbt's words.
        failures: rows that failed a test.
        message: the error or the failure in words.
        is_reused: whether it is unchanged since the last build, because none of its inputs has changed.
    """

    unique_id: str
    status: str
    seconds: float
    failures: int | None = None
    message: str | None = None
    is_reused: bool = False

    @property
    def name(self) -> str:
        """dbt's name without kind and project."""
        return self.unique_id.split(".")[2]

    @property
    def is_broken(self) -> bool:
        """Whether it keeps the build from publication."""
        return self.status in BROKEN

    @property
    def is_test(self) -> bool:
        """Whether it is a test, which makes no table."""
        return self.unique_id.startswith(("test.", "unit_test."))


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """One build.

    Attributes:
        passed: every model was built and every error-level test passed.
        file: the database file of the build, or the published one if no change reached anything.
        compiled: the folder of the SQL that dbt compiled.
        from_scratch: nothing of the published warehouse was reused.
    """

    passed: bool
    file: Path
    compiled: Path
    started_at: datetime
    seconds: float
    from_scratch: bool
    project_hash: str
    nodes: tuple[NodeResult, ...]

    @property
    def broken(self) -> tuple[NodeResult, ...]:
        """The models and tests that keep the build from being published."""
        return tuple(node for node in self.nodes if node.is_broken)

    @property
    def warnings(self) -> tuple[NodeResult, ...]:
        """The tests that failed at level warn."""
        return tuple(node for node in self.nodes if node.status == "warn")

    @property
    def models(self) -> int:
        """How many models were built."""
        return sum(node.status == "success" and not node.is_reused and not node.is_test for node in self.nodes)

    @property
    def tests(self) -> int:
        """How many tests ran."""
        return sum(node.is_test and not node.is_reused and node.status != "skipped" for node in self.nodes)

    def explain(self) -> str:
        """Say in a few lines what failed, and where to find the failed build."""
        named = [f"{node.name}: {_one_line(node.message)}" for node in self.broken]
        more = f"\n  … and {len(named) - 5} more" if len(named) > 5 else ""
        lines = "".join(f"\n  {line}" for line in named[:5])
        return (
            f"The warehouse build failed; the published tables are unchanged.{lines}{more}\n"
            f"The failed build is kept: open {self.file}, or read its SQL in {self.compiled}."
        )


def _one_line(text: str | None) -> str:
    return " ".join((text or "no message").split())[:300]
