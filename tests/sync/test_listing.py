"""When a listing of jobs has been read far enough, decided without HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.sync.listing import Listed, Listing, Step, Stretch, is_before

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WATERMARK = NOW - timedelta(days=10)


def job(hours_ago: float | None, *, known: bool = True, done: bool = True, name: str = "") -> Listed:
    moment = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    return Listed(name or f"job {hours_ago}", moment, known, known and done)


def listing(**values: object) -> Listing:
    return Listing(**({"started_at": NOW, "watermark": WATERMARK} | values))  # type: ignore[arg-type]


OLD = [job(265), job(270), job(300)]  # the watermark is 240 hours ago, the overlap 24


def test_a_page_wholly_before_the_watermark_known_and_done_is_the_last() -> None:
    assert listing().page(OLD) is Step.STOP


@pytest.mark.parametrize(
    "page",
    [
        [job(263.9), *OLD],  # one of them within the overlap
        [*OLD[:2], job(300, known=False)],  # one that the lake does not have: "seen before" is no reason to stop
        [*OLD[:2], job(300, done=False)],  # one that may still change
        [*OLD[:2], job(None)],  # one of which nobody knows when it was submitted
        [OLD[0]],  # one alone shows no order
        [job(265), job(265.01)],  # nor does a batch sent at once
        [],
    ],
)
def test_any_other_page_is_not(page: list[Listed]) -> None:
    assert listing().page(page) is Step.GO_ON


def test_without_a_watermark_there_is_no_stopping() -> None:
    assert listing(watermark=None).page(OLD) is Step.GO_ON


def test_a_job_after_an_older_one_ends_all_trust_in_the_order() -> None:
    reading = listing()
    reading.page([job(1), job(5), job(2)])
    assert not reading.is_ordered
    assert reading.page(OLD) is Step.GO_ON
    assert reading.stretches_if_cut("cursor") == ()


def test_a_job_shown_a_second_time_was_only_shifted() -> None:
    reading = listing()
    reading.page([job(1), job(5), job(9)])
    reading.page([job(5), job(9), job(12)])
    assert reading.is_ordered


def test_jobs_of_one_minute_may_come_in_any_order() -> None:
    reading = listing()
    reading.page([job(1), job(1 - 0.9 / 60), job(4)])
    assert reading.is_ordered


def test_a_job_of_the_far_future_does_not_become_the_watermark() -> None:
    reading = listing(watermark=None)
    far = Listed("far", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), True, True)
    assert reading.page([far, job(1)]) is Step.GO_ON
    assert reading.next_watermark == NOW


def test_a_job_of_the_beginning_of_time_is_no_overflow() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    reading = listing(watermark=first)
    assert reading.page([*OLD, Listed("first", first, True, True)]) is Step.GO_ON


def test_the_watermark_does_not_go_back_where_the_newest_jobs_are_gone() -> None:
    reading = listing()
    reading.page(OLD)
    assert reading.next_watermark == WATERMARK


def test_a_reading_that_is_cut_off_leaves_a_stretch() -> None:
    reading = listing()
    reading.page([job(1), job(100)])
    assert reading.stretches_if_cut("below 100") == (Stretch(NOW - timedelta(hours=1), "below 100"),)
    assert reading.stretches_if_cut(None) == ()


def test_the_next_reading_goes_down_to_the_stretch_and_jumps_to_its_lower_end() -> None:
    stretch = Stretch(NOW - timedelta(hours=50), "below 100")
    reading = listing(stretches=(stretch,))
    assert reading.page([job(1), job(60)]) is Step.GO_ON  # within the overlap of the stretch's top
    assert reading.stretches_if_cut("below 60") == (Stretch(NOW - timedelta(hours=1), "below 60"), stretch)
    assert reading.page([job(75), job(76)]) is Step.JUMP
    assert reading.jump() == "below 100"
    assert reading.page([job(100), job(120)]) is Step.GO_ON
    assert reading.stretches_if_cut("below 120") == (Stretch(NOW - timedelta(hours=1), "below 120"),)
    assert reading.page(OLD) is Step.STOP


def test_a_stretch_survives_json() -> None:
    stretch = Stretch(NOW, "cursor ~ with anything")
    assert Stretch.from_json(stretch.to_json()) == stretch


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**6))
def test_before_is_before_by_more_than_a_time(moment: datetime, other: datetime, hours: int) -> None:
    by = timedelta(hours=hours)
    assert is_before(moment, other, by=by) == ((other - moment).total_seconds() > by.total_seconds())
    assert not is_before(None, other, by=by)


@given(st.integers(2, 9), st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_no_listing_however_cut_and_resumed_leaves_a_hole(page_size: int, cuts: list[int]) -> None:
    """Read a growing listing in runs that are cut off after some pages; one that came to its end has seen all."""
    lake: set[int] = set()
    watermark: datetime | None = None
    stretches: tuple[Stretch, ...] = ()
    for run, pages_left in enumerate([*cuts, 1_000]):
        ages = list(range(900 - 99 * run, 1_300, 3))  # hours before now, newest first
        reading = Listing(NOW, watermark, stretches)
        at, step = 0, Step.GO_ON
        while pages_left and at < len(ages) and step is not Step.STOP:
            page = ages[at : at + page_size]
            step = reading.page([Listed(str(a), NOW - timedelta(hours=a), a in lake, a in lake) for a in page])
            lake |= set(page)
            at, pages_left = at + page_size, pages_left - 1
            if step is Step.JUMP and at < len(ages):
                lower_end = int(reading.jump())
                at = sum(age <= lower_end for age in ages)
        if step is Step.STOP or at >= len(ages):
            watermark, stretches = reading.next_watermark, ()
            assert set(ages) <= lake
        else:
            stretches = reading.stretches_if_cut(str(ages[at - 1]))
    assert set(ages) <= lake
