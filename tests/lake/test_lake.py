"""What is put into the lake comes back: rows by month, current versions, rejected records, the ledger, progress."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_data.lake import Lake, LakeError
from ionq_data.lake.bookmarks import Bookmark, Completed, read_bookmark, save_bookmark
from ionq_data.lake.current import current_jobs, current_rows, known_values, load_versions
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.pending import pending_jobs
from ionq_data.lake.versions import Versions
from ionq_data.resources import RESOURCES, Rejection, Row, read_record
from ionq_data.resources.resource import UNKNOWN_PARTITION
from ionq_data.sync.keys import key_digest

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
JOBS, USAGE, RESULTS = RESOURCES["jobs"], RESOURCES["usage"], RESOURCES["job_results"]


def job(job_id: str, submitted_at: str | None = "2026-03-02T00:00:00Z", *, at: int = 0, **values: Any) -> Row:
    raw = json.dumps({"id": job_id, "submitted_at": submitted_at} | values).encode()
    deleted = bool(values.pop("deleted", False))
    row = read_record(JOBS, raw, extracted_at=NOW + timedelta(minutes=at), run_id=f"run-{at}", deleted=deleted)
    assert isinstance(row, Row)
    return row


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.ensure(["default"])
    return lake


def test_every_resource_has_a_readable_file_from_the_start(lake: Lake) -> None:
    with duckdb.connect() as connection:
        for name in [*RESOURCES, "_syncs", "_rejected"]:
            found = connection.execute(
                f"select * from read_parquet('{lake.root}/{name}/**/*.parquet', hive_partitioning = true)"
            )
            assert found.fetchall() == []
            assert "account" in {column[0] for column in found.description}
    lake.ensure(["default"])
    assert len(lake.files("jobs", "default")) == 1


def test_rows_lie_below_their_account_and_month(lake: Lake) -> None:
    lake.append(
        JOBS, "a.b-1", [job("a"), job("b", "2026-04-01T00:00:00+02:00"), job("c", None), job("d", "2026-04-01")]
    )
    folders = {name.rpartition("/")[0] for name in lake.files("jobs", "a.b-1")}
    months = {"2026-03", "2026-04", UNKNOWN_PARTITION}
    assert folders == {f"jobs/account=a.b-1/submitted_month={month}" for month in months}
    assert len(lake.files("jobs", "a.b-1", ["2026-04", "2026-12"])) == 1
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select id, account, submitted_month from read_parquet('{lake.root}/jobs/**/*.parquet',"
            " hive_partitioning = true, hive_types = {'account': varchar, 'submitted_month': varchar}) order by id"
        ).fetchall()
    assert found == [
        ("a", "a.b-1", "2026-03"),
        ("b", "a.b-1", "2026-03"),
        ("c", "a.b-1", None),
        ("d", "a.b-1", "2026-04"),
    ]


def test_the_current_version_is_the_one_with_the_greatest_time(lake: Lake) -> None:
    lake.append(JOBS, "default", [job("a", at=2, name="new")])
    lake.append(JOBS, "default", [job("a", at=1, name="old"), job("b", at=1)])
    rows = current_rows(lake, JOBS, "default", [key_digest(("a",)), key_digest(("nobody",))])
    assert [(row["id"], row["name"]) for row in rows] == [("a", "new")]
    assert current_rows(lake, JOBS, "default", []) == []
    assert current_rows(lake, JOBS, "default", [key_digest(("a",))], ["2026-04"]) == []
    assert current_rows(lake, JOBS, "default", [key_digest(("b",))], columns=("id",)) == [{"id": "b"}]
    assert sorted((row["id"], row["name"]) for row in current_jobs(lake, "default")) == [("a", "new"), ("b", None)]


def test_the_index_of_versions_knows_the_current_one_across_partitions(lake: Lake) -> None:
    moved = [job("a", None, at=1), job("a", "2026-03-02", at=2)]
    for row in moved:
        lake.append(JOBS, "default", [row])
    for order in (["2026-03", UNKNOWN_PARTITION], [UNKNOWN_PARTITION, "2026-03"]):
        versions = Versions()
        for partition in order:
            load_versions(lake, versions, JOBS, "default", [partition])
        assert versions.hash_of(key_digest(("a",))) == int(moved[1].hash[:16], 16)


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8), st.dates())
def test_duckdb_computes_the_same_digest_of_a_key(texts: list[str], day: date) -> None:
    with duckdb.connect() as connection:
        for text in texts:
            found = connection.execute(
                "select md5_number_lower($1::varchar || chr(31) || $2::date::varchar)", [text, day]
            ).fetchall()
            if day.year >= 1000:
                assert found == [(key_digest((text, day)),)]


def test_results_from_before_artifacts_had_ids_have_the_key_that_a_sync_gives_them_now(lake: Lake) -> None:
    """Such a file has no column ``artifact``; the variant and the kind take its place."""
    for variant, kind in (("", "probabilities"), ("v1", "histogram")):
        beside = {"job_id": "a", "artifact": "-", "variant_id": variant, "kind": kind, "submitted_at": NOW}
        row = read_record(RESULTS, b"{}", extracted_at=NOW, run_id=f"run-{kind}", context=beside)
        assert isinstance(row, Row)
        lake.append(RESULTS, "default", [row])
    for path in (lake.root / "job_results").rglob("*.parquet"):
        pq.write_table(pq.read_table(path, partitioning=None).drop_columns("artifact"), path)
    keys = {key_digest(("a", artifact)): artifact for artifact in ("probabilities", "v1/histogram")}
    found = {kind: current_rows(lake, RESULTS, "default", [key]) for key, kind in keys.items()}
    assert {name: [row["kind"] for row in rows] for name, rows in found.items()} == {
        "probabilities": ["probabilities"],
        "v1/histogram": ["histogram"],
    }
    versions = Versions()
    load_versions(lake, versions, RESULTS, "default")
    assert all(versions.hash_of(key) is not None for key in keys)


def test_values_that_a_column_has_ever_had(lake: Lake) -> None:
    lake.append(JOBS, "default", [job("a", backend="qpu.x"), job("b", backend=None), job("a", at=3, backend="qpu.y")])
    assert known_values(lake, JOBS, "default", "backend") == {"qpu.x", "qpu.y"}
    for grouping in ("user", "project"):
        raw = json.dumps({"from": "2026-03-01", "group_usages": [{"group_id": f"{grouping}-1"}, {"group_id": None}]})
        beside = {"group_by": grouping, "modality": "daily"}
        row = read_record(USAGE, raw.encode(), extracted_at=NOW, run_id="run", context=beside)
        lake.append(USAGE, "default", [row])  # type: ignore[list-item]
    members = known_values(lake, USAGE, "default", "group_usages.group_id", where=("group_by", "user"))
    assert members == {"user-1"}
    assert known_values(lake, JOBS, "nobody", "backend") == set()


def test_rejected_records_are_kept_whole_by_resource(lake: Lake) -> None:
    rejection = Rejection("no usable key", b"\xff\x00not text", NOW, "run")
    lake.reject(JOBS, "default", [rejection])
    assert lake.rejected_hashes(JOBS, "default") == {rejection.hash}
    assert lake.rejected_hashes(USAGE, "default") == set()
    with duckdb.connect() as connection:
        found = connection.execute(f"select _raw, reason from read_parquet('{lake.root}/_rejected/**/*.parquet')")
        assert found.fetchall() == [(b"\xff\x00not text", "no usable key")]


def finished(number: int, resource: str = "jobs") -> SyncRecord:
    at = NOW + timedelta(minutes=number)
    return SyncRecord(resource=resource, run_id=f"run-{number}", started_at=NOW, finished_at=at, complete=True)


def test_the_ledger_is_read_oldest_first_by_account_and_resource(lake: Lake) -> None:
    for number in (2, 1, 3):
        lake.record("default", finished(number))
    lake.record("default", finished(9, "usage"))
    lake.record("other", finished(4))
    assert [record.run_id for record in lake.ledger("default", "jobs")] == ["run-1", "run-2", "run-3"]
    assert len(lake.ledger("default")) == 4
    assert lake.accounts() == ["default", "other"]


def test_the_ledger_tells_the_newest_of_each_resource(lake: Lake) -> None:
    for number in range(1, 5):
        lake.record("default", replace(finished(number), complete=number < 3))
    lake.record("default", finished(9, "usage"))
    lake.record("default", replace(finished(10, "usage"), mode="range"))
    ask = partial(lake.ledger, "default")
    assert [record.run_id for record in ask(newest=1)] == ["run-4", "run-10"]
    assert [record.run_id for record in ask("jobs", newest=2)] == ["run-3", "run-4"]
    assert [record.run_id for record in ask("jobs", newest=1, complete=True)] == ["run-2"]
    assert [record.run_id for record in ask("usage", newest=1, except_modes=["range"])] == ["run-9"]
    assert [record.run_id for record in lake.recent_syncs("default")] == ["run-1", "run-2", "run-3", "run-4", "run-10"]


def test_a_sync_of_a_clock_that_ran_ahead_is_not_the_newest_for_ever(lake: Lake) -> None:
    lake.record("default", replace(finished(0), finished_at=NOW + timedelta(days=400)))  # written by release 0.1.0
    lake.record("default", replace(finished(1), ordered_at=NOW + timedelta(days=400, seconds=1)))
    assert [record.run_id for record in lake.ledger("default")] == ["run-0", "run-1"]


def test_the_newest_order_is_that_of_any_file_of_any_account(lake: Lake) -> None:
    assert lake.newest_order() is None
    lake.record("default", replace(finished(5), ordered_at=NOW + timedelta(minutes=5)))
    assert lake.newest_order() == NOW + timedelta(minutes=5)
    lake.append(JOBS, "other", [job("a", at=7), job("b", at=6)])
    assert lake.newest_order() == NOW + timedelta(minutes=7)


def test_a_bookmark_is_kept_beside_the_ledger_and_made_anew_from_it(lake: Lake) -> None:
    assert read_bookmark(lake, "default", "jobs") == Bookmark()
    bookmark = Bookmark({"listings": {"": {"watermark": None}}}, Completed(NOW))
    save_bookmark(lake, "default", "jobs", bookmark)
    assert read_bookmark(Lake(lake.root), "default", "jobs") == bookmark
    lake.record("default", replace(finished(1), parts={"full_at": "x"}, watermark=NOW))
    lake.record("default", replace(finished(2), complete=False))
    lake.record("default", replace(finished(3), mode="range"))
    for content in (b"{cut off", b"[]", b""):
        lake.storage.write("_bookmarks/account=default/jobs.json", content)
        assert read_bookmark(lake, "default", "jobs") == Bookmark({"full_at": "x"}, Completed(NOW, NOW))


def test_what_an_unfinished_sync_of_release_0_1_0_has_noted_is_taken_over_once(lake: Lake) -> None:
    done = {"listings": {"": {"watermark": "1"}, "u": {"watermark": "2"}}, "backends": ["qpu.b"], "full_at": "x"}
    lake.record("default", replace(finished(1), parts=done))
    progress = {"listings": {"": {"watermark": "3"}}, "backends": ["qpu.a"], "parents": ["p"]}
    lake.storage.write("_progress/account=default/jobs.json", msgspec.json.encode(progress))
    for _ in range(2):
        assert read_bookmark(lake, "default", "jobs").parts == {
            "listings": {"": {"watermark": "3"}, "u": {"watermark": "2"}},
            "backends": ["qpu.a", "qpu.b"],
            "parents": ["p"],
            "full_at": "x",
        }
    assert lake.storage.list("_progress") == []


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing more", b"not Parquet"])
def test_a_damaged_file_is_named_and_not_taken_for_an_empty_one(lake: Lake, content: bytes) -> None:
    lake.append(JOBS, "default", [job("a")])
    (name,) = (name for name in lake.files("jobs", "default") if "empty" not in name)
    (lake.root / name).write_bytes(content)
    for ask in (
        lambda: load_versions(lake, Versions(), JOBS, "default"),
        lambda: list(pending_jobs(lake, "default", now=NOW + timedelta(days=1))),
    ):
        with pytest.raises(LakeError, match="cannot be read") as error:
            ask()
        assert "lake verify" in str(error.value)
    lake.storage.write("_syncs/account=default/damaged.parquet", content)
    with pytest.raises(LakeError, match=r"cannot be read: .*damaged\.parquet"):
        lake.ledger("default")


def test_a_file_is_compressed_with_zstandard(lake: Lake) -> None:
    lake.append(JOBS, "default", [job("a")])
    [file] = (lake.root / "jobs" / "account=default" / "submitted_month=2026-03").iterdir()
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_file_in_a_folders_place_is_named(lake: Lake) -> None:
    place = lake.root / "jobs" / "account=other"
    place.write_bytes(b"")
    with pytest.raises(LakeError, match=r"account=other is a file, but must be a folder: move the file away"):
        lake.append(JOBS, "other", [job("a")])
