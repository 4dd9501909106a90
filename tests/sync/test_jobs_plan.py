"""How far the listings of jobs are read, decided from the bookmark and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.lake.bookmarks import Bookmark, Completed
from ionq_data.sync.jobs import OWN, Plan, plan_jobs
from ionq_data.sync.listing import Stretch
from ionq_data.sync.listing_reader import ReadTo, mark

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WATERMARK = NOW - timedelta(hours=3)
STRETCH = Stretch(NOW - timedelta(hours=1), "cursor")


def done(*, full_at: datetime = NOW - timedelta(days=1), **parts: Any) -> Bookmark:
    parts = {"listings": {OWN: mark(WATERMARK)}, "full_at": full_at.isoformat()} | parts
    return Bookmark(parts, Completed(NOW, WATERMARK))


def plan(bookmark: Bookmark | None = None, **asked: Any) -> Plan:
    options: dict[str, Any] = {"full": False, "since": None, "full_every": timedelta(days=7)} | asked
    return plan_jobs(bookmark or Bookmark(), NOW, **options)


def test_the_first_sync_reads_to_the_end_and_looks_for_nothing_gone() -> None:
    assert plan() == Plan(is_full=False)


def test_the_next_reads_down_to_the_last_watermark() -> None:
    assert plan(done()).listings == {OWN: ReadTo(WATERMARK)}


def test_what_an_unfinished_sync_has_read_is_not_read_again() -> None:
    listing = {"watermark": WATERMARK.isoformat(), "stretches": [STRETCH.to_json()]}
    assert plan(done(listings={OWN: listing})).listings == {OWN: ReadTo(WATERMARK, (STRETCH,))}
    never_finished = Bookmark({"listings": {OWN: {"watermark": None, "stretches": [STRETCH.to_json()]}}})
    assert plan(never_finished).listings == {OWN: ReadTo(None, (STRETCH,))}
    assert not plan(never_finished).is_full


def test_what_has_been_noticed_is_not_forgotten() -> None:
    found = plan(done(members={"u1": "covered"}, parents=["p"], backends=["qpu.a"]))
    assert (found.members, found.parents, found.backends) == ({"u1": "covered"}, ("p",), {"qpu.a"})


def test_a_watermark_from_the_future_is_none() -> None:
    """A clock that ran ahead has let a job of the year 9999 become the newest."""
    later = NOW + timedelta(minutes=2)
    assert plan(done(listings={OWN: mark(later)})).listings == {OWN: ReadTo()}
    cut_off = {"watermark": WATERMARK.isoformat(), "stretches": [Stretch(later, "cursor").to_json()]}
    assert plan(done(listings={OWN: cut_off})).listings == {OWN: ReadTo()}
    assert plan(done(listings={OWN: mark(NOW)})).listings == {OWN: ReadTo(NOW)}


def test_once_a_week_and_on_request_everything_is_read() -> None:
    assert not plan(done(full_at=NOW - timedelta(days=6.9))).is_full
    assert plan(done(full_at=NOW - timedelta(days=7))).is_full
    assert plan(done(), full=True).is_full
    assert plan(done(), full=True).listings == {OWN: ReadTo()}
    assert plan(full=True).is_full


def test_a_full_reading_of_the_far_future_does_not_put_off_the_next_one() -> None:
    """The clock was wrong by years once, and has been put right since."""
    assert plan(done(full_at=NOW + timedelta(days=400))).is_full
    assert not plan(done(full_at=NOW + timedelta(hours=2))).is_full


def test_a_listing_without_order_is_read_to_its_end_until_a_full_reading_finds_one() -> None:
    unordered = done(listings={OWN: mark(WATERMARK, is_unordered=True)})
    assert plan(unordered).listings[OWN].is_unordered
    assert not plan(unordered, full=True).listings[OWN].is_unordered


def test_since_a_date_on_an_empty_lake_is_a_part() -> None:
    oldest = datetime(2026, 6, 1, tzinfo=UTC)
    assert plan(since=date(2026, 6, 1)).read_to(OWN) == ReadTo(oldest=oldest, is_partial=True)


def test_since_a_date_reads_down_to_the_watermark_too_lest_a_hole_be_left() -> None:
    found = plan(done(full_at=NOW - timedelta(days=30)), since=date(2026, 6, 15))
    assert not found.is_full
    assert found.read_to(OWN) == ReadTo(watermark=WATERMARK, oldest=datetime(2026, 6, 15, tzinfo=UTC))
    assert found.read_to("another member").is_partial
