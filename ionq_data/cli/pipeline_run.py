"""Run the Dagster job in this process: the very job that a schedule would run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionq_data.cli.exit_codes import DONE, FAILED, INCOMPLETE
from ionq_data.cli.watch import Watch
from ionq_data.config import ConfigurationError, Settings
from ionq_data.ingest import open_client
from ionq_data.resources import STANDING

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult

_INTERRUPTS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        errors: what failed, a sentence or a few each; a step that was not tried because of it is not repeated.
        missing: what an incomplete sync could not get.
        resources: what Dagster recorded of each resource's sync (rows, requests, seconds), by its name.
    """

    errors: tuple[str, ...]
    missing: tuple[str, ...]
    resources: Mapping[str, Mapping[str, Any]]

    @property
    def exit_code(self) -> int:
        """The code that the command ends with."""
        return FAILED if self.errors else INCOMPLETE if self.missing else DONE


def run_pipeline(
    settings: Settings,
    watch: Watch,
    *,
    resources: Sequence[str] | None = None,
    full: bool = False,
    since: str | None = None,
    full_refresh: bool = False,
) -> RunOutcome:
    """Sync, build, publish and report.

    Args:
        resources: the resources to sync, all standing ones by default, none for building only.
        full_refresh: build the warehouse from the lake alone, and not on top of what is published.

    Raises:
        BuildFailed: dbt cannot read the project.
        ConfigurationError: a key is not set, or ``DAGSTER_HOME`` is no folder.
        KeyboardInterrupt: the run was interrupted.
    """
    if resources is None or resources:
        for account in settings.keys:
            open_client(settings, account)  # says at once that a key is not set, or its URL not safe
    warnings.filterwarnings("ignore", module="dagster")
    from pipelines.graph import JOB, RESULTS, build_definitions, downstream_keys, run_config
    from pipelines.lake_syncs import lake_key
    from pipelines.resources import Library

    if resources and RESULTS in resources:  # asked for by name, so it need not be enabled for every sync
        enabled = settings.results.model_copy(update={"enabled": True})
        settings = settings.model_copy(update={"results": enabled})
    with open_instance() as instance:
        library = Library(
            settings,
            may_retry=False,
            in_ui=not instance.is_ephemeral,
            on_progress=watch.on_progress,
            on_node=watch.on_node,
            full_refresh=full_refresh,
        )
        definitions = build_definitions(settings, library)
        chosen = None if resources is None else [*map(lake_key, resources), *downstream_keys(definitions)]
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            asset_selection=chosen,
            run_config=_QUIET | run_config(STANDING if resources is None else resources, full=full, since=since),
            raise_on_error=False,
        )
    return _outcome(result)


@contextmanager
def open_instance() -> Iterator[DagsterInstance]:
    """Open the Dagster instance of ``DAGSTER_HOME`` where it is set, so that its UI shows the run; else one for now.

    Neither reports anything to Dagster's makers.

    Raises:
        ConfigurationError: ``DAGSTER_HOME`` is no folder.
    """
    from dagster import DagsterInstance

    # The one private module: nothing public opens an instance with a setting changed. The variable that Dagster has for
    # this stops the sending alone; what is noted meanwhile would be sent by a later process that lacks it.
    from dagster._core.instance.ref import InstanceRef

    home = os.environ.get("DAGSTER_HOME")
    if not home:
        with DagsterInstance.ephemeral() as instance:
            yield instance
        return
    if not (Path(home).is_absolute() and Path(home).is_dir()):
        raise ConfigurationError(f"DAGSTER_HOME is {home!r}, which is not a folder. Create it, or unset DAGSTER_HOME.")
    with DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides={"telemetry": {"enabled": False}})) as instance:
        yield instance


def _outcome(result: ExecuteInProcessResult) -> RunOutcome:
    from pipelines.interrupts import INTERRUPTED

    errors: list[str] = []
    missing: list[str] = []
    resources: dict[str, Mapping[str, Any]] = {}
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            failure = event.step_failure_data
            said = failure.user_failure_data.description if failure.user_failure_data else None
            if said == INTERRUPTED or (failure.error and failure.error.cls_name in _INTERRUPTS):
                raise KeyboardInterrupt
            errors.append(said or _last_line(failure.error_display_string))
        elif event.event_type_value == "RUN_FAILURE" and not errors:
            errors.append(event.message or "The run failed.")
        elif event.is_step_materialization and event.asset_key and event.asset_key.path[0] == "lake":
            metadata = event.step_materialization_data.materialization.metadata
            if "rows_seen" in metadata:  # else it is a partition, or what every sync writes beside the records
                resources[event.asset_key.path[-1]] = {name: m.value for name, m in metadata.items()}
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            check = event.asset_check_evaluation_data
            if check.check_name == "complete" and not check.passed:
                said_missing: Any = check.metadata["missing"].value
                missing += said_missing or [f"{check.asset_key.path[-1]} is incomplete"]
    return RunOutcome(tuple(dict.fromkeys(errors)), tuple(dict.fromkeys(missing)), resources)


def _last_line(text: str) -> str:
    """Return the line of an error's text that names it, without the stack."""
    lines = [line.strip() for line in text.partition("Stack Trace")[0].splitlines() if line.strip()]
    return lines[-1] if lines else text
