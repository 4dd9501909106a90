"""What a build did: each model and test, and whether the build may be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

BROKEN = {"error", "fail"}
"""How a node ends that keeps a build from being published."""

UNFIT = BROKEN | {"skipped"}
"""How a node ends of which nothing further can be made."""


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test of a build.

    Attributes:
        unique_id: dbt's name of it, such as ``model.ionq_data.fct_jobs``.
        status: ``success``, ``pass``, ``warn``, ``fail``, ``error`` or ``skipped``, in dbt's words.
        failures: rows that failed a test.
        message: what is wrong with it.
        is_reused: nothing that it is made of has changed, so that it stands as the last build left it.
    """

    unique_id: str
    status: str
    seconds: float
    failures: int | None = None
    message: str | None = None
    is_reused: bool = False

    @property
    def name(self) -> str:
        """The name without dbt's kind and project."""
        return self.unique_id.split(".")[2]

    @property
    def is_broken(self) -> bool:
        """Whether it keeps the build from being published."""
        return self.status in BROKEN

    @property
    def is_test(self) -> bool:
        """Whether it is a test and makes no table."""
        return self.unique_id.startswith(("test.", "unit_test."))


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """One build.

    Attributes:
        passed: every model was built and every error-level test passed.
        file: the database file: the build, or what is published where no change reaches anything.
        compiled: the folder of the SQL that dbt made of the project.
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
        """Say in a few lines what failed and where the failed build can be looked at."""
        named = [f"{node.name}: {_one_line(node.message)}" for node in self.broken]
        more = f"\n  … and {len(named) - 5} more" if len(named) > 5 else ""
        lines = "".join(f"\n  {line}" for line in named[:5])
        return (
            f"The warehouse build failed; the published tables are unchanged.{lines}{more}\n"
            f"The failed build is kept: open {self.file}, or read its SQL in {self.compiled}."
        )


def _one_line(text: str | None) -> str:
    return " ".join((text or "no message").split())[:300]
