"""The rules that decide what to ask for, each a function of what is known and of the clock."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.lake.bookmarks import Bookmark, Completed
from ionq_data.lake.ledger import LEDGER_SCHEMA, SyncRecord
from ionq_data.lake.pending import PendingJob
from ionq_data.sync.characterizations import backends_to_ask, start_date
from ionq_data.sync.cost_requests import is_settled
from ionq_data.sync.job_costs import is_due
from ionq_data.sync.job_results import is_wanted
from ionq_data.sync.keys import hash_digest, key_digest
from ionq_data.sync.open_jobs import id_batches
from ionq_data.sync.usage import BEGINNING, Range, ReadDates, after_reading, ranges_to_ask, read_dates

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOW.date()
JOB = PendingJob("a", "2026-06", NOW, NOW - timedelta(days=2), "qpu.forte-1", is_terminal=True, is_deleted=False)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


# costs


@pytest.mark.parametrize(
    ("changes", "simulator_costs", "due"),
    [
        ({}, False, True),
        ({"is_terminal": False}, False, False),
        ({"is_terminal": False, "is_deleted": True}, False, True),  # what it cost was still paid
        ({"backend": "simulator"}, False, False),
        ({"backend": "simulator"}, True, True),
        ({"backend": None}, False, True),
        ({"asked_at": days_ago(1), "first_answered_at": days_ago(0.99)}, False, False),  # a day after it was first said
        ({"asked_at": days_ago(1), "first_answered_at": days_ago(1)}, False, True),
        ({"asked_at": days_ago(-400), "first_answered_at": days_ago(-400)}, False, True),  # a clock ran ahead
        ({"attempts": 3, "asked_at": days_ago(-400)}, False, True),
        ({"attempts": 1, "asked_at": NOW - timedelta(minutes=59)}, False, False),
        ({"attempts": 1, "asked_at": NOW - timedelta(minutes=60)}, False, True),
        ({"attempts": 5, "asked_at": NOW - timedelta(hours=15)}, False, False),
        ({"attempts": 5, "asked_at": NOW - timedelta(hours=16)}, False, True),
        ({"attempts": 10_000, "asked_at": days_ago(365)}, False, False),
    ],
)
def test_a_cost_is_due_once_the_job_has_ended_and_refusals_ever_less_often(
    changes: dict[str, Any], simulator_costs: bool, due: bool
) -> None:
    assert is_due(replace(JOB, **changes), NOW, simulator_costs=simulator_costs) is due


@pytest.mark.parametrize(
    ("answer", "first_answered_at", "completed_at", "settled"),
    [
        ("same", days_ago(1), days_ago(2), True),  # two answers a day apart agree
        ("same", days_ago(0.99), days_ago(2), False),
        ("other", days_ago(3), days_ago(4), False),
        ("same", None, days_ago(2), False),
        ("other", None, days_ago(7), True),  # the job ended a week before the answer
        ("other", None, days_ago(6.99), False),
        ("same", None, None, False),
        ("same", days_ago(-400), days_ago(2), False),  # noted by a clock that ran ahead
        ("same", days_ago(3), days_ago(-3), True),  # a job that claims to end in the future
    ],
)
def test_a_cost_is_settled_by_agreement_or_by_age(
    answer: str, first_answered_at: datetime | None, completed_at: datetime | None, settled: bool
) -> None:
    job = replace(JOB, answer_hash="same", first_answered_at=first_answered_at, completed_at=completed_at)
    assert is_settled(job, {"cost": {}}, answer, NOW) is settled


@pytest.mark.parametrize(
    ("answer", "settled"),
    [
        ({"dry_run": False}, True),
        ({"dry_run": False, "estimated_cost": None}, False),
        ({"dry_run": False, "cost": {"value": 0}}, False),
        ({"dry_run": True}, False),
        ({}, False),
        ([], False),
    ],
)
def test_a_job_that_is_never_priced_is_settled_at_once(answer: Any, settled: bool) -> None:
    assert is_settled(JOB, answer, "hash", NOW) is settled


# usage


TOMORROW = TODAY + timedelta(days=1)


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("read", "wide", "asked"),
    [
        (ReadDates(BEGINNING, TODAY), False, [(back(7), TOMORROW)]),
        (ReadDates(BEGINNING, TODAY), True, [(back(45), TOMORROW)]),
        (ReadDates(BEGINNING, back(60)), False, [(back(61), TOMORROW)]),  # months of silence leave no hole
        (
            ReadDates(BEGINNING, back(800)),  # nor do years: oldest first, or an end in the middle would leave one
            False,
            [(back(801), back(435)), (back(435), back(69)), (back(69), TOMORROW)],
        ),
        (
            ReadDates(date(2016, 1, 1), TODAY),  # a first reading that was cut off goes on
            False,
            [(back(7), TOMORROW), (BEGINNING, date(2016, 1, 1))],
        ),
    ],
)
def test_usage_is_asked_for_as_far_back_as_it_may_have_changed(read: ReadDates, wide: bool, asked: list[Range]) -> None:
    assert ranges_to_ask(TODAY, read, first=BEGINNING, wide=wide) == asked


@pytest.mark.parametrize("read", [None, ReadDates(BEGINNING, TODAY + timedelta(days=400))])
def test_usage_is_read_back_to_the_beginning_at_first_and_after_a_clock_that_ran_ahead(read: ReadDates | None) -> None:
    asked = ranges_to_ask(TODAY, read, first=BEGINNING, wide=False)
    assert (asked[0][1], asked[-1][0]) == (TOMORROW, BEGINNING)
    assert all(later[0] == earlier[1] for later, earlier in itertools.pairwise(asked))
    assert ranges_to_ask(TODAY, read, first=back(30), wide=False) == [(back(30), TOMORROW)]


def test_dates_count_as_read_where_they_leave_no_gap() -> None:
    read = after_reading(None, (back(9), back(4)))
    assert read == ReadDates(back(9), back(5))
    assert after_reading(read, (back(20), back(9))) == ReadDates(back(20), back(5))
    assert after_reading(read, (back(4), TOMORROW)) == ReadDates(back(9), TODAY)
    assert after_reading(read, (back(2), TOMORROW)) == ReadDates(back(2), TODAY)


def test_what_an_older_release_has_read_is_not_read_again() -> None:
    assert read_dates(Bookmark(), "project") is None
    older = Bookmark({"wide_on": "2026-06-01"}, Completed(NOW, days_ago(3)))
    assert read_dates(older, "project") == ReadDates(BEGINNING, back(3))


# characterizations


def test_every_quantum_computer_that_anything_names_is_asked() -> None:
    assert backends_to_ask(("simulator", "qpu.b"), ("qpu.a",), {"qpu.b": None, "": 1}) == ["qpu.a", "qpu.b"]


def test_characterizations_are_asked_for_from_the_day_before_the_newest() -> None:
    assert start_date("2026-03-01T00:00:00+00:00", full=False) == date(2026, 2, 28)
    assert start_date("2026-03-01T00:00:00+00:00", full=True) is None
    assert start_date(None, full=False) is None
    assert start_date("0001-01-01T00:00:00+00:00", full=False) == date(1, 1, 1)


# jobs by id


@given(st.lists(st.text(min_size=1, max_size=255), max_size=300))
def test_batches_of_ids_fit_into_a_url_and_leave_none_out(ids: list[str]) -> None:
    batches = list(id_batches(ids))
    assert [job_id for batch in batches for job_id in batch] == ids
    for batch in batches:
        query = urlencode([("ids", job_id) for job_id in batch]).replace("+", "%20")
        assert len(batch) == 1 or len(query) < 4_000 - len("https://api.example.com/v0.4/jobs?limit=1000&next=")


def test_batches_of_ids_are_as_large_as_may_be() -> None:
    ids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(1000)]
    assert len(list(id_batches(ids))) <= 1.2 * sum(len("ids=&") + len(i) for i in ids) / 4_000


# results


@pytest.mark.parametrize(
    ("rules", "job", "wanted"),
    [
        ({}, {}, True),
        ({}, {"status": "failed"}, False),
        ({}, {"_deleted": True}, False),
        ({"results_projects": ("p", "q")}, {}, True),
        ({"results_projects": ("q",)}, {}, False),
        ({"results_backends": ("qpu.other",)}, {}, False),
        ({"results_max_age": timedelta(days=1)}, {}, False),
        ({"results_max_age": timedelta(days=2)}, {}, True),
        ({"results_max_age": timedelta(days=3)}, {"completed_at": None, "submitted_at": None}, False),
    ],
)
def test_results_are_copied_of_the_jobs_that_were_chosen(
    rules: dict[str, Any], job: dict[str, Any], wanted: bool
) -> None:
    chosen = {"results_projects": (), "results_backends": (), "results_max_age": None} | rules
    known = {"status": "completed", "_deleted": False, "project_id": "p", "backend": "qpu.forte-1"}
    times = {"completed_at": days_ago(2), "submitted_at": days_ago(2)}
    context = SimpleNamespace(rules=SimpleNamespace(**chosen), now=lambda: NOW)
    assert is_wanted(context, known | times | job) is wanted  # type: ignore[arg-type]


# keys and the ledger


@given(st.lists(st.text() | st.dates() | st.integers(), min_size=1))
def test_digests_are_numbers_of_64_bits(key: list[Any]) -> None:
    assert 0 <= key_digest(key) < 2**64
    assert key_digest(key) != key_digest([*key, ""])


def test_a_hash_counts_with_its_first_64_bits() -> None:
    assert hash_digest("f" * 16 + "0" * 16) == 2**64 - 1


@given(st.builds(
    SyncRecord,
    resource=st.text(), run_id=st.text(),
    started_at=st.datetimes(timezones=st.just(UTC)), finished_at=st.datetimes(timezones=st.just(UTC)),
    complete=st.booleans(), watermark=st.none() | st.datetimes(timezones=st.just(UTC)), requests=st.integers(0, 2**62),
    missing=st.lists(st.text()).map(tuple), notes=st.lists(st.text()).map(tuple), organization=st.none() | st.text(),
    parts=st.dictionaries(st.text(), st.none() | st.text() | st.lists(st.integers(0, 9))),
))  # fmt: skip
def test_a_ledger_row_survives_being_written_and_read(record: SyncRecord) -> None:
    row = record.to_row()
    assert set(row) == set(LEDGER_SCHEMA.names)
    assert SyncRecord.from_row(row) == record


def test_a_ledger_row_of_an_older_version_is_read() -> None:
    old = {"resource": "jobs", "run_id": "r", "started_at": NOW, "finished_at": NOW, "complete": True, "marks": None}
    assert SyncRecord.from_row(old).parts == {}
