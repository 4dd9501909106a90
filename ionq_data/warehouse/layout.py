"""Where the warehouse's files lie below the data directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WAREHOUSE_FILE = "warehouse.duckdb"
"""Every build has this name too: DuckDB names the catalog after the file, and views name their catalog."""


@dataclass(frozen=True)
class Layout:
    """The paths of one data directory.

    A build happens in ``current``, which becomes ``ready`` when its tests passed and ``failed`` when they did not.
    The paths are the same for every build, so that dbt can reuse what it parsed before (it parses anew when an
    environment variable of the project changes).
    """

    data_dir: Path

    @property
    def warehouse(self) -> Path:
        """The published warehouse."""
        return self.data_dir / WAREHOUSE_FILE

    @property
    def marts(self) -> Path:
        """The folder of the published marts, a Parquet file each."""
        return self.data_dir / "marts"

    @property
    def builds(self) -> Path:
        """The folder of all that is not published."""
        return self.data_dir / ".build"

    @property
    def cost_centers(self) -> Path:
        """The rules of the cost centers as a build reads them."""
        return self.builds / "cost_centers.csv"

    @property
    def current(self) -> Path:
        """The build that goes on now."""
        return self.builds / "current"

    @property
    def ready(self) -> Path:
        """The newest build that passed its tests and is not published yet."""
        return self.builds / "ready"

    @property
    def failed(self) -> Path:
        """The last build that failed, kept for a look."""
        return self.builds / "failed"
