"""Webserver and daemon as the server's services start them, over an emulated API, with schedules that are due."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.instance.ref import InstanceRef
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from ionq_data.alerts import open_alerts
from tests.operations.emulated import Emulated
from tests.operations.processes import BIN, ROOT, started, wait_for
from tests.operations.webserver import Dagster

POSTGRES = "DAGSTER_POSTGRES_URL"


@dataclass(frozen=True)
class Deployment:
    """A home of Dagster, its processes' environment, and the webserver."""

    home: Path
    data_dir: Path
    environment: Mapping[str, str]
    dagster: Dagster
    daemon_log: Path

    @contextmanager
    def daemon(self) -> Iterator[int]:
        """Run the daemon while the block runs; yield its process id."""
        command = [str(BIN / "dagster-daemon"), "run", "-w", str(ROOT / "workspace.yaml")]
        with started(command, log=self.daemon_log, environment=self.environment) as process:
            yield process.pid

    def make_due(self, *, by: timedelta) -> None:
        """Let schedules that were just switched on have been so for a while, as after a server's outage.

        If one was due since, what it started has ended with the daemon, and is forgotten.
        """
        now = datetime.now(UTC)
        before = now - by
        with self.instance() as instance:
            for run in instance.get_runs():
                instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
                instance.delete_run(run.run_id)
            for state in instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE):
                data = state.instigator_data
                assert isinstance(data, ScheduleInstigatorData)
                instance.purge_ticks(state.instigator_origin_id, state.selector_id, before=now.timestamp())
                instance.update_instigator_state(
                    state.with_data(ScheduleInstigatorData(data.cron_schedule, start_timestamp=before.timestamp()))
                )

    def ended(self, run_id: str) -> str:
        """Wait for a run's end and return how it ended."""

        def done() -> str | None:
            return next((run.status for run in self.dagster.runs(runIds=[run_id]) if run.is_done), None)

        return wait_for(f"the end of run {run_id}", done, logs=[self.daemon_log])

    def first_run_of(self, schedule: str) -> str:
        """Wait for a run that a schedule starts, and for its end; return how it ended."""
        what = f"a run of {schedule}"
        runs = wait_for(what, lambda: self.dagster.of_schedule(schedule), logs=[self.daemon_log])
        return self.ended(runs[-1].run_id)

    def settled_checks(self) -> dict[tuple[str, str], str | None]:
        """Wait for a moment at which no run has yet to evaluate a check, and return how each one ended.

        A schedule that is due meanwhile starts a run, and each check of that run is in progress until it is evaluated.
        """

        def settled() -> dict[tuple[str, str], str | None] | None:
            found = self.dagster.checks()
            return None if "IN_PROGRESS" in found.values() else found

        return wait_for("the end of every check", settled, logs=[self.daemon_log])

    def open_alerts(self) -> list[str]:
        """Return the titles of the alerts that are open."""
        return [alert.title for alert in open_alerts(self.data_dir)]

    @contextmanager
    def instance(self) -> Iterator[DagsterInstance]:
        """Open the same storage that the services use."""
        with DagsterInstance.from_ref(InstanceRef.from_dir(str(self.home))) as instance:
            yield instance


@contextmanager
def deployed(folder: Path, api: Emulated, *, settings: Mapping[str, str]) -> Iterator[Deployment]:
    """Lay out a home, start the webserver, and wait until it has loaded the pipeline.

    Storage is PostgreSQL where the environment names one, else SQLite.
    """
    home, data_dir = folder / "dagster", folder / "data"
    home.mkdir(parents=True)
    template = "dagster.server.yaml" if POSTGRES in os.environ else "dagster.dev.yaml"
    shutil.copyfile(ROOT / "deploy" / template, home / "dagster.yaml")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "DAGSTER_HOME", "DBT_"))}
    environment = kept | {
        "DAGSTER_HOME": str(home),
        "IONQ_DATA_DIR": str(data_dir),
        "IONQ_BASE_URL": api.base_url,
        "IONQ_API_KEY": api.api_key,
        **settings,
    }
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    webserver_log = folder / "webserver.log"
    command = [str(BIN / "dagster-webserver"), "-h", "127.0.0.1", "-p", str(port), "-w", str(ROOT / "workspace.yaml")]
    dagster = Dagster(f"http://127.0.0.1:{port}")
    with ExitStack() as stack:
        process = stack.enter_context(started(command, log=webserver_log, environment=environment))

        def is_loaded() -> bool:
            assert process.poll() is None, webserver_log.read_text()[-3000:]
            return dagster.is_loaded()

        wait_for("the pipeline's being loaded", is_loaded, logs=[webserver_log])
        server = Deployment(home, data_dir, environment, dagster, folder / "daemon.log")
        with server.instance() as instance:
            uses_postgres = type(instance.run_storage).__name__ == "PostgresRunStorage"
        assert uses_postgres is (POSTGRES in os.environ)
        yield server
