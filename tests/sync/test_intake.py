"""Records on their way into the store: what is new is kept, what is known is not, and nothing waits without a bound."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ionq_data.lake import Lake, LakeError
from ionq_data.lake.current import current_rows, load_versions
from ionq_data.lake.versions import Versions
from ionq_data.resources import RESOURCES
from ionq_data.sync.intake import Intake
from tests.sync import records

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def intake(lake: Lake, name: str = "jobs") -> Intake:
    return Intake(lake, RESOURCES[name], "default", "run")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.ensure(["default"])
    return lake


def job(name: str = "a", **values: object) -> bytes:
    return json.dumps(records.job("a", NOW, name=name, **values)).encode()


def test_a_record_is_new_then_known_then_changed(lake: Lake) -> None:
    for _ in range(2):  # within one run, and for the next one, which reads what the lake has
        first = intake(lake)
        first.take(job(), extracted_at=NOW)
        first.flush()
    again = intake(lake)
    same, other = (again.take(job(name), extracted_at=NOW + timedelta(hours=1)) for name in ("a", "b"))
    assert (same.is_known, same.is_changed) == (True, False)
    assert (other.is_known, other.is_changed) == (True, True)
    assert (again.rows_seen, again.rows_written) == (2, 1)


def test_of_two_versions_in_one_answer_the_later_one_is_current(lake: Lake) -> None:
    """Both arrived at the same time: no two versions of a key may have one, or either could be the current one."""
    taking = intake(lake)
    for name in "abc":
        taking.take(job(name), extracted_at=NOW)
    taking.flush()
    (row,) = current_rows(lake, RESOURCES["jobs"], "default", _all_keys(lake))
    assert row["name"] == "c"
    assert row["_extracted_at"] == NOW + timedelta(microseconds=2)


def test_a_backend_listed_twice_is_two_observations(lake: Lake) -> None:
    taking = intake(lake, "backends")
    for _ in range(2):
        taking.take(b'{"backend": "qpu.a"}', extracted_at=NOW)
    taking.flush()
    assert len(current_rows(lake, RESOURCES["backends"], "default", _all_keys(lake, "backends"))) == 2


def _all_keys(lake: Lake, name: str = "jobs") -> list[int]:
    versions = Versions()
    load_versions(lake, versions, RESOURCES[name], "default")
    return list(versions)


@pytest.mark.parametrize("raw", [job(), b"?"])
def test_what_waits_is_bounded_whether_it_can_be_read_or_not(
    lake: Lake, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 3)
    taking = intake(lake)
    for number in range(3):
        assert not taking.is_full
        taking.take(raw.replace(b'"a"', b'"%d"' % number).replace(b"?", b"?%d" % number), extracted_at=NOW)
    assert taking.is_full
    taking.flush()
    assert not taking.is_full


def test_bytes_that_wait_are_bounded_too(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_BYTES", 2_000)
    for raw in (job("x" * 2_000), b"?" * 2_000):
        taking = intake(lake)
        taking.take(raw, extracted_at=NOW)
        assert taking.is_full
        taking.flush()
        assert not taking.is_full


def test_a_file_that_cannot_be_written_loses_nothing_that_waits(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    taking = intake(lake)
    taking.take(job(), extracted_at=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(lake, "append", lambda *_: (_ for _ in ()).throw(LakeError("full")))
        with pytest.raises(LakeError):
            taking.flush()
    taking.flush()
    assert len(_all_keys(lake)) == 1
