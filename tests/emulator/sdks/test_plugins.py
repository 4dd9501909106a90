"""Unchanged Qiskit, Cirq and PennyLane programs: right counts, and a pipeline beside them that agrees with them."""

import json
import math
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.warehouse import build, publish
from tests.emulator.sdks.environments import bare, environment

QPU = "qpu.forte-1"
PLUGINS = {
    "qiskit": ("qiskit-ionq", "qiskit-aer"),
    "cirq": ("cirq-ionq",),
    "pennylane": ("pennylane-ionq",),
}  # fmt: skip


def run_program(plugin: str, server: Server) -> list[dict[str, Any]]:
    python = environment(plugin, *PLUGINS[plugin])
    program = Path(__file__).with_name(f"{plugin}_program.py")
    ran = subprocess.run(
        [python, program, server.base_url, server.api_key, QPU],
        capture_output=True, text=True, check=False, timeout=900, env=bare(),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    runs: list[dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    return runs


def variation(run: dict[str, Any]) -> float:
    """Total variation distance of what was counted from what the plugin's own simulator expects."""
    outcomes = {*run["counts"], *run["expected"]}
    return sum(abs(run["counts"].get(o, 0) / run["shots"] - run["expected"].get(o, 0)) for o in outcomes) / 2


def sampling_error(run: dict[str, Any]) -> float:
    """A bound on the distance of shots of the expected distribution itself, exceeded once in ten thousand times."""
    outcomes = max(len(run["expected"]), 2)
    return math.sqrt(outcomes / (4 * run["shots"])) + math.sqrt(math.log(1e4) / (2 * run["shots"]))


@pytest.mark.prove
@pytest.mark.parametrize("contract", ["2026-10", "2026-05"])
@pytest.mark.parametrize("plugin", list(PLUGINS))
def test_programs_get_right_counts_and_the_pipeline_agrees(plugin: str, contract: Any, tmp_path: Path) -> None:
    emulator = Emulator(Scenario(seed=5, days=40, jobs=300, contract=contract))
    emulator.clock.run(20_000)
    with emulator.serve() as server:
        runs = run_program(plugin, server)
        emulator.clock.freeze()
        emulator.clock.advance(3 * 86400)
        assert {run["backend"] for run in runs} == {"simulator", QPU}
        for run in runs:
            # A QPU's noise may add the shots that fail: with the calibrations at hand, at most one in 16.
            noise = 0.06 if run["backend"] == QPU else 0.0
            assert variation(run) <= sampling_error(run) + noise, run
        facts = {one["id"]: one for one in emulator.truth(jobs=True)["jobs"]}
        jobs = {run["job_id"]: run for run in runs}
        settings = Settings(data_dir=tmp_path, accounts=(Account(),))

        def connect(_: Account) -> Client:
            return Client(server.base_url, api_key=server.api_key, concurrency=4, clock=emulator.clock.now)

        records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=emulator.clock.now)
        assert all(record.complete for record in records), [record.missing for record in records]
        usage = emulator.truth()["cost"]["project_daily"]
    assert build(tmp_path, lake_dir=settings.lake_dir).passed
    publish(tmp_path)
    check_marts(tmp_path, jobs, facts, usage)


def check_marts(data_dir: Path, jobs: dict[str, Any], facts: dict[str, Any], usage: list[dict[str, str]]) -> None:
    import duckdb

    with duckdb.connect(str(data_dir / "warehouse.duckdb"), read_only=True) as warehouse:
        ids = ", ".join(f"'{one}'" for one in jobs)
        rows = warehouse.sql(
            f"select job_id, status, backend, shots, gates_2q, cost, queue_seconds, execution_seconds"
            f" from fct_jobs where job_id in ({ids})"
        ).fetchall()
        assert len(rows) == len(jobs)
        for job_id, status, backend, _, gates_2q, cost, waited, executed in rows:
            fact, run = facts[job_id], jobs[job_id]
            assert (status, backend, gates_2q) == ("completed", run["backend"], fact["gates_2q"])
            assert waited == pytest.approx(fact["queue_seconds"])
            if "execution_ms" in run:
                assert executed == pytest.approx(run["execution_ms"] / 1000)
            if backend == QPU:
                assert cost == Decimal(fact["cost"])
        billed = warehouse.sql(
            "select date, project_id, cost from cost_per_project_daily"
            " where source <> 'unattributed' and currency = 'USD' and cost <> 0"
        ).fetchall()
        told = {(str(day), project): cost for day, project, cost in billed}
        for one in usage:
            if Decimal(one["cost"]):
                assert abs(told[one["date"], one["project_id"]] - Decimal(one["cost"])) < Decimal("0.01"), one
        counted = f"select sum(jobs_submitted) from queue_time_daily where backend = '{QPU}'"
        ((submitted,),) = warehouse.sql(counted).fetchall()
        assert submitted >= sum(run["backend"] == QPU for run in jobs.values())
