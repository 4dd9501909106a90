"""What time it is: the order of versions survives a clock that is wrong, set back, or not this machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from ionq_data.sync.context import Context, Rules
from tests.sync.bench import Bench, incomplete

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def context(**values: Any) -> Context:
    unused: Any = None
    given = {"account": "a", "client": unused, "lake": unused, "rules": Rules(), "run_id": "r"}
    return Context(**given, local_clock=lambda: NOW, **values)


def test_a_stamp_is_when_an_answer_arrived() -> None:
    assert context().stamp(NOW - timedelta(seconds=3)) == NOW - timedelta(seconds=3)
    assert context(offset=timedelta(hours=1)).stamp() == NOW + timedelta(hours=1)


def test_no_stamp_is_older_than_the_one_before_or_than_the_lake() -> None:
    behind = context(newest_stamp=NOW + timedelta(hours=1))
    assert [behind.stamp(NOW), behind.stamp(NOW)] == [NOW + timedelta(hours=1) + n * TICK for n in (1, 2)]
    assert behind.now() == NOW  # what is asked for goes by the clock all the same


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


def test_a_clock_that_was_years_ahead_once_does_no_lasting_harm(bench: Bench) -> None:
    bench.upstream.add_jobs(150)
    bench.upstream.now += timedelta(days=900)
    bench.sync()
    bench.upstream.now -= timedelta(days=900)
    bench.upstream.add_jobs(3)
    bench.upstream.add_usage("project", bench.upstream.now.date(), 7, "a")
    bench.upstream.add_characterization("c", bench.upstream.now)
    bench.sync()
    assert not bench.wrong()


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
