"""A key has a role: what it may not see is not available to it, and that is no failure (DESIGN 2.19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from ionq_data.api.errors import AuthenticationError
from tests.sync.bench import Bench, incomplete, written
from tests.sync.upstream import ORGANIZATION

Answer = Callable[[httpx.Request], httpx.Response | None]


def refusing(**statuses: int) -> Answer:
    """Answer with a status what the name of an endpoint is in."""

    def meddle(request: httpx.Request) -> httpx.Response | None:
        found = (status for name, status in statuses.items() if f"/{name}" in request.url.path)
        status = next(found, None)
        return httpx.Response(status, json={"statusCode": status, "message": "no"}) if status else None

    return meddle


USER = {"estimate": 401, "usage": 403, "sessions": 404, "projects": 404}


def test_a_key_that_may_see_nothing_but_jobs_and_costs(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(7)
    bench.upstream.meddle = refusing(**USER)
    found = {record.resource: record for record in bench.sync(organization_id=ORGANIZATION, accounts=())}
    assert not incomplete(list(found.values()))
    refused = {name for name, record in found.items() if record.availability == "refused"}
    assert refused == {"sessions", "rates", "usage", "projects"}
    assert {found[name].availability for name in found.keys() - refused} == {"available"}
    assert "answered 401" in str(found["rates"].unavailable_reason)
    assert len(bench.asked("/jobs/estimate")) == len(bench.asked("/sessions")) == 1
    assert len([request for request in bench.upstream.asked if "/usage" in request.url.path]) == 1
    assert bench.rows("job_costs", "select sum(cost_value) from r") == [(len(jobs) * Decimal("25.79"),)]
    assert written(bench.sync()) == {}


def test_without_an_id_the_organization_is_the_one_of_an_estimate(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date(), 9, "a")
    bench.upstream.meddle = refusing(sessions=404)
    records = bench.sync()
    assert {record.organization for record in records if record.resource == "usage"} == {ORGANIZATION}
    assert bench.rows("usage", "select organization from r") == [(ORGANIZATION,)]
    bench.sync(resources=["usage"])
    assert len(bench.asked("/jobs/estimate")) == 1  # nothing else says it then


def test_without_an_id_the_organization_is_the_one_of_a_project(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date(), 9, "a")
    refuse = refusing(sessions=404, estimate=401)
    project = {"id": "p", "name": "P", "organization_id": ORGANIZATION}

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/projects"):
            return httpx.Response(200, json={"projects": [project]})
        return refuse(request)

    bench.upstream.meddle = meddle
    bench.sync()
    assert bench.rows("usage", "select organization from r") == [(ORGANIZATION,)]


def test_a_key_that_loses_what_named_its_organization_still_reads_its_usage(bench: Bench) -> None:
    bench.sync()
    bench.upstream.add_usage("project", bench.upstream.now.date(), 9, "a")
    bench.upstream.meddle = refusing(sessions=404, estimate=401, projects=404)
    found = {record.resource: record.availability for record in bench.sync()}
    assert (found["sessions"], found["usage"]) == ("refused", "available")
    assert bench.rows("usage", "select organization from r") == [(ORGANIZATION,)]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_losing_what_was_available_is_noted_once_and_costs_no_second_reading(bench: Bench, status: int) -> None:
    bench.upstream.add_jobs(250)
    bench.sync()
    bench.upstream.meddle = refusing(jobs=status)
    record = bench.sync_one("jobs")
    assert (record.complete, record.availability, record.rows_seen) == (True, "refused", 0)
    assert "not available to this key any more" in record.notes[0]
    assert bench.sync_one("jobs").notes == ()
    bench.upstream.meddle = None
    bench.upstream.now += timedelta(hours=1)
    bench.upstream.add_jobs(1, apart=timedelta(minutes=1))
    record = bench.sync_one("jobs")
    assert (record.availability, record.mode, record.rows_written) == ("available", "incremental", 1)
    assert len(bench.asked("/jobs")) < 3
    assert not bench.wrong()


def test_costs_that_a_key_may_not_see_are_not_asked_for_job_by_job(bench: Bench) -> None:
    bench.upstream.add_jobs(60)
    bench.upstream.meddle = refusing(cost=403)
    record = bench.sync_one("job_costs", concurrency=1)
    assert (record.complete, record.availability) == (True, "refused")
    assert record.requests < 10


@pytest.mark.parametrize("concurrency", [1, 8])
def test_costs_that_a_key_may_not_see_are_asked_for_once_a_run(bench: Bench, concurrency: int) -> None:
    """In case that changes: then all are asked for at once."""
    jobs = bench.upstream.add_jobs(60)
    bench.upstream.meddle = refusing(cost=403)
    bench.sync(concurrency=concurrency)
    for _ in range(3):
        bench.upstream.now += timedelta(hours=1)
        bench.sync(concurrency=concurrency)
        assert len([request for request in bench.upstream.asked if request.url.path.endswith("/cost")]) == 1
    bench.upstream.meddle = None
    bench.upstream.now += timedelta(hours=1)
    bench.sync(concurrency=concurrency)
    assert bench.rows("job_costs", "select count(*) from r where http_status = 200") == [(len(jobs),)]


def test_one_cost_that_a_key_may_not_see_hides_no_other(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(9)
    bench.upstream.costs |= dict.fromkeys(jobs[:3], 403)
    record = bench.sync_one("job_costs", concurrency=1)
    assert (record.complete, record.availability, record.rows_written) == (True, "available", 9)


def test_an_estimate_that_does_not_say_what_was_asked_for_is_of_what_was_asked_for(bench: Bench) -> None:
    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json={"estimated_cost": 25.79}) if request.url.path.endswith("/estimate") else None

    bench.upstream.meddle = answer
    assert bench.sync_one("rates").rows_rejected == 0
    asked = {(query["backend"], query["error_mitigation"] == "true") for query in bench.asked("/jobs/estimate")}
    assert set(bench.rows("rates", "select backend, error_mitigation from r")) == asked


def test_a_member_whose_jobs_may_not_be_listed_is_noted(bench: Bench) -> None:
    bench.upstream.add_jobs(3)
    bench.upstream.meddle = lambda r: httpx.Response(403) if r.url.params.get("submitter_id") == "other" else None
    record = bench.sync_one("jobs", submitters=("other",))
    assert (record.complete, record.availability, record.rows_written) == (True, "available", 3)
    assert "the jobs of submitter other are not available to this key" in record.notes[0]


def test_whoami_alone_says_that_a_key_is_not_good(bench: Bench) -> None:
    bench.upstream.add_jobs(3)
    bench.upstream.meddle = refusing(**{"": 401})
    with pytest.raises(AuthenticationError):
        bench.sync()
    bench.upstream.meddle = refusing(whoami=403)
    record = bench.sync_one("whoami")
    assert (record.complete, record.availability) == (True, "refused")
    assert len(bench.asked("/whoami")) == 1
    assert not bench.wrong()


# empty lists and cursors (2.20)


def test_a_list_that_is_null_is_empty(bench: Bench) -> None:
    empty = {"/jobs": {"jobs": None, "next": None}, "/sessions": {"sessions": None, "organization_id": ORGANIZATION}}
    empty |= {"/characterizations": {"characterizations": None, "pages": 0}}

    def meddle(request: httpx.Request) -> httpx.Response | None:
        found = (body for end, body in empty.items() if request.url.path.endswith(end))
        body = next(found, None)
        return None if body is None else httpx.Response(200, json=body)

    bench.upstream.meddle = meddle
    assert not incomplete(bench.sync())
    assert len([r for r in bench.upstream.asked if r.url.path.endswith("/characterizations")]) == 1


@pytest.mark.parametrize(("jobs", "is_complete"), [(150, False), (100, False), (24, True), (0, True)])
def test_an_empty_cursor_is_no_end(bench: Bench, jobs: int, is_complete: bool) -> None:
    bench.upstream.add_jobs(jobs)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/v0.4/jobs":
            return None
        page = dict(bench.upstream._listing(request.url.params).json())
        return httpx.Response(200, json=page | {"next": ""})

    bench.upstream.meddle = meddle
    for _ in range(2):
        record = bench.sync_one("jobs", submitters="own")
        assert record.complete is is_complete
        assert is_complete or "'next'" in record.missing[0]
    bench.upstream.meddle = None
    assert bench.sync_one("jobs", submitters="own").complete
    assert bench.rows("jobs", "select count(*) from r") == [(jobs,)]
