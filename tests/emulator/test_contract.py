"""Every answer keeps the published contract."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from tests.emulator.conftest import Api
from tests.emulator.contract import contract, contract_with_errors, validator

# positive_data_acceptance: the contract leaves open what is refused (a limit of 0, a date range of 9000 years).
# negative_data_rejection: nor does it say that unknown parameters are refused, and they are not.
# The rest needs write operations.
CHOSEN = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "ignored_auth",
)  # fmt: skip
READ_ENDPOINTS = sum("get" in operations for operations in contract()["paths"].values())


def valid(template: str, answer: Any) -> None:
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator(template).iter_errors(answer)]
    assert not errors, (template, errors[:3])


def crawl(api: Api) -> dict[str, int]:
    """Ask for every read endpoint of what the listings name, validate each answer, and count them."""
    seen: dict[str, int] = {}

    def get(template: str, path: str, **params: Any) -> Any:
        answer = api.get(path, **params)
        valid(template, answer)
        seen[template] = seen.get(template, 0) + 1
        return answer

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
    valid("/jobs", {"jobs": jobs, "next": None})
    for job in random.Random(3).sample(jobs, min(len(jobs), 150)):
        crawl_job(get, job)
    for session in get("/sessions", "/sessions")["sessions"]:
        get("/sessions/{session_id}", f"/sessions/{session['id']}")
        get("/sessions/{session_id}/jobs", f"/sessions/{session['id']}/jobs")
    for group_by in ("job", "project", "user"):
        for modality in ("daily", "weekly", "monthly"):
            valid("/organizations/{organization_id}/usage", api.usage(group_by=group_by, modality=modality))
    return seen


def crawl_job(get: Callable[..., Any], job: dict[str, Any]) -> None:
    path = f"/jobs/{job['id']}"
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


def test_crawled_answers_validate(api: Api) -> None:
    seen = crawl(api)
    assert set(contract_with_errors()["paths"]) - set(seen) <= {
        "/jobs", "/organizations/{organization_id}/usage", "/jobs/status/cancel", "/jobs/{UUID}/status/cancel",
        "/sessions/{session_id}/end",
    }  # fmt: skip


def test_hostile_answers_validate(fresh: Callable[..., Api]) -> None:
    assert crawl(fresh(hostile=True, credits=True))["/jobs/{UUID}"] == 150


def test_errors_have_the_contracts_shape(api: Api) -> None:
    for answer, status in (
        (api.ask("/jobs", limit=101), 400), (api.ask("/jobs", key=None), 401), (api.ask("/jobs/unknown"), 404),
        (api.ask("/no/such/path"), 404), (api.http.post("/jobs", json={}), 405), (api.http.delete("/whoami"), 405),
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
    schema = schemathesis.openapi.from_dict(contract_with_errors()).include(method="GET")
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
    assert schemathesis_findings(api, examples=12) == (READ_ENDPOINTS, [])


@pytest.mark.prove
def test_schemathesis_finds_nothing_in_many_requests(api: Api) -> None:
    assert schemathesis_findings(api, examples=300) == (READ_ENDPOINTS, [])
