"""From the bytes of a record to a row: its key, its month, its hash, or why it is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.resources import RESOURCES, Rejection, Row, read_record
from ionq_data.resources.jobs import JOBS
from ionq_data.resources.resource import UNKNOWN_PARTITION, Resource
from tests.sync import records

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def read(resource: Resource, record: Any, **beside: Any) -> Row | Rejection:
    raw = record if isinstance(record, bytes) else json.dumps(record).encode()
    return read_record(resource, raw, extracted_at=NOW, run_id="run", **beside)


def row(resource: Resource, record: Any, **beside: Any) -> Row:
    found = read(resource, record, **beside)
    assert isinstance(found, Row), found
    return found


def test_a_row_has_the_columns_of_its_schema_and_the_exact_bytes() -> None:
    raw = b'{ "id":"a",  "submitted_at": "2026-03-01T00:00:00Z", "new_member": 1.50 }'
    found = row(JOBS, raw)
    assert set(found.values) == set(JOBS.schema.names)
    assert found.values["_raw"].encode() == raw
    assert (found.key, found.partition) == (("a",), "2026-03")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not readable as JSON"),
        (b'{"id": "a"', "not readable as JSON"),
        (b"\xff{}", "not readable as JSON"),
        (b'{"id": ' + b"1" * 5000 + b"}", "no usable key: id: not a text"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"{}", "no usable key"),
        (b'{"id": null}', "no usable key"),
        (b'{"id": 7}', "no usable key: id: not a text"),
        (b'{"id": ""}', "no usable key"),
        (b'{"id": "\\ud800"}', "no usable key"),
        (b'{"id": {"deep": []}}', "no usable key"),
    ],
)
def test_a_record_without_a_usable_key_is_rejected_whole_with_the_reason(raw: bytes, reason: str) -> None:
    found = read(JOBS, raw)
    assert isinstance(found, Rejection)
    assert found.reason.startswith(reason)
    assert found.raw == raw


def test_a_record_nested_beyond_all_bounds_is_no_crash() -> None:
    found = read(JOBS, b'{"id": "a", "metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert isinstance(found, Rejection)


def test_a_broken_branch_is_one_problem_and_hides_nothing_else() -> None:
    found = row(JOBS, records.job("a", NOW, stats="none", failure=[1], backend=4))
    assert found.values["_problems"] == [
        "backend: not a text: 4",
        "failure: not an object: [1]",
        "stats: not an object: 'none'",
    ]
    assert found.values["status"] == "submitted"


@pytest.mark.parametrize(
    ("submitted_at", "partition"),
    [
        ("2026-03-31T23:59:59.999Z", "2026-03"),
        ("2026-04-01T01:00:00+02:00", "2026-03"),
        ("9999-12-31T23:59:59Z", "9999-12"),
        ("0001-01-01T00:00:00Z", UNKNOWN_PARTITION),
        ("soon", UNKNOWN_PARTITION),
        (None, UNKNOWN_PARTITION),
    ],
)
def test_a_job_lies_in_the_month_of_its_submission_in_utc(submitted_at: Any, partition: str) -> None:
    assert row(JOBS, records.job("a", NOW, submitted_at=submitted_at)).partition == partition


@given(st.dictionaries(st.text(), JSON, max_size=6), st.randoms())
def test_the_hash_minds_the_content_and_not_its_order_or_blanks(content: dict[str, Any], random: Any) -> None:
    content["id"] = "a"
    shuffled = list(content.items())
    random.shuffle(shuffled)
    first, second = row(JOBS, content), row(JOBS, json.dumps(dict(shuffled), indent=2).encode())
    assert first.hash == second.hash
    assert row(JOBS, content | {"name": "another than the text before"}).hash != first.hash


def test_a_null_member_says_no_more_than_an_absent_one() -> None:
    """A job asked for singly has ``child_job_ids: null`` where the list has nothing: it has not changed."""
    listed = records.job("a", NOW)
    assert row(JOBS, listed).hash == row(JOBS, listed | {"child_job_ids": None}).hash
    assert row(JOBS, listed).hash != row(JOBS, listed | {"child_job_ids": []}).hash


def test_what_the_request_says_fills_columns_and_counts_in_the_hash() -> None:
    resource = RESOURCES["usage"]
    day = {"from": "2026-03-01", "amount": 1.5}
    by_user = row(resource, day, context={"group_by": "user", "modality": "daily"})
    by_project = row(resource, day, context={"group_by": "project", "modality": "daily"})
    assert by_user.key != by_project.key
    assert by_user.hash != by_project.hash
    own = row(RESOURCES["characterizations"], {"id": "c", "backend": "own"}, context={"backend": "asked for"})
    assert own.values["backend"] == "own"


def test_a_deleted_version_is_another_version() -> None:
    job = records.job("a", NOW)
    deleted = row(JOBS, job, deleted=True)
    assert deleted.values["_deleted"] is True
    assert deleted.hash != row(JOBS, job).hash


def test_numbers_beyond_a_double_are_kept_in_the_bytes() -> None:
    raw = b'{"id": "a", "shots": 1e999, "execution_duration_ms": 123456789012345678901234567890}'
    found = row(JOBS, raw)
    assert found.values["_raw"].encode() == raw
    assert (found.values["shots"], found.values["execution_duration_ms"]) == (None, None)
    assert len(found.values["_problems"]) == 2


@pytest.mark.parametrize("number", ["1e-32" + "1" * 60, "-1E+99999999999999999999", "9" * 5000])
def test_a_number_that_nothing_can_hold_spoils_its_own_field_alone(number: str) -> None:
    found = row(JOBS, f'{{"id": "a", "status": "completed", "shots": {number}}}'.encode())
    assert (found.values["status"], found.values["shots"]) == ("completed", None)
    assert found.values["_problems"] == ["shots: not an integer: nan"]
    assert isinstance(read(JOBS, number.encode()), Rejection)


def test_of_a_member_that_is_there_twice_the_last_counts() -> None:
    assert row(JOBS, b'{"id": "a", "id": "b"}').key == ("b",)


def test_the_states_of_a_distribution_are_no_unknown_fields() -> None:
    beside = {"job_id": "a", "artifact": "probabilities"}
    assert row(RESOURCES["job_results"], {"0": 0.5, "3": 0.5}, context=beside).values["_drift"] is None
