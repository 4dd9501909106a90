"""Jobs: what each trap of the listing would lose, and that it is not lost (DESIGN 2.1 to 2.4, 5)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import httpx
import pytest

from tests.sync import records
from tests.sync.bench import Bench, incomplete, written

DAY = timedelta(days=1)


def listed(bench: Bench) -> int:
    """Return how many pages of the key's own listing the last sync has asked for."""
    return sum(not {"ids", "submitter_id", "parent_job_id"} & set(query) for query in bench.asked("/jobs"))


def test_a_job_that_changes_after_it_was_first_seen_is_kept_in_every_version(bench: Bench) -> None:
    """2.1: 'newer than the last id' would never see it change."""
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    for status in ("ready", "started"):
        bench.sync()
        bench.upstream.jobs[job_id]["status"] = status
    bench.upstream.add_jobs(300, apart=timedelta(seconds=1))
    bench.upstream.finish(job_id, bench.upstream.now)
    bench.sync()
    assert not bench.wrong()
    statuses = bench.versions("jobs", f"select status from r where id = '{job_id}' order by _extracted_at")
    assert statuses == [("submitted",), ("ready",), ("completed",)]


@pytest.mark.parametrize("order", ["oldest first", "by id"])
def test_a_listing_in_another_order_is_read_to_its_end(bench: Bench, order: str) -> None:
    """2.1: no order is documented; to stop at the first known page would miss what comes after it."""
    bench.upstream.order = order
    bench.upstream.add_jobs(250)
    assert any("not sorted newest first" in note for note in bench.sync_one("jobs").notes)
    bench.upstream.now += DAY
    bench.upstream.add_jobs(3)
    record = bench.sync_one("jobs")
    assert not bench.wrong()
    assert listed(bench) == 3
    assert any("read to its end" in note for note in record.notes)


def test_a_listing_that_loses_its_order_between_two_syncs_is_read_to_its_end(bench: Bench) -> None:
    bench.upstream.add_jobs(250)
    bench.sync()
    bench.upstream.order = "by id"
    bench.upstream.add_jobs(3)
    bench.sync()
    assert not bench.wrong()


def test_a_listing_without_order_whose_first_page_is_a_batch_sent_at_once_is_read_to_its_end(bench: Bench) -> None:
    """Jobs of one minute show no order, whichever of them comes first."""
    bench.upstream.now -= 3 * DAY
    bench.upstream.add_jobs(40, apart=timedelta(seconds=0.1))
    bench.upstream.now += 3 * DAY
    bench.upstream.order = "oldest first"
    bench.sync(page_size=10)
    bench.upstream.add_jobs(5)
    bench.sync(page_size=10)
    assert not bench.wrong()


def test_a_page_size_that_is_refused_falls_back_to_25(bench: Bench) -> None:
    """2.2"""
    bench.upstream.most_per_page = 25
    bench.upstream.add_jobs(60)
    assert not incomplete(bench.sync())
    assert [query["limit"] for query in bench.asked("/jobs")][:4] == ["100", "25", "25", "25"]
    assert not bench.wrong()


def test_a_repeated_cursor_ends_with_an_error_and_moves_no_watermark(bench: Bench) -> None:
    """2.3: never loop."""
    bench.upstream.add_jobs(250)
    page = json.dumps({"jobs": [records.job("a", bench.upstream.now)], "next": "again"}).encode()

    def meddle(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, content=page) if request.url.path == "/v0.4/jobs" else None

    bench.upstream.meddle = meddle
    record = bench.sync_one("jobs")
    assert not record.complete
    assert "repeated a cursor" in record.missing[0]
    assert record.watermark is None
    bench.upstream.meddle = None
    bench.upstream.add_job(900, bench.upstream.now)
    bench.upstream.jobs["a"] = records.job("a", bench.upstream.now)
    bench.sync()
    assert not bench.wrong()


def test_an_empty_page_with_a_next_is_not_the_end(bench: Bench) -> None:
    """2.3"""
    bench.upstream.add_jobs(250)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        query = request.url.params
        if request.url.path == "/v0.4/jobs" and "next" in query and not query["next"].startswith("empty"):
            return httpx.Response(200, json={"jobs": [], "next": "empty" + query["next"]})
        if "next" in query:
            params = query.set("next", query["next"].removeprefix("empty"))
            return bench.upstream._private("/jobs", params)
        return None

    bench.upstream.meddle = meddle
    assert not incomplete(bench.sync())
    bench.upstream.meddle = None
    assert not bench.wrong()


def test_rows_that_shift_between_pages_are_neither_lost_nor_doubled(bench: Bench) -> None:
    """2.3: an API that pages by offset shows the last job of a page again as the first of the next."""
    bench.upstream.add_jobs(95)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        query = request.url.params
        if request.url.path != "/v0.4/jobs" or "ids" in query:
            return None
        start = int(query.get("next", 0))
        bench.upstream.add_job(1_000 + start, bench.upstream.now)
        jobs = sorted(bench.upstream.jobs.values(), key=lambda job: job["submitted_at"], reverse=True)
        page = jobs[start : start + 10]
        return httpx.Response(200, json={"jobs": page, "next": str(start + 10) if len(page) == 10 else None})

    bench.upstream.meddle = meddle
    assert not incomplete(bench.sync(page_size=10, submitters="own"))
    bench.upstream.meddle = None
    bench.sync()
    assert not bench.wrong()
    assert bench.versions("jobs", "select count(*), count(distinct id) from r") == [(106, 106)]


def test_open_jobs_that_no_listing_shows_are_asked_for_in_urls_below_4_kb(bench: Bench) -> None:
    """2.4"""
    jobs = [bench.upstream.add_job(n, bench.upstream.now - 3 * DAY - n * timedelta(hours=1)) for n in range(300)]
    bench.sync(page_size=100)
    for job_id in jobs:
        bench.upstream.finish(job_id, bench.upstream.now)
    bench.upstream.add_jobs(400, apart=timedelta(seconds=1))
    bench.upstream.visible_to_key = {"nobody"}  # and the listing no longer shows any of them
    bench.sync(submitters="own")
    by_id = [str(r.url) for r in bench.upstream.asked if "ids" in r.url.params]
    assert 1 < len(by_id) <= 4
    assert max(map(len, by_id)) < 4_000
    bench.upstream.visible_to_key = None
    assert not [wrong for wrong in bench.wrong() if any(job_id in wrong for job_id in jobs)]


def test_one_id_that_the_api_does_not_like_does_not_hide_the_other_open_jobs(bench: Bench) -> None:
    jobs = [bench.upstream.add_job(n, bench.upstream.now) for n in range(3)]
    bench.upstream.jobs["not an id"] = records.job("not an id", bench.upstream.now)
    bench.sync()
    bench.upstream.finish(jobs[0], bench.upstream.now)
    bench.upstream.visible_to_key = set()

    def meddle(request: httpx.Request) -> httpx.Response | None:
        ids = request.url.params.get_list("ids")
        return httpx.Response(400, json={"validation": {"keys": ["ids"]}}) if "not an id" in ids else None

    bench.upstream.meddle = meddle
    assert bench.sync_one("jobs", submitters="own").complete
    assert bench.rows("jobs", f"select status from r where id = '{jobs[0]}'") == [("completed",)]


def test_a_job_that_is_gone_is_marked_as_deleted_and_keeps_its_bytes(bench: Bench) -> None:
    """2.14"""
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    bench.sync()
    del bench.upstream.jobs[job_id]
    bench.sync()
    assert bench.rows("jobs", "select id, _deleted, _raw != '' from r") == [(job_id, True, True)]
    assert written(bench.sync()) == {}
    assert not bench.asked(f"/jobs/{job_id}")


def test_a_terminal_job_that_is_gone_is_found_by_the_weekly_reading(bench: Bench) -> None:
    first, *_ = bench.upstream.add_jobs(120)
    bench.sync()
    del bench.upstream.jobs[first]
    bench.upstream.now += 6 * DAY
    bench.sync()
    assert bench.wrong()
    bench.upstream.now += DAY
    assert bench.sync_one("jobs").mode == "full"
    assert not bench.wrong()


def test_hundreds_that_are_gone_are_all_marked_as_deleted(bench: Bench) -> None:
    for job_id in bench.upstream.add_jobs(700)[:650]:
        bench.upstream.jobs[job_id] = bench.upstream.jobs.pop(job_id)
    bench.sync(resources=["jobs"])
    for job_id in list(bench.upstream.jobs)[50:]:
        del bench.upstream.jobs[job_id]
    bench.sync(resources=["jobs"], full=True)
    assert bench.rows("jobs", "select count(*) filter (_deleted) from r") == [(650,)]


def test_a_job_that_reappears_is_no_longer_deleted(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    bench.sync()
    job = bench.upstream.jobs.pop(job_id)
    bench.sync()
    bench.upstream.jobs[job_id] = job
    bench.sync()
    assert not bench.wrong()


def test_a_late_arrival_within_the_overlap_is_seen_at_once_and_an_older_one_within_the_week(bench: Bench) -> None:
    bench.upstream.add_jobs(400, apart=timedelta(minutes=30))
    bench.sync()
    newest = bench.upstream.now
    bench.upstream.now += timedelta(hours=2)
    within = bench.upstream.add_job(901, newest - timedelta(hours=22))
    older = bench.upstream.add_job(902, newest - timedelta(days=5))
    bench.sync()
    found = {job_id for (job_id,) in bench.rows("jobs", "select id from r")}
    assert within in found
    assert older not in found
    bench.upstream.now += 7 * DAY
    bench.sync()
    assert not bench.wrong()


def test_a_job_of_the_year_9999_hides_no_later_job(bench: Bench) -> None:
    """Were it the watermark, every page would lie wholly before it."""
    bench.upstream.add_jobs(5)
    bench.upstream.add_job(70, bench.upstream.now, submitted_at="9999-12-31T23:59:59.999Z")
    bench.sync(page_size=2)
    for number in range(3):
        bench.upstream.now += 2 * DAY
        bench.upstream.finish(bench.upstream.add_job(80 + number, bench.upstream.now - DAY), bench.upstream.now)
        assert not incomplete(bench.sync(page_size=2))
        assert not bench.wrong()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_a_lake_of_absurd_times_alone_is_synced_again_and_again(bench: Bench, moment: str) -> None:
    for number in range(4):
        bench.upstream.finish(bench.upstream.add_job(number, bench.upstream.now), bench.upstream.now)
        bench.upstream.jobs[f"{number:08x}-0000-4000-8000-000000000000"]["submitted_at"] = moment
    for arguments in ({}, {}, {"since": date(2026, 6, 1)}, {"full": True}):
        assert not incomplete(bench.sync(page_size=2, **arguments))
        assert not bench.wrong()


def test_a_time_that_could_not_be_read_at_first_moves_the_job_to_its_month(bench: Bench) -> None:
    mended = bench.upstream.add_job(1, bench.upstream.now, submitted_at=None)
    bench.upstream.add_job(2, bench.upstream.now, submitted_at="soon")
    bench.sync()
    bench.upstream.jobs[mended]["submitted_at"] = "2026-06-15T11:00:00.000Z"
    bench.sync()
    assert not bench.wrong()
    bench.upstream.finish(mended, bench.upstream.now)
    bench.sync()
    assert written(bench.sync()) == {}
    assert not any(query.get_list("ids") == [mended] for query in bench.asked("/jobs"))
    del bench.upstream.jobs[mended]
    bench.sync(full=True)
    assert not bench.wrong()


def test_an_unknown_status_is_not_the_end_of_a_job(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, status="on_hold")
    bench.sync()
    bench.upstream.now += 3 * DAY
    bench.upstream.add_jobs(300, apart=timedelta(minutes=1))
    bench.upstream.finish(job_id, bench.upstream.now)
    bench.sync()
    assert not bench.wrong()


@pytest.mark.parametrize("kind", ["ionq.multi-circuit.v1", "qctrl.qaoa.v1", "quantum-function"])
def test_parts_that_no_listing_shows_are_asked_for(bench: Bench, kind: str) -> None:
    """2.13: each time that their parent changes, for they may come later than it does."""
    parent = bench.upstream.add_job(1, bench.upstream.now, type=kind)
    bench.sync()
    parts = [bench.upstream.add_job(n, bench.upstream.now, parent_job_id=parent) for n in (2, 3)]
    bench.upstream.unlisted |= set(parts)
    bench.upstream.jobs[parent]["status"] = "started"
    bench.sync()
    assert {row[0] for row in bench.rows("jobs", "select id from r")} == {parent, *parts}
    for job_id in (parent, *parts):
        bench.upstream.finish(job_id, bench.upstream.now)
    bench.sync()
    assert {row[0] for row in bench.rows("jobs", "select status from r")} == {"completed"}


def test_parts_are_asked_for_also_where_the_sync_was_killed_before_it_came_to_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the parent is in the lake, nothing else would tell that its parts are not."""
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 10)
    parent = bench.upstream.add_job(1, bench.upstream.now, type="ionq.multi-circuit.v1")
    part = bench.upstream.add_job(2, bench.upstream.now, parent_job_id=parent)
    bench.upstream.unlisted.add(part)
    bench.upstream.add_jobs(60)
    bench.crash(after=5, resources=["jobs"], page_size=10)
    bench.sync(page_size=10)
    assert bench.rows("jobs", f"select count(*) from r where id = '{part}'") == [(1,)]


def test_since_leaves_older_jobs_for_later_and_no_hole(bench: Bench) -> None:
    bench.upstream.add_jobs(300)
    record = bench.sync_one("jobs", since=(bench.upstream.now - DAY).date())
    assert not record.complete
    assert "run without --since" in record.missing[0]
    assert bench.rows("jobs", "select count(*) < 300 from r") == [(True,)]
    bench.sync()
    assert not bench.wrong()


def test_since_a_recent_date_after_a_month_of_silence_leaves_no_hole(bench: Bench) -> None:
    bench.upstream.add_jobs(30)
    bench.sync()
    bench.upstream.now += 30 * DAY
    bench.upstream.add_jobs(400)
    assert bench.sync_one("jobs", since=bench.upstream.now.date()).complete
    assert not bench.wrong()


def test_since_does_not_trust_an_order_that_is_none(bench: Bench) -> None:
    bench.upstream.order = "oldest first"
    bench.upstream.now -= 30 * DAY
    bench.upstream.add_jobs(20, apart=timedelta(seconds=1))
    bench.upstream.now += 30 * DAY
    new = bench.upstream.add_jobs(5)
    bench.sync(since=bench.upstream.now.date() - DAY, page_size=10)
    assert {row[0] for row in bench.rows("jobs", "select id from r")} >= set(new)
