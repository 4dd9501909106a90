"""A listing that was cut off: what was read stays, it does not start over, and it leaves no hole (DESIGN 5)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from ionq_data.lake.bookmarks import read_bookmark
from tests.sync.bench import Bench, incomplete, written

PAGES = 50


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 20)


def sync(bench: Bench, **arguments: object) -> dict[str, tuple[str, ...]]:
    return incomplete(bench.sync(resources=["jobs"], page_size=10, submitters="own", **arguments))


def crash(bench: Bench, after: int) -> None:
    bench.crash(after=after, resources=["jobs"], page_size=10, submitters="own")


def pages(bench: Bench) -> int:
    return len(bench.asked("/jobs"))


def test_a_killed_backfill_does_not_start_over_and_leaves_no_hole(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(10 * PAGES)
    crash(bench, after=30)
    bench.upstream.now += timedelta(hours=2)
    bench.upstream.add_jobs(15, apart=timedelta(minutes=1))  # newer ones, that no stop may be made at
    assert not sync(bench)
    assert {row[0] for row in bench.rows("jobs", "select id from r")} >= set(jobs)
    assert pages(bench) <= PAGES - 28 + 8  # what was left, and the overlap of a day and the newest


def test_a_backfill_killed_again_and_again_reads_each_page_about_once(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(10 * PAGES)
    asked = 0
    for _ in range(4):
        crash(bench, after=15)
        asked += pages(bench)
    assert not sync(bench)
    asked += pages(bench)
    assert {row[0] for row in bench.rows("jobs", "select id from r")} == set(jobs)
    overlap = 4  # pages of a day, read at the top by each run before it jumps
    assert asked <= PAGES + 4 * (overlap + 2)


def test_an_api_that_fails_half_way_leaves_what_was_complete_and_says_what_is_missing(bench: Bench) -> None:
    bench.upstream.add_jobs(10 * PAGES)
    bench.upstream.meddle = lambda _: setattr(bench.upstream, "fail_path", "/jobs" if pages(bench) > 20 else None)
    assert "jobs" in sync(bench)
    record = bench.lake.ledger("default", "jobs")[-1]
    assert (record.complete, record.watermark, record.rows_written) == (False, None, 200)
    assert "503" in record.missing[0]
    assert bench.rows("jobs", "select count(*) from r") == [(200,)]
    bench.upstream.meddle = bench.upstream.fail_path = None
    assert not sync(bench)
    assert pages(bench) <= PAGES - 20 + 5
    assert not [wrong for wrong in bench.wrong() if wrong.startswith("job ")]


def test_a_place_that_has_expired_is_no_end(bench: Bench) -> None:
    bench.upstream.add_jobs(10 * PAGES)
    bench.upstream.cursors_expire = True
    crash(bench, after=30)
    bench.upstream.epoch += 1
    assert not sync(bench)
    [note] = bench.lake.ledger("default", "jobs")[-1].notes
    assert note.startswith(
        "an earlier reading cannot continue where it was cut off, so the listing is read on from above: "
    )
    assert bench.rows("jobs", "select count(*) from r") == [(10 * PAGES,)]


def test_an_incremental_sync_that_is_cut_off_leaves_no_hole_above_the_watermark(bench: Bench) -> None:
    """The newest pages are in the lake and the older ones not: 'seen before' is no reason to stop."""
    bench.upstream.add_jobs(30)
    sync(bench)
    bench.upstream.now += timedelta(days=30)
    bench.upstream.add_jobs(400)
    crash(bench, after=22)
    bench.upstream.now += timedelta(hours=1)
    bench.upstream.add_job(5_000, bench.upstream.now)
    assert not sync(bench)
    assert bench.rows("jobs", "select count(*) from r") == [(431,)]


def test_a_cut_listing_that_turns_out_to_have_no_order_is_read_from_its_start(bench: Bench) -> None:
    """What was jumped over may hold anything then."""
    bench.upstream.add_jobs(10 * PAGES)
    crash(bench, after=30)
    bench.upstream.now += timedelta(hours=1)
    jobs = sorted(bench.upstream.jobs)
    for new, job_id in enumerate((jobs[40], jobs[333])):  # two that come between those of the stretch
        at = bench.upstream.jobs[job_id]["submitted_at"]
        bench.upstream.add_job(9_000 + new, bench.upstream.now, submitted_at=at)
    bench.upstream.jobs[jobs[450]]["submitted_at"] = "2026-06-15T11:59:00.000Z"
    bench.upstream.order = "by id"
    assert not sync(bench)
    assert bench.rows("jobs", "select count(*) from r") == [(502,)]


def test_a_listing_without_an_order_below_what_was_jumped_over_is_read_from_its_start(bench: Bench) -> None:
    """The top of the listing is sorted, so that the reading jumps; the pages after the jump show that it may not."""
    bench.upstream.add_jobs(10 * PAGES)
    crash(bench, after=30)
    jumped_over = bench.upstream.now - timedelta(hours=200)
    late = bench.upstream.add_job(9_000, bench.upstream.now, submitted_at=jumped_over.isoformat())
    last_sorted = bench.upstream.now - timedelta(hours=295)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        _, _, place = request.url.params.get("next", "").partition("~")
        if not place or place > last_sorted.isoformat():
            return None
        bench.upstream.meddle = None
        page = bench.upstream.answer(request).json()
        bench.upstream.meddle = meddle
        return httpx.Response(200, json=page | {"jobs": page["jobs"][::-1]})

    bench.upstream.meddle = meddle
    assert not sync(bench)
    assert bench.lake.ledger("default", "jobs")[-1].notes == (
        "the listing is not sorted newest first, so it was read to its end",
    )
    assert bench.rows("jobs", f"select count(*), count_if(id = '{late}') from r") == [(10 * PAGES + 1, 1)]


def test_a_full_reading_that_is_cut_off_unsays_nothing(bench: Bench) -> None:
    bench.upstream.add_jobs(10 * PAGES)
    sync(bench)
    bench.upstream.crash_after = 20
    bench.crash(after=20, resources=["jobs"], page_size=10, submitters="own", full=True)
    assert not sync(bench)
    assert pages(bench) <= 8
    assert written(bench.sync(resources=["jobs"], page_size=10)) == {}


def test_a_since_in_between_does_not_make_a_backfill_start_over(bench: Bench) -> None:
    bench.upstream.add_jobs(10 * PAGES)
    crash(bench, after=40)
    sync(bench, since=bench.upstream.now.date())
    assert not sync(bench)
    assert pages(bench) <= PAGES - 38 + 6


def test_the_bookmark_moves_only_once_the_ledger_has_the_sync(bench: Bench) -> None:
    """And nothing is left of the work in progress: no stretch, no job whose parts are to be asked for."""
    bench.upstream.add_jobs(10 * PAGES)
    write = bench.lake.storage.write
    order: list[str] = []
    bench.lake.storage.write = lambda name, content: (order.append(name), write(name, content))[1]  # type: ignore
    sync(bench)
    assert order[-2].startswith("_syncs/")
    assert order[-1] == "_bookmarks/account=default/jobs.json"
    bookmark = read_bookmark(bench.lake, "default", "jobs")
    assert bookmark.complete is not None
    assert bookmark.parts["parents"] == []
    assert set(bookmark.parts["listings"][""]) == {"watermark"}


def test_two_full_reads_are_identical(bench: Bench) -> None:
    bench.upstream.add_jobs(30)
    bench.upstream.add_usage("project", bench.upstream.now.date(), 5, "a")
    bench.upstream.add_characterization("c", bench.upstream.now)
    assert not incomplete(bench.sync(full=True))
    assert written(bench.sync(full=True)) in ({}, {"whoami": 1})
    assert not bench.wrong()
