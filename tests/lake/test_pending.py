"""The jobs that are not done with, found month by month, are those that a look at everything would find."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionq_data.lake import Lake
from ionq_data.lake.pending import STATE, pending_jobs
from ionq_data.resources import RESOURCES, Row, read_record

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
MONTHS = ["2026-03-05T00:00:00Z", "2026-04-05T00:00:00Z", None, "0001-01-01T00:00:00Z"]
CHANGES = st.lists(
    st.one_of(
        st.tuples(
            st.just("job"),
            st.integers(0, 5),
            st.sampled_from(["submitted", "completed", "failed", "odd"]),
            st.sampled_from(["qpu.a", "simulator", None]),
            st.booleans(),
        ),
        st.tuples(st.just("cost"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("look")),
    ),
    max_size=14,
)


def put(lake: Lake, name: str, record: dict[str, Any], at: int, *, deleted: bool = False, **beside: Any) -> None:
    resource = RESOURCES[name]
    found = read_record(
        resource,
        json.dumps(record).encode(),
        extracted_at=NOW + timedelta(minutes=at),
        run_id="run",
        deleted=deleted,
        context=beside,
    )
    assert isinstance(found, Row), found
    lake.append(resource, "default", [found])


def job(lake: Lake, number: int, status: Any, at: int, *, backend: str | None = "qpu.a", **values: Any) -> None:
    submitted_at = values.pop("submitted_at", MONTHS[number % 4])
    record = {"id": f"job-{number}", "status": status, "backend": backend, "submitted_at": submitted_at}
    put(lake, "jobs", record, at, **values)


def cost(lake: Lake, number: int, at: int, *, settled: bool) -> None:
    moment = MONTHS[number % 4]
    submitted_at = datetime.fromisoformat(moment) if moment else None
    beside = {"job_id": f"job-{number}", "submitted_at": submitted_at, "is_settled": settled, "attempts": 0}
    put(lake, "job_costs", {"cost": {"value": at}}, at, **beside)


def pending(lake: Lake, **options: bool) -> set[str]:
    found = [job.id for job in pending_jobs(lake, "default", now=NOW + timedelta(days=1), **options)]
    assert len(found) == len(set(found))
    return set(found)


@settings(deadline=None, max_examples=25)
@given(CHANGES)
def test_the_pending_jobs_are_those_that_a_model_expects(changes: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        lake.ensure(["default"])
        open_jobs: dict[int, tuple[bool, str | None]] = {}
        settled: dict[int, bool] = {}
        for at, change in enumerate([*changes, ("look",)]):
            match change:
                case ("job", number, status, backend, deleted):
                    job(lake, number, status, at, backend=backend, deleted=deleted)
                    is_open = status not in ("completed", "failed") and not deleted
                    open_jobs[number] = (is_open, backend)
                case ("cost", number, is_settled):
                    cost(lake, number, at, settled=is_settled)
                    settled[number] = is_settled
                case _:
                    wanted = {n for n, (is_open, _) in open_jobs.items() if is_open or not settled.get(n)}
                    asked = {n for n in wanted if open_jobs[n][0] or open_jobs[n][1] != "simulator"}
                    assert pending(lake) == {f"job-{n}" for n in wanted}
                    assert pending(lake, simulator_costs=False) == {f"job-{n}" for n in asked}


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.ensure(["default"])
    return lake


def test_a_pending_job_brings_the_last_answer_about_its_cost(lake: Lake) -> None:
    job(lake, 0, "completed", 1)
    cost(lake, 0, 2, settled=False)
    (found,) = pending_jobs(lake, "default", now=NOW + timedelta(days=1))
    assert (found.partition, found.is_terminal, found.is_deleted) == ("2026-03", True, False)
    assert found.cost_hash is not None
    assert found.asked_at == NOW + timedelta(minutes=2)


def test_a_job_that_has_moved_to_its_month_is_pending_there_alone(lake: Lake) -> None:
    job(lake, 2, "submitted", 1, submitted_at=None)
    assert pending(lake) == {"job-2"}
    job(lake, 2, "submitted", 2, submitted_at="2026-05-01T00:00:00Z")
    assert [job.partition for job in pending_jobs(lake, "default", now=NOW + timedelta(days=1))] == ["2026-05"]
    job(lake, 2, "completed", 3, submitted_at="2026-05-01T00:00:00Z")
    put(lake, "job_costs", {}, 4, job_id="job-2", submitted_at=datetime(2026, 5, 1, tzinfo=UTC), is_settled=True)
    assert pending(lake) == set()


def test_only_months_with_new_files_are_looked_at_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (0, 1):
        job(lake, number, "submitted", number)
    pending(lake)
    computed: list[str] = []
    original = lake.files
    monkeypatch.setattr(lake, "files", lambda r, a, p=None: (computed.extend(p or ()), original(r, a, p))[1])
    job(lake, 1, "completed", 5)
    assert pending(lake) == {"job-0", "job-1"}
    assert "2026-04" in computed
    assert "2026-03" not in computed


def test_a_lost_or_damaged_checkpoint_costs_a_look_and_nothing_else(lake: Lake) -> None:
    job(lake, 0, "submitted", 1)
    pending(lake)
    (name,) = lake.storage.list(STATE)
    for content in (b"", b"PAR1"):
        (Path(lake.root) / name).write_bytes(content)
        assert pending(lake) == {"job-0"}
        (name,) = lake.storage.list(STATE)
    lake.storage.delete(name)
    assert pending(lake) == {"job-0"}
