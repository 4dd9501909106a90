"""Bad input and bad luck: each row of DESIGN 9 that concerns a sync, and each sentence on faults in DESIGN 5."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import duckdb
import httpx
import pytest

from ionq_data.lake import Lake
from ionq_data.resources import STANDING
from tests.sync import records
from tests.sync.bench import Bench, incomplete, written


def bad(content: bytes) -> httpx.Response:
    return httpx.Response(200, content=content)


@pytest.mark.parametrize("body", [b"<html>Please log in</html>", b'{"jobs": [{"id": "a"', b'{"jobs": 7}', b""])
def test_a_body_that_is_no_answer_is_asked_for_again_and_then_said_to_be_missing(bench: Bench, body: bytes) -> None:
    bench.upstream.add_jobs(5)
    bench.upstream.meddle = lambda r: bad(body) if r.url.path == "/v0.4/jobs" else None
    (reason,) = incomplete(bench.sync())["jobs"]
    assert len(bench.asked("/jobs")) == 3  # as often as the client was told to
    assert "GET /v0.4/jobs answered 200 with" in reason
    bench.upstream.meddle = None
    bench.sync()
    assert not bench.wrong()


def test_a_body_that_is_bad_once_costs_one_more_request(bench: Bench) -> None:
    bench.upstream.add_jobs(5)
    bench.upstream.meddle = lambda r: bad(b"{") if len(bench.upstream.asked) == 4 else None
    assert not incomplete(bench.sync())
    assert not bench.wrong()


@pytest.mark.parametrize("resource", [name for name in STANDING if name not in ("whoami", "rates")])
def test_one_resource_out_of_order_leaves_the_others_right(bench: Bench, resource: str) -> None:
    paths = {"usage": "/organizations", "characterizations": "/backends/qpu", "job_costs": "/jobs/000"}
    bench.upstream.add_jobs(12)
    bench.upstream.add_characterization("c", bench.upstream.now)
    bench.upstream.add_usage("project", bench.upstream.now.date(), 4, "a")
    bench.upstream.sessions.append(records.session("s", bench.upstream.now))
    bench.upstream.fail_path = paths.get(resource, f"/{resource}")
    missing = incomplete(bench.sync())
    assert resource in missing
    assert "503" in missing[resource][0]
    bench.upstream.fail_path = None
    assert not incomplete(bench.sync())
    assert not bench.wrong()


def test_an_api_that_is_down_is_recorded_as_such_and_moves_no_watermark(bench: Bench) -> None:
    bench.upstream.add_jobs(5)
    bench.sync()
    before = {record.resource: record.watermark for record in bench.lake.ledger("default")}
    bench.upstream.now += timedelta(days=2)
    bench.upstream.add_jobs(3)
    bench.upstream.fail_path = "/"
    found = bench.sync()
    assert [record.complete for record in found] == [False] * len(STANDING)
    assert all("503" in record.missing[0] and record.watermark is None for record in found)
    assert {record.availability for record in found} == {None}, "whether it is available was not to be seen"
    bench.upstream.fail_path = None
    bench.sync()
    assert not bench.wrong()
    assert before["jobs"] < bench.lake.ledger("default", "jobs")[-1].watermark  # type: ignore[operator]


def test_a_record_of_wrong_types_is_stored_with_nulls_and_its_problems(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, status=7, stats=[], submitted_at="soon", shots="many")
    record = next(record for record in bench.sync() if record.resource == "jobs")
    assert (record.rows_written, record.rows_with_problems, record.rows_rejected) == (1, 1, 0)
    ((problems, status),) = bench.rows("jobs", f"select _problems, status from r where id = '{job_id}'")
    assert status is None
    assert problems == [
        "status: not a text: 7",
        "submitted_at: not a timestamp: 'soon'",
        "shots: not an integer: 'many'",
        "stats: not an object: []",
    ]
    assert written(bench.sync()) == {}


def test_a_record_without_a_key_is_kept_whole_once_however_often_it_comes(bench: Bench) -> None:
    bench.upstream.add_jobs(3)
    bench.upstream.jobs["broken"] = {"id": None, "name": "=cmd()", "submitted_at": "x", "submitter_id": None} | {
        "parent_job_id": None
    }
    for _ in range(2):
        record = next(record for record in bench.sync(submitters="own") if record.resource == "jobs")
        assert (record.complete, record.rows_rejected) == (True, 1)
    rejected = bench.lake.storage.list("_rejected/account=default")
    assert len([name for name in rejected if "empty" not in name]) == 1
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select resource, reason, _raw from read_parquet('{bench.lake.root}/_rejected/**/*.parquet')"
        ).fetchall()
    assert [(resource, reason) for resource, reason, _ in found] == [("jobs", "no usable key: no id")]
    assert json.loads(found[0][2])["name"] == "=cmd()"


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; drop table jobs; --", "🦆" * 9_999]
)
def test_names_are_whatever_a_user_typed(bench: Bench, name: str) -> None:
    """2.16"""
    bench.upstream.add_job(1, bench.upstream.now, name=name, metadata={name: name})
    assert not incomplete(bench.sync(resources=["jobs"]))
    assert bench.rows("jobs", "select name from r") == [(name,)]


def test_half_a_character_in_a_name_costs_no_job(bench: Bench) -> None:
    bench.upstream.add_jobs(2)
    bench.upstream.add_job(1, bench.upstream.now, name="\ud83e")
    assert not incomplete(bench.sync(resources=["jobs"]))
    assert bench.rows("jobs", "select count(*) from r") == [(3,)]


def test_an_answer_that_leads_elsewhere_is_not_followed(bench: Bench) -> None:
    bench.upstream.add_jobs(150)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != "/v0.4/jobs" or "next" in request.url.params:
            return None
        page = {"jobs": list(bench.upstream.jobs.values())[:1], "next": "https://evil.example/?key="}
        return httpx.Response(200, json=page)

    bench.upstream.meddle = meddle
    bench.sync(resources=["jobs"], submitters="own")
    assert {request.url.host for request in bench.upstream.asked} == {"api.example.test"}
    bench.upstream.meddle = lambda r: httpx.Response(302, headers={"Location": "https://evil.example/"})
    assert "evil.example" in incomplete(bench.sync(resources=["jobs"]))["jobs"][0]
    assert {request.url.host for request in bench.upstream.asked} == {"api.example.test"}


def test_two_syncs_at_once_are_both_right(bench: Bench) -> None:
    """The second begins and ends in the middle of the first, which then writes what it had read before."""
    jobs = bench.upstream.add_jobs(40)
    open_job = bench.upstream.add_job(1, bench.upstream.now)
    other = Bench(bench.upstream, Lake(bench.lake.root))
    asked: list[httpx.Request] = []

    def meddle(request: httpx.Request) -> None:
        asked.append(request)
        if len(asked) == 30:
            bench.upstream.finish(open_job, bench.upstream.now)
            del bench.upstream.jobs[jobs[3]]
            with ThreadPoolExecutor(1) as pool:
                assert not incomplete(pool.submit(other.sync, full=True).result())

    bench.upstream.meddle = meddle
    assert not incomplete(bench.sync())
    bench.upstream.meddle = None
    assert not incomplete(bench.sync(full=True))
    assert not bench.wrong()
    assert written(bench.sync()) == {}
