"""Clones and moved jobs have ids of their own for old work: each is one job, and none is paid for twice (2.23)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.sql.marts import build

BELL = [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]
BODY = {
    "type": "ionq.circuit.v1", "backend": "qpu.forte-1", "shots": 1000, "name": "first",
    "input": {"gateset": "qis", "qubits": 2, "circuit": BELL},
}  # fmt: skip


@pytest.mark.prove
def test_clones_and_moved_jobs_are_jobs_of_their_own(tmp_path: Path) -> None:
    emulator, settings = (
        Emulator(Scenario(seed=4, days=30, jobs=80)),
        Settings(data_dir=tmp_path, accounts=(Account(),)),
    )
    with emulator.serve() as server, httpx.Client(base_url=server.base_url, timeout=30) as http:
        http.headers["Authorization"] = f"apiKey {server.api_key}"

        def write(path: str, body: Any) -> str:
            answer = http.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made: str = answer.json()["id"]
            return made

        def copy() -> None:
            records = sync(
                settings, Lake(settings.lake_dir), clock=emulator.clock.now,
                connect=lambda _: Client(server.base_url, api_key=server.api_key, clock=emulator.clock.now),
            )  # fmt: skip
            assert all(record.complete for record in records)

        first = write("/jobs", BODY)
        emulator.clock.advance(20 * 86400)
        copy()
        clone = write(f"/jobs/{first}/clone", {"name": "again", "shots": 5000})
        waiting = write("/jobs", BODY | {"name": "to be moved"})
        copy()
        moved = write(f"/jobs/{waiting}/move", {"backend": "qpu.forte-enterprise-1"})
        emulator.clock.advance(20 * 86400)
        copy()
        facts = {job["id"]: job for job in emulator.truth(jobs=True)["jobs"]}
    with build(tmp_path, settings.lake_dir, "fct_jobs") as connection:
        rows = connection.execute(
            "select job_id, status, backend, billed_cost, billed_currency from fct_jobs"
        ).fetchall()
    assert Counter(row[0] for row in rows) == Counter(facts.keys())
    found = {row[0]: row[1:] for row in rows}
    assert found[waiting][0] == "canceled"
    assert (found[moved][0], found[moved][1]) == ("completed", "qpu.forte-enterprise-1")
    for job_id in (first, clone, waiting, moved):
        assert found[job_id][2] == Decimal(facts[job_id]["cost"])
    assert found[waiting][2] == 0
    assert found[first][2] < found[clone][2], "five times the shots"
    paid: Counter[str] = Counter()
    for job in facts.values():
        if job["cost"] is not None and job["backend"] != "simulator":
            paid[job["currency"].upper()] += Decimal(job["cost"])  # type: ignore[assignment]
    billed: Counter[str] = Counter()
    for _, _, cost, currency in found.values():
        if cost is not None:
            billed[currency] += cost
    assert +billed == +paid
