"""The rules that decide what to ask for, each a function of what is known and of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.lake.ledger import LEDGER_SCHEMA, SyncRecord
from ionq_data.lake.pending import PendingJob
from ionq_data.sync.characterizations import backends_to_ask, start_date
from ionq_data.sync.job_costs import is_due, is_settled
from ionq_data.sync.job_results import is_wanted
from ionq_data.sync.keys import hash_digest, key_digest
from ionq_data.sync.open_jobs import id_batches
from ionq_data.sync.usage import Range, range_to_ask

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


def test_on_request_a_refused_cost_is_due_at_once() -> None:
    refused = replace(JOB, attempts=9, asked_at=NOW)
    assert is_due(refused, NOW, simulator_costs=False, full=True)
    assert not is_due(refused, NOW, simulator_costs=False)


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
    ],
)
def test_a_cost_is_settled_by_agreement_or_by_age(
    answer: str, first_answered_at: datetime | None, completed_at: datetime | None, settled: bool
) -> None:
    job = replace(JOB, answer_hash="same", first_answered_at=first_answered_at, completed_at=completed_at)
    assert is_settled(job, answer, NOW) is settled


# usage


def usage(days: float, *, wide_days: float | None = 0, **values: Any) -> SyncRecord:
    at = days_ago(days)
    marks = {} if wide_days is None else {"wide_on": days_ago(wide_days).date().isoformat()}
    given_values = {"complete": True, "watermark": at, "marks": marks} | values
    return SyncRecord(resource="usage", run_id="r", started_at=at, finished_at=at, **given_values)


TOMORROW = TODAY + timedelta(days=1)
WEEK, SIX_WEEKS = (TODAY - timedelta(days=7), TOMORROW), (TODAY - timedelta(days=45), TOMORROW)


@pytest.mark.parametrize(
    ("ledger", "asked"),
    [
        ([], None),
        ([usage(0)], WEEK),
        ([usage(0, wide_days=1)], SIX_WEEKS),  # once a day
        ([usage(0, wide_days=-400)], SIX_WEEKS),  # also after a day on which the clock was wrong
        ([usage(60)], (TODAY - timedelta(days=61), TOMORROW)),  # months of silence leave no hole
        ([usage(60), usage(0, complete=False)], (TODAY - timedelta(days=61), TOMORROW)),
        ([usage(60), usage(0, mode="range")], (TODAY - timedelta(days=61), TOMORROW)),
        ([usage(0, mode="skipped", watermark=None)], None),  # another account read it: this one never has
    ],
)
def test_usage_is_asked_for_as_far_back_as_it_may_have_changed(ledger: list[SyncRecord], asked: Range | None) -> None:
    assert range_to_ask(TODAY, ledger, full=False, asked=None) == asked


def test_usage_on_request() -> None:
    january = (date(2026, 1, 1), date(2026, 2, 1))
    assert range_to_ask(TODAY, [usage(0)], full=False, asked=january) == january
    assert range_to_ask(TODAY, [usage(0)], full=True, asked=None) is None


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
        ({"results_max_age": timedelta(days=3)}, {}, True),
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
    marks=st.dictionaries(st.text(), st.none() | st.text() | st.lists(st.integers(0, 9))),
))  # fmt: skip
def test_a_ledger_row_survives_being_written_and_read(record: SyncRecord) -> None:
    row = record.to_row()
    assert set(row) == set(LEDGER_SCHEMA.names)
    assert SyncRecord.from_row(row) == record


def test_a_ledger_row_of_an_older_version_is_read() -> None:
    old = {"resource": "jobs", "run_id": "r", "started_at": NOW, "finished_at": NOW, "complete": True, "marks": None}
    assert SyncRecord.from_row(old).marks == {}
