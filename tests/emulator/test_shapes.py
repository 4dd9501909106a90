"""The two response shapes, and hostile names."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.conftest import Api


@pytest.fixture
def live(fresh: Callable[..., Api]) -> Api:
    return fresh(response_shape="live", jobs=400)


def test_live_jobs(live: Api) -> None:
    jobs = live.jobs()
    assert {job["cost_model"] for job in jobs} == {"QCT", "2QGE_operations"}
    name = "ionq.result.probabilities.json.v2"
    results = [job["results"] for job in jobs if job["results"]]
    assert all(set(result) == {name} and set(result[name]) == {"id", "format", "media_type"} for result in results)
    assert len(results) > 100


def test_live_usage(live: Api) -> None:
    report = live.usage(modality="monthly")
    for entry in [*report["usage_data"], *(g for period in report["usage_data"] for g in period["group_usages"])]:
        assert entry["amount_unit"] == "USD"
        assert entry["amounts"] == [{"amount": entry["amount"], "unit": "USD"}]
    assert report["usage_data"][-1]["from"] == "2026-01-01T00:00:00Z"


def test_live_usage_keeps_credits_apart(fresh: Callable[..., Api]) -> None:
    api = fresh(response_shape="live", jobs=400, credits=True)
    units = [{one["unit"] for one in period["amounts"]} for period in api.usage(modality="monthly")["usage_data"]]
    assert {"USD", "credits"} in units


def test_live_estimate_and_backends(live: Api) -> None:
    estimate = live.get("/jobs/estimate", backend="qpu.forte-1")
    assert {"estimated_total_cost", "estimated_unit", "rate_card"} <= set(estimate)
    assert not {"estimated_cost", "cost_unit", "rate_information"} & set(estimate)
    assert all("supported_gates" in backend for backend in live.get("/backends"))


def characterizations(api: Api) -> list[dict[str, Any]]:
    path, page, found = "/backends/qpu.aria-1/characterizations", 1, []
    while answer := api.get(path, page=page)["characterizations"]:
        found += answer
        page += 1
    return found


def test_older_live_characterizations_say_mean(live: Api, api: Api) -> None:
    statistics = [next(iter(one["fidelity"]["2q"])) for one in characterizations(live)]
    assert statistics == sorted(statistics, reverse=True)
    assert set(statistics) == {"median", "mean"}
    assert {next(iter(one["fidelity"]["2q"])) for one in characterizations(api)} == {"median"}


def test_stderr_is_a_number_or_null(api: Api) -> None:
    errors = {one["fidelity"]["spam"]["stderr"] for one in characterizations(api)}
    assert len(errors) > 1
    assert None in errors


def test_hostile_names_and_large_metadata(fresh: Callable[..., Api]) -> None:
    api = fresh(hostile=True, jobs=600)
    jobs = api.jobs()
    names = {job["name"] for job in jobs}
    assert any(name and name.startswith("=cmd|") for name in names)
    assert any(name and "<script>" in name for name in names)
    assert any(name and "\u202e" in name for name in names)
    assert max(len(value) for job in jobs for value in (job["metadata"] or {"": ""}).values()) == 40_960
    groups = {g["group_name"] for p in api.usage(modality="monthly")["usage_data"] for g in p["group_usages"]}
    assert any("<script>" in name for name in groups)


def test_results_of_a_debiased_job(api: Api) -> None:
    job = next(
        job for job in api.jobs(status="completed")
        if job["results"] and job["settings"].get("error_mitigation", {}).get("debiasing") is True
    )  # fmt: skip
    variants = api.get(f"/jobs/{job['id']}")["output"]["error_mitigation"]["debiasing"]["variants"]
    assert sum(variant["shots"] for variant in variants) == job["shots"]
    for variant in variants:
        path = f"/jobs/{job['id']}/variants/{variant['variant_id']}/results"
        assert sum(api.get(path + "/histogram").values()) == variant["shots"]
        assert len(api.get(path + "/shots")) == variant["shots"]
        assert sum(api.get(path + "/probabilities").values()) == pytest.approx(1)
        assert api.ask(path + "/nothing").status_code == 404
    assert api.ask(f"/jobs/{job['id']}/variants/x/results/shots").status_code == 404
    plain, sharp = (api.get(f"/jobs/{job['id']}/results/probabilities", sharpen=one) for one in ("false", "true"))
    assert plain.keys() == sharp.keys()
    assert plain != sharp


def test_results_before_completion_are_not_found(api: Api) -> None:
    for job in api.jobs(status="ready") + api.jobs(status="canceled"):
        assert api.ask(f"/jobs/{job['id']}/results/probabilities").status_code == 404
    assert api.ask(f"/jobs/{api.emulator.job_ids()[0]}/circuits/qasm9").status_code == 400
