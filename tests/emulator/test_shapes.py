"""What the two contracts write differently, and hostile names."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.conftest import Api


def test_octobers_jobs(october: Api) -> None:
    jobs = october.jobs()
    assert {job["type"] for job in jobs} == {
        "ionq.circuit.v1", "ionq.multi-circuit.v1", "ionq.qasm3.v1", "ionq.qir.v1", "quantum-function",
        "qctrl.qaoa.v1", "qctrl.qaoa-circuit.v1",
    }  # fmt: skip
    results = [job["results"] for job in jobs if job["results"] and job["type"] == "ionq.circuit.v1"]
    assert len(results) > 100
    kinds = ("probabilities", "histogram", "shots")
    assert all(set(result) == {f"ionq.result.{kind}.json.v2" for kind in kinds} for result in results)
    assert all(set(one) == {"id", "format", "media_type"} for result in results for one in result.values())
    settings = [job["settings"] for job in jobs if job["backend"] != "simulator" and job["type"] == "ionq.circuit.v1"]
    assert {(one["compilation"]["service_version"], *one["error_mitigation"]) for one in settings} == {
        ("v0.4", "debiasing", "symmetry_verification")
    }
    assert all({"1q", "2q", "measure"} == set(job["stats"]["gate_counts"]) for job in jobs if job["stats"])
    ideal = [job for job in jobs if job.get("noise", {}).get("model") == "ideal"]
    assert ideal
    assert not any("shots" in job for job in ideal)


def test_a_qaoa_job_has_its_circuits_as_parts(october: Api) -> None:
    parents = [job for job in october.jobs(status="completed") if job["type"] == "qctrl.qaoa.v1"]
    assert parents
    for parent in parents:
        children = october.jobs(parent_job_id=parent["id"])
        assert {child["type"] for child in children} == {"qctrl.qaoa-circuit.v1"}
        assert set(october.get(f"/jobs/{parent['id']}")["child_job_ids"]) == {child["id"] for child in children}
        assert set(parent["results"]["qaoa_results"]) == {"optimal_cost", "optimal_bitstring", "processing_status"}


def test_artifacts_say_what_the_probabilities_say(october: Api) -> None:
    job = next(
        job for job in october.jobs(status="completed")
        if job["settings"].get("error_mitigation", {}).get("debiasing") and "v1" in job["type"] and job["results"]
    )  # fmt: skip
    single = october.get(f"/jobs/{job['id']}")

    def outcome(descriptor: dict[str, str], kind: str) -> Any:
        content = october.get(f"/jobs/{job['id']}/artifacts/{descriptor['id']}")[kind]
        return content if kind == "shots" else next(iter(content["registers"].values()))

    plain = october.get(f"/jobs/{job['id']}/results/probabilities")
    told = {kind: outcome(single["results"][f"ionq.result.{kind}.json.v2"], kind)
            for kind in ("probabilities", "histogram", "shots")}  # fmt: skip
    assert {str(int(bits, 2)): share for bits, share in told["probabilities"].items()} == plain
    assert sum(told["histogram"].values()) == len(told["shots"]) == job["shots"]
    counted: dict[str, int] = {}
    for shot in told["shots"]:
        bits = "".join(map(str, reversed(shot["registers"]["output_all"])))
        counted[bits] = counted.get(bits, 0) + 1
    assert counted == told["histogram"]
    variants = single["output"]["error_mitigation"]["debiasing"]["variants"]
    assert sum(variant["shots"] for variant in variants) == job["shots"]
    for variant in variants:
        histogram = outcome(variant["results"]["ionq.result.histogram.json.v2"], "histogram")
        assert sum(histogram.values()) == variant["shots"]
    assert october.ask(f"/jobs/{job['id']}/artifacts/unknown").status_code == 404
    other = next(one["id"] for one in october.jobs(status="completed") if one["results"] and one["id"] != job["id"])
    first = single["results"]["ionq.result.shots.json.v2"]["id"]
    assert october.ask(f"/jobs/{other}/artifacts/{first}").status_code == 404


def test_octobers_backends(october: Api, may: Api) -> None:
    added = {
        "supported_gates", "supported_native_gates", "supported_error_mitigations", "noise_models", "has_access",
    }  # fmt: skip
    for ours, theirs in zip(october.get("/backends"), may.get("/backends"), strict=True):
        assert set(ours) - set(theirs) == added
        assert ("ms" if "aria" in ours["backend"] else "zz") in ours["supported_native_gates"]
        assert {"rx", "cnot", "not"} <= set(ours["supported_gates"])


def characterizations(api: Api) -> list[dict[str, Any]]:
    path, page, found = "/backends/qpu.aria-1/characterizations", 1, []
    while answer := api.get(path, page=page)["characterizations"]:
        found += answer
        page += 1
    return found


def test_older_characterizations_can_say_mean(fresh: Callable[..., Api], api: Api) -> None:
    statistics = [next(iter(one["fidelity"]["2q"])) for one in characterizations(fresh(mean_fidelities=True))]
    assert statistics == sorted(statistics, reverse=True)
    assert set(statistics) == {"median", "mean"}
    assert {next(iter(one["fidelity"]["2q"])) for one in characterizations(api)} == {"median"}


def test_stderr_is_a_number_or_null_in_may_and_0_for_nothing_in_october(may: Api, october: Api) -> None:
    errors = {one["fidelity"]["spam"]["stderr"] for one in characterizations(may)}
    assert len(errors) > 1
    assert None in errors
    assert {one["fidelity"]["2q"]["stderr"] for one in characterizations(october)} == {0, 0.00045}
    assert {tuple(one["fidelity"]["spam"]) for one in characterizations(october)} == {("median",)}


def test_a_page_fills_a_null_metric_from_the_next_newer_record(fresh: Callable[..., Api]) -> None:
    api = fresh(days=300, jobs=0)
    nulls = filled = 0
    for backend in ("qpu.aria-1", "qpu.forte-1", "qpu.forte-enterprise-1"):
        path = f"/backends/{backend}/characterizations"
        page = 1
        while shown := api.get(path, page=page)["characterizations"]:
            alone = [api.get(f"{path}/{one['id']}") for one in shown]
            for at, (told, own) in enumerate(zip(shown, alone, strict=True)):
                for metric in ("1q", "2q", "spam"):
                    if own["fidelity"][metric]["median"] is not None:
                        assert told["fidelity"][metric] == own["fidelity"][metric]
                        continue
                    nulls += 1
                    newer = shown[at - 1]["fidelity"][metric]["median"] if at else None
                    assert told["fidelity"][metric]["median"] == newer
                    filled += newer is not None
            page += 1
    assert nulls >= filled >= 5


def test_implausible_medians_are_known_to_the_truth(fresh: Callable[..., Api]) -> None:
    api = fresh(days=300, jobs=0)
    known = {(one["id"], one["metric"]): one["value"] for one in api.emulator.truth()["implausible"]}
    assert set(known.values()) == {0.79, 0.501}
    told = {
        (one["id"], metric): one["fidelity"][metric]["median"]
        for backend in api.get("/backends") for page in range(1, 40)
        for one in api.get(f"/backends/{backend['backend']}/characterizations", page=page)["characterizations"]
        for metric in ("1q", "2q", "spam")
    }  # fmt: skip
    assert {key for key, value in told.items() if value is not None and value < 0.9} == {
        key for key in known if key in told
    }


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


def test_results_of_a_debiased_job(may: Api) -> None:
    api = may
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


def test_results_before_completion_are_not_found(may: Api) -> None:
    api = may
    for job in api.jobs(status="ready") + api.jobs(status="canceled"):
        assert api.ask(f"/jobs/{job['id']}/results/probabilities").status_code == 404
    assert api.ask(f"/jobs/{api.emulator.job_ids()[0]}/circuits/qasm9").status_code == 400
