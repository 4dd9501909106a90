"""Every answer keeps the published contract: May's and October's."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.emulator.conftest import CONTRACTS, Api
from tests.emulator.contract import contract, contract_with_errors, read_paths, validator

# positive_data_acceptance: the contract leaves open what is refused (a limit of 0, a date range of 9000 years).
# negative_data_rejection: nor does it say that unknown parameters are refused, and they are not.
# The rest needs write operations.
CHOSEN = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "ignored_auth",
)  # fmt: skip
SAMPLED = 60
SHOTS_JUDGED = 500
"""Above so many shots, a list of them is read and not judged one by one, which takes a judge seconds."""


class Crawl:
    """Asks for what the listings name, validates each answer, and counts them by the contract's path."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.contract = api.emulator.scenario.contract
        self.seen: dict[str, int] = {}

    def get(self, template: str, path: str, **params: Any) -> Any:
        answer = self.api.get(path, **params)
        self.valid(template, answer)
        return answer

    def valid(self, template: str, answer: Any) -> None:
        errors = [f"{e.json_path}: {e.message[:200]}" for e in validator(self.contract, template).iter_errors(answer)]
        assert not errors, (template, errors[:3])
        self.seen[template] = self.seen.get(template, 0) + 1


def crawl(api: Api) -> dict[str, int]:
    """Ask for every read endpoint of what the listings name and count the answers, all valid."""
    crawled = Crawl(api)
    get = crawled.get
    get("/whoami", "/whoami")
    for backend in get("/backends", "/backends"):
        name = backend["backend"]
        get("/backends/{backend}", f"/backends/{name}")
        get("/jobs/estimate", "/jobs/estimate", backend=name, error_mitigation="true", **{"2q_gates": 50})
        page = 1
        while found := get("/backends/{backend}/characterizations", f"/backends/{name}/characterizations", page=page)[
            "characterizations"
        ]:
            page += 1
            one = "/backends/{backend}/characterizations/{UUID}"
            get(one, f"/backends/{name}/characterizations/{found[0]['id']}")
    jobs = api.jobs()
    crawled.valid("/jobs", {"jobs": jobs, "next": None})
    kinds = {job["type"]: job for job in jobs}
    crawl_job = crawl_artifacts if api.emulator.scenario.is_october else crawl_urls
    for job in [*kinds.values(), *random.Random(3).sample(jobs, min(len(jobs), SAMPLED))]:
        crawl_job(crawled, job)
    for session in get("/sessions", "/sessions")["sessions"]:
        get("/sessions/{session_id}", f"/sessions/{session['id']}")
        get("/sessions/{session_id}/jobs", f"/sessions/{session['id']}/jobs")
    for group_by in ("job", "project", "user"):
        for modality in ("daily", "weekly", "monthly"):
            crawled.valid("/organizations/{organization_id}/usage", api.usage(group_by=group_by, modality=modality))
    return crawled.seen


def crawl_urls(crawled: Crawl, job: dict[str, Any]) -> None:
    path, get = f"/jobs/{job['id']}", crawled.get
    single = get("/jobs/{UUID}", path)
    get("/jobs/{UUID}/cost", path + "/cost")
    if job["results"]:
        get("/jobs/{UUID}/results/probabilities", path + "/results/probabilities")
        get("/jobs/{UUID}/circuits/{lang}", path + "/circuits/native")
        get("/jobs/{UUID}/circuits/{lang}", path + "/circuits/qasm3")
    for variant in single["output"].get("error_mitigation", {}).get("debiasing", {}).get("variants", []):
        for kind, result in variant["results"].items():
            template = f"/jobs/{{UUID}}/variants/{{variantId}}/results/{kind}"
            get(template, result["url"].removeprefix("/v0.4"))


def descriptors(part: Any) -> list[dict[str, str]]:
    """Every artifact that an answer describes, wherever it stands."""
    if isinstance(part, dict):
        if set(part) == {"id", "format", "media_type"}:
            return [part]
        return [one for value in part.values() for one in descriptors(value)]
    return [one for value in part for one in descriptors(value)] if isinstance(part, list) else []


def crawl_artifacts(crawled: Crawl, job: dict[str, Any]) -> None:
    """Read a job and all of its artifacts, each by the schema that the API gives of its format."""
    path, get = f"/jobs/{job['id']}", crawled.get
    single = get("/jobs/{UUID}", path)
    get("/jobs/{UUID}/cost", path + "/cost")
    for one in descriptors(single):
        content = get("/jobs/{UUID}/artifacts/{artifactId}", f"{path}/artifacts/{one['id']}")
        if one["format"] == "ionq.qasm3.v1":
            assert content.startswith("OPENQASM 3")
        elif len(content.get("shots", ())) <= SHOTS_JUDGED:
            schema = get("/schemas/formats/{format}", f"/schemas/formats/{one['format']}")
            assert schema["$id"] in contract(crawled.contract)["components"]["schemas"]["Formats"]["enum"]
            Draft202012Validator(schema).validate(content)
    if single["results"] and "shots" in single and descriptors(single["results"]) and not single["child_job_ids"]:
        get("/jobs/{UUID}/results/probabilities", path + "/results/probabilities")


@pytest.mark.slow
def test_crawled_answers_validate(api: Api) -> None:
    assert read_paths(api.emulator.scenario.contract) == set(crawl(api))


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS)
def test_hostile_answers_validate(fresh: Callable[..., Api], contract: str) -> None:
    assert crawl(fresh(hostile=True, credits=True, contract=contract))["/jobs/{UUID}"] >= SAMPLED


def test_what_the_other_contract_has_is_not_found(may: Api, october: Api) -> None:
    job = next(job for job in october.jobs(status="completed") if job["results"])
    path = f"/jobs/{job['id']}"
    assert october.ask(f"{path}/circuits/native").status_code == 404
    assert october.ask(f"{path}/variants/x/results/shots").status_code == 404
    assert may.ask(f"{path}/artifacts/x").status_code == 404
    assert may.ask("/schemas/formats/ionq.native.v1").status_code == 404
    assert may.ask("/projects").status_code == 404


def test_errors_have_the_contracts_shape(api: Api) -> None:
    for answer, status in (
        (api.ask("/jobs", limit=101), 400), (api.ask("/jobs", key=None), 401), (api.ask("/jobs/unknown"), 404),
        (api.ask("/no/such/path"), 404), (api.http.post("/whoami", json={}), 405), (api.http.delete("/whoami"), 405),
    ):  # fmt: skip
        body = answer.json()
        assert answer.status_code == status == body["statusCode"]
        assert isinstance(body["error"], str)
        assert isinstance(body["message"], str)
    assert api.ask("/jobs", limit=101).json()["validation"] == {"keys": ["limit"], "source": "query"}


def schemathesis_findings(api: Api, *, examples: int) -> tuple[int, list[str]]:
    """Probe every GET with generated parameters; return how many operations, and what is wrong."""
    load_all_checks()
    checks = CHECKS.get_by_names(CHOSEN)
    schema = schemathesis.openapi.from_dict(contract_with_errors(api.emulator.scenario.contract)).include(method="GET")
    schema.config.update(base_url=api.server.base_url)
    headers = {"Authorization": f"apiKey {api.server.api_key}"}
    findings: list[str] = []
    probed = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=examples, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def probe(case: Any) -> None:
            try:
                case.call_and_validate(headers=headers, checks=checks)
            except FailureGroup as group:
                findings.extend(f"{case.operation.label}: {failure}" for failure in group.exceptions)

        probe()
        probed += 1
    return probed, findings


def test_schemathesis_finds_nothing(api: Api) -> None:
    assert schemathesis_findings(api, examples=12) == (len(read_paths(api.emulator.scenario.contract)), [])


@pytest.mark.prove
def test_schemathesis_finds_nothing_in_many_requests(api: Api) -> None:
    assert schemathesis_findings(api, examples=300) == (len(read_paths(api.emulator.scenario.contract)), [])
