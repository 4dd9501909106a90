"""`GET /jobs`: order, pages, cursors, filters."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.emulator.conftest import ANCHOR, Api


def ids(jobs: list[dict[str, Any]]) -> list[str]:
    return [job["id"] for job in jobs]


@pytest.mark.parametrize("limit", [7, 25, 100])
def test_pages_are_complete_newest_first_and_without_duplicates(api: Api, limit: int) -> None:
    jobs = api.jobs(limit=limit)
    assert len(jobs) == len(set(ids(jobs))) == 1500
    submitted = [job["submitted_at"] for job in jobs]
    assert submitted == sorted(submitted, reverse=True)
    assert ids(jobs) == api.emulator.job_ids()


def test_limit_is_25_unless_asked_and_at_most_100(api: Api) -> None:
    assert len(api.get("/jobs")["jobs"]) == 25
    assert len(api.get("/jobs", limit=100)["jobs"]) == 100
    for limit in ("0", "101", "-1", "x", "", "1e2", str(2**40)):
        answer = api.ask("/jobs", limit=limit)
        assert answer.status_code == 400
        assert answer.json()["validation"] == {"keys": ["limit"], "source": "query"}


@pytest.mark.parametrize("cursor", ["x", "", "019cd496-dec7-78fc-ba58-28cedfe90159", "0" * 36])
def test_unknown_cursor_is_refused(api: Api, cursor: str) -> None:
    answer = api.ask("/jobs", next=cursor)
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, ["next"])


def test_new_jobs_shift_no_page(fresh: Callable[..., Api]) -> None:
    api = fresh()
    before = api.emulator.job_ids()
    first = api.get("/jobs", limit=50)
    api.emulator.add_job()
    api.emulator.delete_job(first["jobs"][-1]["id"])
    second = api.get("/jobs", limit=50, next=first["next"])
    assert ids(first["jobs"]) + ids(second["jobs"]) == before[:100]


def test_filters_keep_exactly_what_matches(api: Api) -> None:
    everything = api.jobs()
    open_session = next(job["session_id"] for job in everything if job["session_id"])
    parent = next(job["parent_job_id"] for job in everything if job["parent_job_id"])
    submitter = everything[0]["submitter_id"]
    for params, matches in (
        ({"status": "canceled"}, lambda job: job["status"] == "canceled"),
        ({"status": "ready"}, lambda job: job["status"] == "ready"),
        ({"target": "simulator"}, lambda job: job["backend"] == "simulator"),
        ({"target": "qpu.aria-1,qpu.forte-1"}, lambda job: job["backend"] in ("qpu.aria-1", "qpu.forte-1")),
        ({"target": "qpu.unknown"}, lambda job: False),
        ({"session_id": open_session}, lambda job: job["session_id"] == open_session),
        ({"session_id": "unknown"}, lambda job: False),
        ({"parent_job_id": parent}, lambda job: job["parent_job_id"] == parent),
        ({"submitter_id": submitter}, lambda job: job["submitter_id"] == submitter),
        ({"submitter_id": submitter, "status": "failed"},
         lambda job: job["submitter_id"] == submitter and job["status"] == "failed"),
    ):  # fmt: skip
        expected = [job for job in everything if matches(job)]
        assert api.jobs(limit=11, **params) == expected, params
    assert api.jobs(f"/sessions/{open_session}/jobs") == [j for j in everything if j["session_id"] == open_session]


def test_some_jobs_are_open(api: Api) -> None:
    assert api.jobs(status="ready") + api.jobs(status="started")


def test_ids_is_a_repeated_parameter(api: Api) -> None:
    chosen = api.emulator.job_ids()[5:60:9]
    assert ids(api.get("/jobs", ids=[*reversed(chosen), "unknown"])["jobs"]) == chosen
    assert ids(api.jobs(ids=chosen, limit=2)) == chosen
    assert api.get("/jobs", ids=["unknown"]) == {"jobs": [], "next": None}


def test_unknown_status_is_refused(api: Api) -> None:
    answer = api.ask("/jobs", status="running")
    assert (answer.status_code, answer.json()["validation"]["keys"]) == (400, ["status"])


def test_parents_name_their_children(api: Api) -> None:
    everything = api.jobs()
    parents = {job["parent_job_id"] for job in everything if job["parent_job_id"]}
    assert len(parents) > 20
    for parent in sorted(parents)[:10]:
        single = api.get(f"/jobs/{parent}")
        children = [job["id"] for job in everything if job["parent_job_id"] == parent]
        assert sorted(single["child_job_ids"]) == sorted(children)
        assert single["stats"].get("circuits", len(children)) == len(children)
        assert single["type"] in ("ionq.multi-circuit.v1", "quantum-function", "qctrl.qaoa.v1")
    assert api.get(f"/jobs/{children[0]}")["child_job_ids"] is None


def test_the_listing_and_the_single_job_agree(api: Api) -> None:
    for job in api.get("/jobs", limit=100)["jobs"]:
        single = api.get(f"/jobs/{job['id']}")
        assert {name: single[name] for name in job if name != "output"} == {
            name: value for name, value in job.items() if name != "output"
        }


def test_characterizations_page_by_number(api: Api) -> None:
    path = "/backends/qpu.forte-1/characterizations"
    pages, page = [], 1
    while True:
        answer = api.get(path, page=page, limit=7, key=None)
        if not answer["characterizations"]:
            break
        pages.append(answer)
        page += 1
    assert [answer["pages"] for answer in pages] == list(range(len(pages) - 1, -1, -1))
    dates = [one["date"] for answer in pages for one in answer["characterizations"]]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) == len(dates) > 30
    start, end = dates[20], dates[4]
    inside = api.get(path, start=start, end=end, limit=10)["characterizations"]
    assert [one["date"] for one in inside] == dates[5:15]
    assert api.get(path, start=dates[0])["characterizations"][0]["date"] == dates[0]
    assert api.get(path, end=dates[-1])["characterizations"] == []
    assert api.ask(path, limit=11).status_code == 400
    assert api.ask(path, page=0).status_code == 400
    assert api.ask(path, start="soon").json()["validation"]["keys"] == ["start"]


def test_a_retired_backend_is_unlisted_but_has_its_past(api: Api) -> None:
    assert "qpu.aria-2" not in [backend["backend"] for backend in api.get("/backends")]
    assert api.get("/backends/qpu.aria-2")["status"] == "retired"
    assert api.get("/backends/qpu.aria-2/characterizations")["characterizations"]
    assert api.jobs(target="qpu.aria-2")
    assert api.ask("/backends/qpu.unknown").status_code == 404


def test_a_backend_appears_without_notice(fresh: Callable[..., Api]) -> None:
    api = fresh()
    assert "qpu.forte-enterprise-2" in [backend["backend"] for backend in api.get("/backends")]
    api.emulator.clock.set(ANCHOR - timedelta(days=20))
    assert "qpu.forte-enterprise-2" not in [backend["backend"] for backend in api.get("/backends")]
    assert api.ask("/backends/qpu.forte-enterprise-2").status_code == 404
