"""The resource that every asset gets: the settings, the lake, and the progress watcher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dagster import get_dagster_logger

from ionq_data import warehouse
from ionq_data.config import Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake, open_lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.sync.progress import OnProgress, ignore
from ionq_data.warehouse.running import OnNode
from pipelines.interrupts import interruptible


@dataclass(frozen=True)
class Library:
    """The library with one organization's settings, as a Dagster resource.

    Attributes:
        may_retry: whether a step that had trouble with the API runs again after a while. Off if a person is waiting.
        full_refresh: build the warehouse from the lake alone.
        in_ui: whether Dagster's UI will show the run. Only then is it reported which column comes from which, and again
            how the tests of unchanged models ended; both take seconds.
    """

    settings: Settings
    may_retry: bool = True
    in_ui: bool = True
    on_progress: OnProgress = ignore
    on_node: OnNode | None = None
    full_refresh: bool = False

    def open_lake(self) -> Lake:
        """Return the lake; afterwards it has a file for every resource, if need be with zero rows."""
        lake = open_lake(self.settings)
        lake.ensure(account.name for account in self.settings.keys)
        return lake

    def sync(
        self, resources: Sequence[str], *, full: bool, since: date | None, usage_range: tuple[date, date] | None
    ) -> list[SyncRecord]:
        """Copy resources of every account into the lake; return a record for each account and resource."""
        with interruptible():
            return sync(
                self.settings,
                open_lake(self.settings),
                resources=resources,
                full=full,
                since=since,
                usage_range=usage_range,
                on_progress=self.on_progress,
            )

    def last_complete(self, resource: str) -> dict[str, datetime | None]:
        """Return when the last complete sync of a resource began, by account; None before the first."""
        lake = self.open_lake()
        return {
            account: next((sync.started_at for sync in lake.ledger(account, resource, newest=1, complete=True)), None)
            for account in lake.accounts()
        }

    def build(self, *, select: Sequence[str]) -> warehouse.BuildResult:
        """Build the warehouse from the lake, tests included."""
        with self.open_lake().mirror() as folder:
            return warehouse.build(
                self.settings.data_dir,
                lake_dir=folder,
                budgets=self.settings.budgets,
                cost_centers=self.settings.cost_centers,
                select=select,
                full_refresh=self.full_refresh,
                on_node=self.on_node,
                on_wait=get_dagster_logger().info,
                engine=self.settings.engine,
                spark_folder=self.settings.spark_folder,
            )
