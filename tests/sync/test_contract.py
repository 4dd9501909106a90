"""What becomes of records that do not fit the columns, by ``[contract]`` in the settings (checklist 40)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sync.bench import Bench, incomplete

NEW: dict[str, Any] = {"colour": "red", "stats": {"qubits": 4, "mood": {"today": "good"}}}
WRONG: dict[str, Any] = {"shots": "many"}


def sync(bench: Bench, **contract: str) -> str | None:
    """Sync jobs of which one does not fit; return what is missing, if anything."""
    fitting, other = (bench.upstream.add_job(number, bench.upstream.now) for number in (1, 2))
    bench.upstream.jobs[other] |= WRONG if "types" in contract else NEW
    del fitting
    missing = incomplete(bench.sync(resources=["jobs"], contract=contract))
    return missing["jobs"][0] if missing else None


def raw(bench: Bench) -> dict[str, Any]:
    ((found,),) = bench.rows("jobs", "select _raw from r where id like '00000002%'")
    return dict(json.loads(found))


@pytest.mark.parametrize("contract", [{}, {"columns": "evolve"}])
def test_what_is_new_is_taken_in_and_named(bench: Bench, contract: dict[str, str]) -> None:
    assert sync(bench, **contract) is None
    assert raw(bench)["colour"] == "red"
    ((drift,),) = bench.rows("jobs", "select _drift from r where id like '00000002%'")
    assert {one["path"] for one in drift} == {"colour", "stats.mood"}


@pytest.mark.parametrize("kind", ["columns", "types"])
def test_a_frozen_contract_stops_and_says_what_to_do(bench: Bench, kind: str) -> None:
    missing = sync(bench, **{kind: "freeze"})
    assert missing is not None
    assert ("colour" if kind == "columns" else "shots: not") in missing
    assert "set it to evolve" in missing
    assert not incomplete(bench.sync(resources=["jobs"]))  # without it, the next sync has all
    assert not bench.wrong()


@pytest.mark.parametrize("kind", ["columns", "types"])
def test_a_row_can_be_discarded_and_is_rejected_whole(bench: Bench, kind: str) -> None:
    assert sync(bench, **{kind: "discard_row"}) is None
    assert bench.rows("jobs", "select count(*) from r") == [(1,)]
    ((count, reason),) = bench.versions("_rejected", "select count(*), max(reason) from r")
    assert count == 1
    assert ("colour" if kind == "columns" else "shots: not") in reason
    assert bench.sync_one("jobs", resources=["jobs"], contract={kind: "discard_row"}).complete
    assert bench.versions("_rejected", "select count(*) from r") == [(1,)]


def test_a_value_can_be_discarded(bench: Bench) -> None:
    assert sync(bench, columns="discard_value") is None
    assert "colour" not in raw(bench)
    assert raw(bench)["stats"] == {"qubits": 4}
    assert bench.rows("jobs", "select _drift, stats_qubits from r where id like '00000002%'") == [(None, 4)]


def test_a_value_that_does_not_fit_is_null_and_its_text_stays(bench: Bench) -> None:
    assert sync(bench, types="discard_value") is None
    assert bench.rows("jobs", "select shots, len(_problems) from r where id like '00000002%'") == [(None, 1)]
    assert raw(bench)["shots"] == "many"
