"""The places of the warehouse's files below the data directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WAREHOUSE_FILE = "warehouse.duckdb"
"""Builds have this name too: DuckDB names the catalog after the file, and views name their catalog."""


@dataclass(frozen=True)
class Layout:
    """The paths of one data directory.

    A build happens in ``current``, which becomes ``ready`` if its tests pass and ``failed`` if they do not. Every
    build has the same paths: dbt parses the project again when an environment variable of it changes, and so it can
    reuse what it has parsed.
    """

    data_dir: Path

    @property
    def warehouse(self) -> Path:
        """The published warehouse."""
        return self.data_dir / WAREHOUSE_FILE

    @property
    def marts(self) -> Path:
        """The folder of the published marts, one Parquet file each."""
        return self.data_dir / "marts"

    @property
    def builds(self) -> Path:
        """The folder of builds that are not published."""
        return self.data_dir / ".build"

    @property
    def cost_centers(self) -> Path:
        """The rules of the cost centers in the form that a build reads."""
        return self.builds / "cost_centers.csv"

    @property
    def current(self) -> Path:
        """The build that is running."""
        return self.builds / "current"

    @property
    def ready(self) -> Path:
        """The newest build that passed its tests and is not published yet."""
        return self.builds / "ready"

    @property
    def failed(self) -> Path:
        """The last build that failed, kept so that somebody can look at it."""
        return self.builds / "failed"
