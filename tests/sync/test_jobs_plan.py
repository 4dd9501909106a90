"""How far the listings of jobs are read, decided from the ledger, the progress file and the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ionq_data.lake.ledger import SyncRecord
from ionq_data.sync.jobs import OWN, Plan, plan_jobs
from ionq_data.sync.listing import Stretch
from ionq_data.sync.listing_reader import ReadTo, mark

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WATERMARK = NOW - timedelta(hours=3)
STRETCH = Stretch(NOW - timedelta(hours=1), "cursor")


def done(*, complete: bool = True, full_at: datetime = NOW - timedelta(days=1), **marks: Any) -> SyncRecord:
    marks = {"listings": {OWN: mark(WATERMARK)}, "full_at": full_at.isoformat()} | marks
    return SyncRecord(resource="jobs", run_id="r", started_at=NOW, finished_at=NOW, complete=complete, marks=marks)


def plan(*ledger: SyncRecord, progress: dict[str, Any] | None = None, **asked: Any) -> Plan:
    options: dict[str, Any] = {"full": False, "since": None, "full_every": timedelta(days=7)} | asked
    return plan_jobs(list(ledger), progress or {}, NOW, **options)


def test_the_first_sync_reads_to_the_end_and_looks_for_nothing_gone() -> None:
    assert plan() == Plan(is_full=False)


def test_the_next_reads_down_to_the_last_watermark() -> None:
    assert plan(done()).listings == {OWN: ReadTo(WATERMARK)}


def test_an_incomplete_sync_moves_no_watermark() -> None:
    later = done(complete=False, listings={OWN: mark(NOW)})
    assert plan(done(), later).listings == {OWN: ReadTo(WATERMARK)}


def test_what_an_unfinished_sync_has_read_is_not_read_again() -> None:
    progress = {"listings": {OWN: {"watermark": WATERMARK.isoformat(), "stretches": [STRETCH.to_json()]}}}
    assert plan(done(), progress=progress).listings == {OWN: ReadTo(WATERMARK, (STRETCH,))}


def test_what_an_unfinished_sync_has_noticed_is_not_forgotten() -> None:
    progress = {"members": {"u2": "listed"}, "parents": ["p"], "backends": ["qpu.b"]}
    found = plan(done(members={"u1": "covered"}, backends=["qpu.a"]), progress=progress)
    assert found.members == {"u1": "covered", "u2": "listed"}
    assert found.parents == ("p",)
    assert found.backends == {"qpu.a", "qpu.b"}


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
