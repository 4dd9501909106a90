"""What is asked of Dagster's webserver, the way its own pages ask it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.operations import queries

LOCATION = {"repositoryLocationName": "ionq_data", "repositoryName": "__repository__"}


@dataclass(frozen=True)
class Run:
    """A run as the webserver tells of it."""

    run_id: str
    status: str
    job: str
    parent: str | None
    tags: dict[str, str]

    @property
    def is_done(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in {"SUCCESS", "FAILURE", "CANCELED"}


@dataclass(frozen=True)
class Dagster:
    """A webserver's GraphQL endpoint."""

    url: str

    def ask(self, query: str, **variables: Any) -> Any:
        """Return the data of a query; an error of the schema or the server fails the test."""
        answer = httpx.post(
            f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=90, trust_env=False
        )
        said = answer.json()
        assert "errors" not in said, said["errors"]
        return said["data"]

    def is_loaded(self) -> bool:
        """Whether the code location is there, without an error."""
        try:
            said = self.ask(queries.WORKSPACE)
        except httpx.TransportError:
            return False
        entries = said["workspaceOrError"]["locationEntries"]
        failed = [
            e["locationOrLoadError"]
            for e in entries
            if (e["locationOrLoadError"] or {}).get("__typename") == "PythonError"
        ]
        assert not failed, failed
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)

    def schedules(self) -> dict[str, dict[str, Any]]:
        """Return each schedule's state with its last ticks."""
        results = self.ask(queries.SCHEDULES, repository=LOCATION)["schedulesOrError"]["results"]
        return {each["name"]: each["scheduleState"] for each in results}

    def sensors(self) -> dict[str, str]:
        """Return whether each sensor runs."""
        results = self.ask(queries.SENSORS, repository=LOCATION)["sensorsOrError"]["results"]
        return {each["name"]: each["sensorState"]["status"] for each in results}

    def switch_on(self, *, schedules: tuple[str, ...] = (), sensors: tuple[str, ...] = ()) -> None:
        """Turn schedules and sensors on, as their switches in the UI do."""
        for name in schedules:
            said = self.ask(queries.START_SCHEDULE, selector=LOCATION | {"scheduleName": name})
            assert said["startSchedule"]["__typename"] == "ScheduleStateResult", said
        for name in sensors:
            said = self.ask(queries.START_SENSOR, selector=LOCATION | {"sensorName": name})
            assert said["startSensor"]["__typename"] == "Sensor", said

    def runs(self, **filters: Any) -> list[Run]:
        """Return the runs, newest first."""
        found = self.ask(queries.RUNS, filter=filters)["runsOrError"]["results"]
        return [
            Run(
                run_id=each["runId"],
                status=each["status"],
                job=each["jobName"],
                parent=each["parentRunId"],
                tags={tag["key"]: tag["value"] for tag in each["tags"]},
            )
            for each in found
        ]

    def run(self, run_id: str) -> Run:
        """Return one run."""
        (found,) = self.runs(runIds=[run_id])
        return found

    def of_schedule(self, name: str) -> list[Run]:
        """Return the runs that a schedule started, newest first."""
        return self.runs(tags=[{"key": "dagster/schedule_name", "value": name}])

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Return what happened in a run: all of it, however many pages that is."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            said = self.ask(queries.EVENTS, run=run_id, cursor=cursor)["logsForRun"]
            found += said["events"]
            cursor = said["cursor"]
            if not said["hasMore"]:
                return found

    def assets(self) -> dict[str, dict[str, Any]]:
        """Return every asset with its newest materialization, partitions and checks, by its key."""
        return {"/".join(node["assetKey"]["path"]): node for node in self.ask(queries.ASSETS)["assetNodes"]}

    def checks(self) -> dict[tuple[str, str], str | None]:
        """Return how each check of an asset's newest state ended, by asset and check; None if there was none."""
        return {
            (key, check["name"]): (check["executionForLatestMaterialization"] or {}).get("status")
            for key, node in self.assets().items()
            for check in node["assetChecksOrError"].get("checks", ())
        }

    def launch(self, job: str, *, assets: tuple[str, ...] = (), tags: dict[str, str] | None = None) -> str:
        """Start a job or some of its assets; return the run's id."""
        selector: dict[str, Any] = LOCATION | {"pipelineName": job}
        if assets:
            selector["assetSelection"] = [{"path": key.split("/")} for key in assets]
        metadata = {"tags": [{"key": key, "value": value} for key, value in (tags or {}).items()]}
        execution = {"selector": selector, "runConfigData": {}, "mode": "default", "executionMetadata": metadata}
        said = self.ask(queries.LAUNCH, execution=execution)["launchRun"]
        assert said["__typename"] == "LaunchRunSuccess", said
        return str(said["run"]["runId"])

    def rerun(self, run_id: str, *, strategy: str) -> str:
        """Run something again: ``ALL_STEPS``, or only what did not succeed: ``FROM_FAILURE``."""
        said = self.ask(queries.AGAIN, parameters={"parentRunId": run_id, "strategy": strategy})["launchRunReexecution"]
        assert said["__typename"] == "LaunchRunSuccess", said
        return str(said["run"]["runId"])

    def terminate(self, run_id: str) -> None:
        """End a run, as its button in the UI does."""
        said = self.ask(queries.TERMINATE, run=run_id)["terminateRun"]
        assert said["__typename"] == "TerminateRunSuccess", said

    def backfill(self, asset: str, partitions: list[str]) -> str:
        """Fill partitions of an asset; return the backfill's id."""
        parameters = {"assetSelection": [{"path": asset.split("/")}], "partitionNames": partitions}
        said = self.ask(queries.BACKFILL, parameters=parameters)["launchPartitionBackfill"]
        assert said["__typename"] == "LaunchBackfillSuccess", said
        return str(said["backfillId"])
