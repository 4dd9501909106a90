"""Measured distributions: only where they are asked for, each once (issue 3.6)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from ionq_data.config import ResultsFilter
from tests.sync.bench import Bench, incomplete

NAMES = ["jobs", "job_results"]


@pytest.fixture
def measured(bench: Bench) -> Bench:
    for job_id in bench.upstream.add_jobs(3, apart=timedelta(days=2)):
        bench.upstream.results[job_id] = {"0": 0.5, "3": 0.5}
    return bench


def sync(bench: Bench, **chosen: object) -> int:
    """Sync jobs and results; return how many results were asked for."""
    filters = ResultsFilter(enabled=True, **chosen)  # type: ignore[arg-type]
    assert not incomplete(bench.sync(resources=NAMES, results=filters))
    return sum("/results/" in request.url.path for request in bench.upstream.asked)


def test_nobody_who_has_not_asked_for_results_gets_them(measured: Bench) -> None:
    assert "job_results" not in {record.resource for record in measured.sync()}
    assert "job_results" in {record.resource for record in measured.sync(results=ResultsFilter(enabled=True))}


def test_each_distribution_is_read_once(measured: Bench) -> None:
    assert (sync(measured), sync(measured)) == (3, 0)
    assert measured.rows("job_results", "select distinct kind, variant_id, outcomes, http_status from r") == [
        ("probabilities", "", 2, 200)
    ]
    assert measured.rows("job_results", "select distinct _raw from r") == [('{"0": 0.5, "3": 0.5}',)]


def test_only_those_that_were_chosen(measured: Bench) -> None:
    assert sync(measured, projects=("another",)) == 0
    assert sync(measured, backends=("qpu.another",)) == 0
    assert sync(measured, max_age_days=3) == 1


def test_results_that_come_after_their_job_are_not_missed(measured: Bench) -> None:
    new, *_ = measured.upstream.add_jobs(1)
    assert sync(measured) == 4
    measured.upstream.results[new] = {"1": 1.0}
    assert sync(measured) == 1
    assert measured.rows("job_results", f"select http_status from r where job_id = '{new}'") == [(200,)]


def test_results_that_never_come_are_given_up_after_a_day(measured: Bench) -> None:
    new, *_ = measured.upstream.add_jobs(1)
    sync(measured)
    measured.upstream.now += timedelta(days=1)
    assert (sync(measured), sync(measured)) == (1, 0)
    assert measured.rows("job_results", f"select http_status, outcomes from r where job_id = '{new}'") == [(404, 0)]


def test_variants_of_a_debiased_job_are_read_on_request(bench: Bench) -> None:
    job_id, *_ = bench.upstream.add_jobs(1, settings={"error_mitigation": {"debiasing": True}})
    variants = [{"variant_id": "v1"}, {"variant_id": "v/2"}, {"variant_id": 3}, "?"]
    asked: list[str] = []

    def meddle(request: httpx.Request) -> httpx.Response | None:
        path = request.url.raw_path.decode()
        if "/results/" in path:
            asked.append(path.partition(job_id)[2])
            return httpx.Response(200, json={"0": 1})
        if path.endswith(job_id):
            debiasing = {"output": {"error_mitigation": {"debiasing": {"variants": variants}}}}
            return httpx.Response(200, json=bench.upstream.jobs[job_id] | debiasing)
        return None

    bench.upstream.meddle = meddle
    sync(bench, variants=True)
    assert asked == [
        "/results/probabilities",
        "/variants/v1/results/probabilities",
        "/variants/v1/results/histogram",
        "/variants/v%2F2/results/probabilities",
        "/variants/v%2F2/results/histogram",
    ]
    asked.clear()
    sync(bench, variants=True)
    assert asked == []


def test_artifacts_are_read_by_the_ids_that_the_job_names(bench: Bench) -> None:
    """2.18: and no address of before is asked for."""

    def named(artifact: str, form: str) -> dict[str, dict[str, str]]:
        return {form: {"id": artifact, "format": form, "media_type": "application/json"}}

    histogram = "ionq.result.histogram.json.v2"
    output = {
        "compilation": {"compiled_circuits": named("c1", "ionq.native.v1")},
        "error_mitigation": {
            "debiasing": {"variants": [{"variant_id": "v", "results": named("h1", histogram)}, {"variant_id": "w"}]},
            "aggregations": {"average": named("a1", histogram)[histogram]},
        },
    }
    job_id, *_ = bench.upstream.add_jobs(
        1,
        settings={"error_mitigation": {"debiasing": True}},
        output=output,
        results=named("p1", "ionq.result.probabilities.json.v2"),
    )
    asked: list[str] = []

    def meddle(request: httpx.Request) -> httpx.Response | None:
        path = request.url.path.partition(job_id)[2]
        if "/artifacts/" in path or "/results/" in path:
            asked.append(path)
            return httpx.Response(200, json={"probabilities": {"output_all": {"00": 0.5, "11": 0.5}}})
        return None

    bench.upstream.meddle = meddle
    sync(bench)
    assert asked == ["/artifacts/p1"]
    sync(bench, variants=True)
    assert sorted(asked) == ["/artifacts/a1", "/artifacts/c1", "/artifacts/h1", "/artifacts/p1"]
    assert sorted(bench.rows("job_results", "select artifact, kind, source, variant_id, outcomes from r")) == [
        ("a1", "histogram", "output.error_mitigation.aggregations.average", "", 2),
        ("c1", "compiled_circuit", "output.compilation.compiled_circuits", "", None),
        ("h1", "histogram", "output.error_mitigation.debiasing.variants", "v", 2),
        ("p1", "probabilities", "results", "", 2),
    ]
    assert bench.rows("job_results", "select distinct media_type from r") == [("application/json",)]
    sync(bench, variants=True)
    assert len(asked) == 4


def test_a_job_whose_results_are_values_has_none_to_ask_for(bench: Bench) -> None:
    bench.upstream.add_jobs(1, results={"value": -1.1, "variance": 31.2})
    bench.upstream.add_jobs(1, results={"qaoa_results": {"optimal_cost": -3.5}})
    assert sync(bench) == 0


def test_variants_that_are_gone_are_asked_for_once_and_not_kept(bench: Bench) -> None:
    variants = [{"variant_id": "v1"}, {"variant_id": "v2"}]
    output = {"error_mitigation": {"debiasing": {"variants": variants}}}
    for job_id in bench.upstream.add_jobs(3, apart=timedelta(days=2), output=output):
        bench.upstream.results[job_id] = {"0": 1.0}
    assert sync(bench, variants=True, max_age_days=30) <= 3 + 3  # one each of the workers that ask at once
    assert bench.rows("job_results", "select distinct kind, http_status from r") == [("probabilities", 200)]
    assert "are not available" in bench.lake.ledger("default", "job_results")[-1].notes[0]


def test_an_api_that_is_gone_ends_the_asking_and_one_failure_does_not(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(40)
    bench.upstream.results |= {job_id: {"0": 1.0} for job_id in jobs}

    def fail(wanted: set[str]) -> tuple[int, int]:
        """Sync while the results of some jobs cannot be had; return how many jobs are missing, and were asked for."""
        bench.upstream.meddle = lambda r: (
            httpx.Response(503) if "/results/" in r.url.path and r.url.path.split("/")[3] in wanted else None
        )
        missing = incomplete(bench.sync(resources=NAMES, results=ResultsFilter(enabled=True), concurrency=1))
        return len(missing.get("job_results", ())), bench.rows("job_results", "select count(*) from r")[0][0]

    assert fail(set(jobs)) == (5, 0)
    assert fail(set(jobs[::2])) == (20, 20)
    assert fail(set()) == (0, 40)
