"""What came out against the ideal, of circuits that the emulator has run with a known calibration."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import duckdb
import httpx
import pytest
from scipy.stats import t

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.resources import STANDING
from tests.sql.marts import build
from tests.truth.answers import Reader

QPUS = ("qpu.forte-1", "qpu.forte-enterprise-1")  # whose native gates are those that the simulator counts
MARTS = ("job_fidelity", "success_calibration")


def a_circuit(chance: random.Random) -> dict[str, Any]:
    """Return a GHZ state of some qubits, made with pairs of gates that undo each other where there is no noise."""
    qubits = chance.randint(2, 5)
    gates: list[dict[str, Any]] = [{"gate": "h", "target": 0}]
    for target in range(1, qubits):
        gates += [{"gate": "cnot", "control": target - 1, "target": target}] * (2 * chance.randint(0, 8) + 1)
    return {"gateset": "qis", "qubits": qubits, "circuit": gates}


def submit(server: Server, count: int, chance: random.Random) -> list[str]:
    ids = []
    with httpx.Client(base_url=server.base_url, headers={"Authorization": f"apiKey {server.api_key}"}) as http:
        for number in range(count):
            given = {"type": "ionq.circuit.v1", "shots": 4000, "name": f"ghz {number}", "input": a_circuit(chance)}
            for backend in (QPUS[number % 2], "simulator"):
                answer = http.post("/jobs", json=given | {"backend": backend})
                assert answer.status_code == 201, answer.text
                ids.append(answer.json()["id"])
    return ids


def distribution(reader: Reader, job: dict[str, Any]) -> dict[int, float]:
    """Read the probabilities as each contract has them."""
    results = job["results"]
    if "probabilities" in results:
        return {int(k): float(v) for k, v in reader.get(f"/jobs/{job['id']}/results/probabilities").items()}
    artifact = results["ionq.result.probabilities.json.v2"]["id"]
    (register,) = reader.get(f"/jobs/{job['id']}/artifacts/{artifact}")["probabilities"]["registers"].values()
    return {int(bits, 2): float(share) for bits, share in register.items()}


def expected(reader: Reader, ids: list[str]) -> dict[str, tuple[float, float]]:
    """Return the Hellinger fidelity and the linear cross-entropy fidelity of each job of a QPU."""
    jobs = [reader.get(f"/jobs/{one}") for one in ids]
    ideal = {job["name"]: distribution(reader, job) for job in jobs if job["backend"] == "simulator"}
    found = {}
    for job in jobs:
        if job["backend"] == "simulator":
            continue
        ran, wanted, states = distribution(reader, job), ideal[job["name"]], 2 ** job["stats"]["qubits"]
        root = math.fsum(math.sqrt(ran.get(s, 0) * wanted.get(s, 0)) for s in range(states))
        cross = math.fsum(ran.get(s, 0) * wanted.get(s, 0) for s in range(states))
        own = math.fsum(share**2 for share in wanted.values())
        found[job["id"]] = (min(root**2, 1), (cross - 1 / states) / (own - 1 / states))
    return found


@pytest.mark.prove
@pytest.mark.parametrize("contract", ["2026-10", "2026-05"])
def test_the_marts_say_what_plain_python_says_and_find_the_calibration(tmp_path: Path, contract: Any) -> None:
    emulator = Emulator(Scenario(seed=3, days=30, jobs=60, contract=contract))
    settings = Settings(data_dir=tmp_path, accounts=(Account(),))
    with emulator.serve() as server:
        ids = submit(server, 24, random.Random(8))
        emulator.clock.advance(10 * 86400)
        reader = Reader(server.base_url, server.api_key)
        wanted = expected(reader, ids)
        reader.close()
        records = sync(
            settings, Lake(settings.lake_dir), resources=[*STANDING, "job_results"],
            connect=lambda _: Client(server.base_url, api_key=server.api_key, clock=emulator.clock.now),
            clock=emulator.clock.now,
        )  # fmt: skip
        assert all(record.complete for record in records), [record.missing for record in records]
    assert len(wanted) == 24
    with build(tmp_path, settings.lake_dir, *MARTS) as connection:
        rows = connection.execute(
            "select job_id, hellinger_fidelity, observed_success, expected_success_probability, backend "
            "from job_fidelity where job_name like 'ghz %'"
        ).fetchall()
        assert {row[0] for row in rows} == wanted.keys()
        for job_id, similar, seen, _, _ in rows:
            assert (similar, seen) == pytest.approx(wanted[job_id], abs=1e-9)
        check_bins(connection)
    # 4,000 shots each: what the calibration promises comes out, and a little more, since not every error is seen
    assert min(row[3] for row in rows) < 0.8
    for _, _, seen, promised, _ in rows:
        assert promised - 0.05 < seen < promised + 0.15


def check_bins(connection: duckdb.DuckDBPyConnection) -> None:
    bins: dict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    for backend, is_debiased, promised, seen in connection.execute(
        "select backend, is_debiased, expected_success_probability, observed_success from job_fidelity"
    ).fetchall():
        if promised is not None and seen is not None:
            bins[backend, is_debiased, min(math.floor(promised * 10), 9) / 10].append((promised, seen))
    rows = connection.execute(
        "select backend, is_debiased, expected_from, jobs, expected, observed, low, high from success_calibration"
    ).fetchall()
    assert {row[:3] for row in rows} == bins.keys()
    for *key, jobs, promised, seen, low, high in rows:
        pairs = bins[tuple(key)]
        values = [value for _, value in pairs]
        assert jobs == len(pairs)
        assert promised == pytest.approx(fmean(one for one, _ in pairs), abs=1e-9)
        assert seen == pytest.approx(fmean(values), abs=1e-9)
        if jobs == 1:
            assert (low, high) == (None, None)
            continue
        margin = t.ppf(0.975, jobs - 1) * stdev(values) / math.sqrt(jobs)
        assert low == pytest.approx(max(seen - margin, 0), abs=0.003 * margin + 1e-6)
        assert high == pytest.approx(min(seen + margin, 1), abs=0.003 * margin + 1e-6)
