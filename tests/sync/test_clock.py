"""What time it is: the order of versions survives a clock that is wrong, set back, or not this machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ionq_data.sync.context import Context, Rules
from tests.sync import records
from tests.sync.bench import Bench, incomplete, written

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def context(lead: timedelta | None = None, **values: Any) -> Context:
    unused: Any = None
    silent: Any = SimpleNamespace(clock_offset=lead)
    given = {"account": "a", "client": silent, "lake": unused, "rules": Rules(), "run_id": "r"}
    return Context(**given, local_clock=lambda: NOW, **values)


def test_a_stamp_is_when_an_answer_arrived() -> None:
    assert context().stamp(NOW - timedelta(seconds=3)) == NOW - timedelta(seconds=3)


@pytest.mark.parametrize(("seconds", "used"), [(0, 0), (59, 0), (-60, 0), (61, 61), (-86_400 * 400, -86_400 * 400)])
def test_a_clock_that_is_more_than_a_minute_off_goes_by_the_apis(seconds: int, used: int) -> None:
    found = context(lead=timedelta(seconds=seconds))
    assert found.now() == found.stamp() == NOW + timedelta(seconds=used)
    assert bool(found.clock_note) is bool(used)


def test_the_note_says_how_far_off_the_clock_is() -> None:
    note = context(lead=-timedelta(days=400, seconds=0.4)).clock_note
    assert note == (
        "the clock of this machine is 400 days, 0:00:00 ahead of the API's. The sync uses the API's clock; "
        "set this machine's clock"
    )


def test_a_clock_that_is_put_right_during_a_run_is_noticed() -> None:
    found = context(lead=timedelta(days=-400))
    assert found.now() == NOW - timedelta(days=400)
    found.client.clock_offset = timedelta(seconds=-0.3)  # type: ignore[misc]
    assert found.now() == NOW - timedelta(seconds=0.3)


def test_no_stamp_is_older_than_the_one_before() -> None:
    behind = context()
    assert [behind.stamp(NOW), behind.stamp(NOW), behind.stamp(NOW - timedelta(hours=5))] == [
        NOW + n * TICK for n in range(3)
    ]


def test_what_is_read_later_is_ordered_later_than_a_version_from_the_future() -> None:
    future = NOW + timedelta(days=400)
    found = context(newest_in_lake=future)
    assert found.stamp(NOW) == NOW  # when it was read is another thing
    assert found.order(NOW) == future + TICK
    assert found.order(NOW + timedelta(hours=1)) == future + timedelta(hours=1) + TICK
    assert context(newest_in_lake=NOW - TICK).order(NOW) == NOW


@pytest.mark.parametrize("killed", [False, True])
def test_a_change_is_current_also_after_the_clock_was_set_back(
    bench: Bench, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version with the greatest time is the current one: a newer one must not get a smaller time."""
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    if killed:  # then no ledger row tells of it
        monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 1)
        bench.upstream.add_jobs(3)
        bench.crash(after=4, resources=["jobs"], page_size=1)
        assert bench.rows("jobs", f"select count(*) from r where id = '{job_id}'") == [(1,)]
    else:
        bench.sync()
    bench.upstream.now -= timedelta(hours=5)
    bench.upstream.jobs[job_id]["status"] = "started"
    assert not incomplete(bench.sync())
    assert not bench.wrong()
    bench.upstream.finish(job_id, bench.upstream.now)
    bench.sync()
    assert not bench.wrong()


def dated(bench: Bench, ahead: timedelta = timedelta(0)) -> None:
    """Have the API send its ``Date``, which is the true time: ``ahead`` less than this machine's."""
    answer = type(bench.upstream).answer.__get__(bench.upstream)

    def with_date(request: httpx.Request) -> httpx.Response:
        found: httpx.Response = answer(request)
        found.headers["Date"] = format_datetime((bench.upstream.now - ahead).replace(microsecond=0), usegmt=True)
        return found

    bench.upstream.answer = with_date  # type: ignore[method-assign]


AHEAD = timedelta(days=400)


def times(bench: Bench, resource: str) -> tuple[datetime, datetime]:
    ((low, high),) = bench.versions(resource, "select min(_extracted_at), max(_extracted_at) from r")
    return low, high


@pytest.mark.parametrize("resources", [None, ["backends"]])
def test_a_clock_that_is_ahead_goes_by_the_apis_and_says_so(bench: Bench, resources: list[str] | None) -> None:
    true = bench.upstream.now
    bench.upstream.add_jobs(3)
    bench.upstream.now += AHEAD
    dated(bench, AHEAD)
    found = bench.sync(resources=resources)
    minute = timedelta(minutes=1)
    for moment in (*times(bench, "backends"), *(m for r in found for m in (r.started_at, r.finished_at))):
        assert abs(moment - true) < minute
    assert all("ahead of the API's" in record.notes[-1] for record in found)


def test_a_run_of_a_clock_400_days_ahead_settles_no_bill_and_decides_nothing(bench: Bench) -> None:
    """The API sends no ``Date`` here, so nothing tells the run; what comes later must put it right."""
    job_id = bench.upstream.add_job(1, bench.upstream.now - timedelta(hours=2))
    bench.upstream.finish(job_id, bench.upstream.now - timedelta(hours=1))
    waiting = bench.upstream.add_job(2, bench.upstream.now - timedelta(hours=2))
    bench.upstream.now += AHEAD
    bench.sync()
    bench.upstream.now -= AHEAD
    bench.upstream.costs[job_id] = records.cost(99.99)
    bench.upstream.jobs[waiting]["status"] = "started"
    bench.upstream.add_usage("project", bench.upstream.now.date(), 7, "a")
    bench.upstream.add_characterization("c", bench.upstream.now)
    true = bench.upstream.now
    assert not incomplete(bench.sync())
    assert not bench.wrong()
    ((low, high),) = bench.rows("jobs", f"select min(_extracted_at), max(_extracted_at) from r where id = '{waiting}'")
    assert true <= low <= high < true + timedelta(minutes=1)
    assert bench.rows("job_costs", "select is_settled, cost_value::double from r") == [(False, 99.99)]
    bench.upstream.now += timedelta(hours=25)
    bench.upstream.costs[job_id] = records.cost(31.5)
    assert not incomplete(bench.sync())
    assert not bench.wrong()
    assert written(bench.sync()) in ({}, {"whoami": 1})
    assert max(record.watermark for record in bench.lake.ledger("default")[-3:] if record.watermark) < true + AHEAD / 2


def test_the_servers_clock_is_taken_from_its_answers_where_that_is_chosen(bench: Bench) -> None:
    bench.upstream.add_jobs(2)
    answer, there = bench.upstream.answer, bench.upstream.now + timedelta(days=400)

    def with_date(request: httpx.Request) -> httpx.Response:
        found = answer(request)
        found.headers["Date"] = format_datetime(there.replace(microsecond=0), usegmt=True)
        return found

    bench.upstream.answer = with_date  # type: ignore[method-assign]
    bench.sync(clock="server")
    ((low, high),) = bench.versions("jobs", "select min(_extracted_at), max(_extracted_at) from r")
    assert there - timedelta(minutes=1) < low <= high < there + timedelta(minutes=1)
    assert bench.asked("/organizations/b7a1c8f2-0000-4000-8000-000000000001/usage")[0]["end_date"] == "2027-07-21"
