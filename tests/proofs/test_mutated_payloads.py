"""Thousands of spoiled records: none crashes anything, and each is stored or rejected, with its reason."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from ionq_data.lake import Lake
from ionq_data.lake.current import current_jobs, current_rows, load_versions
from ionq_data.lake.pending import pending_jobs
from ionq_data.lake.verification import verify
from ionq_data.lake.versions import Versions
from ionq_data.resources import RESOURCES, Row
from ionq_data.sync.intake import Intake
from tests.proofs.mutations import mutate
from tests.sync import records
from tests.sync.bench import Bench
from tests.sync.upstream import Upstream

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BESIDE = {
    "usage": {"group_by": "project", "modality": "daily", "organization": "o"},
    "job_costs": {"job_id": "a", "submitted_at": NOW},
    "job_results": {"job_id": "a", "artifact": "probabilities", "variant_id": "", "kind": "probabilities"},
}


def sound(name: str) -> dict[str, Any]:
    """Return a good record of a resource."""
    match name:
        case "jobs":
            values = {"stats": {"gate_counts": {"1q": 3, "2q": 1}, "qubits": 4}, "metadata": {"a": "b"}, "shots": 100}
            return records.job("a", NOW, **values, failure={"code": "E", "message": "m"}, noise={"model": "ideal"})
        case "job_costs":
            return records.cost(25.79)
        case "usage":
            return records.usage(date(2026, 6, 1), 3.5, "p", "q") | {"amounts": [{"amount": 1, "unit": "USD"}]}
        case "characterizations":
            return records.characterization("c", NOW)
        case "sessions":
            return records.session("s", NOW)
        case "backends":
            return records.backend("qpu.a", NOW) | {"supported_gates": ["zz"]}
        case "rates":
            return records.estimate("qpu.a", error_mitigation=False, now=NOW)
        case "projects":
            return {"id": "p", "name": "P", "quotaUsage": 1.5, "quotaLimit": None, "unit": "usd"}
        case "whoami":
            return {"key_id": "k", "key_name": "n", "project_id": "p"}
        case _:
            return {"0": 0.5, "1": 0.5}


def store(lake: Lake, name: str, count: int, chance: random.Random) -> tuple[int, int]:
    """Take spoiled records of a resource in; return how many became rows and how many were rejected."""
    taking = Intake(lake, RESOURCES[name], "default", "run")
    rows = rejected = 0
    for number in range(count):
        raw = mutate(sound(name), chance)
        stamp = NOW + timedelta(seconds=number)
        taken = taking.take(raw, extracted_at=stamp, context=BESIDE.get(name), deleted=chance.random() < 0.05)
        rows += isinstance(taken.row, Row)
        rejected += taken.row is None
        if taken.row is not None:
            assert taken.row.values["_raw"].encode() == raw
        if taking.is_full or chance.random() < 0.01:
            taking.flush()
    taking.flush()
    assert rows + rejected == count == taking.rows_seen
    assert taking.rows_rejected == rejected
    return rows, taking.rows_written


def check(folder: Path, per_resource: int, seed: int) -> None:
    chance, lake = random.Random(seed), Lake(folder / "lake")
    lake.ensure(["default"])
    for name, resource in RESOURCES.items():
        rows, kept = store(lake, name, per_resource, chance)
        assert rows > per_resource / 5  # many are spoiled in a value, and not as a whole
        with duckdb.connect() as connection:
            source = f"read_parquet('{lake.root}/{name}/**/*.parquet', union_by_name = true)"
            assert connection.execute(f"select count(*) from {source}").fetchall() == [(kept,)]
            assert len(connection.execute(f"select * from {source}").fetchall()) == kept
        versions = Versions()
        load_versions(lake, versions, resource, "default")
        assert len(current_rows(lake, resource, "default", versions)) == len(versions)
        assert rows + len(lake.rejected_hashes(resource, "default")) <= per_resource
    assert len(list(current_jobs(lake, "default"))) >= len(
        set(pending_jobs(lake, "default", now=NOW + timedelta(days=1)))
    )
    assert verify(lake).is_sound, verify(lake).findings


def test_hundreds_of_spoiled_records_are_stored_or_rejected(tmp_path: Path) -> None:
    check(tmp_path, 60, seed=3)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_spoiled_records_are_stored_or_rejected(tmp_path: Path, seed: int) -> None:
    check(tmp_path, 300, seed)


def spoiled_syncs(folder: Path, syncs: int, seed: int) -> None:
    """Sync an API that spoils a third of its answers' records; every sync ends, and the last, good one is right."""
    chance, upstream = random.Random(seed), Upstream()
    bench = Bench(upstream, Lake(folder / "lake"))
    upstream.add_jobs(30)
    upstream.add_usage("project", upstream.now.date(), 4, "a")
    upstream.add_characterization("c", upstream.now)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        upstream.meddle = None
        answer = upstream.answer(request)
        upstream.asked.pop()
        upstream.meddle = meddle
        if answer.status_code != 200 or chance.random() < 0.6:
            return answer
        found = answer.json()
        return httpx.Response(200, content=mutate(found if isinstance(found, dict) else {"": found}, chance))

    for _ in range(syncs):
        upstream.meddle = meddle
        for record in bench.sync(overlap_hours=500):
            assert record.complete or record.missing
        upstream.now += timedelta(hours=3)
    upstream.meddle = None
    bench.sync(full=True)
    assert verify(bench.lake).is_sound
    assert not [wrong for wrong in bench.wrong() if not wrong.startswith(("usage", "cost"))]


def test_an_api_that_spoils_its_answers_is_survived(tmp_path: Path) -> None:
    spoiled_syncs(tmp_path, 3, seed=5)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(10))
def test_an_api_that_spoils_its_answers_for_weeks_is_survived(tmp_path: Path, seed: int) -> None:
    spoiled_syncs(tmp_path, 12, seed)
