"""What the lake asks of the place where its files lie, for each place that there is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ionq_data.lake.object_storage import ObjectStorage
from ionq_data.lake.storage import LocalStorage, Storage

MONTH = "jobs/account=a.b-c/submitted_month=__HIVE_DEFAULT_PARTITION__"


@pytest.fixture(params=["folder", "s3", "s3 without a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return LocalStorage(tmp_path / "lake")
    url: str = request.getfixturevalue("s3_url")
    return ObjectStorage(url.removesuffix("/org") if request.param.endswith("prefix") else url, tmp_path / "copies")


def test_a_written_file_is_there_in_every_respect(storage: Storage) -> None:
    name = f"{MONTH}/20260615T120000-ab12cd-0.parquet"
    storage.write(name, b"content")
    assert storage.list("jobs") == storage.list(MONTH) == [name]
    assert storage.exists(name)
    assert storage.size(name) == 7
    assert storage.read(name) == b"content"
    assert storage.local(name).read_bytes() == b"content"
    assert storage.local(name).parts[-4:] == tuple(name.split("/"))


def test_a_missing_file_is_missing_in_every_respect(storage: Storage) -> None:
    storage.write("jobs/there.parquet", b"")
    for ask in (storage.read, storage.size):
        with pytest.raises(FileNotFoundError):
            ask("jobs/not-there.parquet")
    assert not storage.exists("jobs/not-there.parquet")
    assert storage.list("sessions") == []
    storage.delete("jobs/not-there.parquet")
    assert storage.list("jobs") == ["jobs/there.parquet"]


def test_a_listing_is_of_the_folder_and_not_of_names_that_begin_like_it(storage: Storage) -> None:
    for name in ("jobs/b/2", "jobs/b/10", "jobs/a", "job_costs/c", "jobs-old/d", "_state/e"):
        storage.write(name, b"")
    assert storage.list("jobs") == ["jobs/a", "jobs/b/10", "jobs/b/2"]
    assert storage.list("jobs/b") == ["jobs/b/10", "jobs/b/2"]


def test_a_listing_is_whole_beyond_the_thousand_that_one_answer_of_s3_holds(storage: Storage) -> None:
    names = [f"jobs/{number:04d}" for number in range(1003)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: storage.write(name, b"x"), names))
    assert storage.list("jobs") == names


def test_a_file_that_changes_is_read_as_it_is_now(storage: Storage) -> None:
    storage.write("_progress/jobs.json", b"1")
    assert storage.read("_progress/jobs.json") == b"1"
    storage.write("_progress/jobs.json", b"22")
    assert (storage.read("_progress/jobs.json"), storage.size("_progress/jobs.json")) == (b"22", 2)
    storage.delete("_progress/jobs.json")
    assert not storage.exists("_progress/jobs.json")


def test_what_is_fetched_can_be_read_here(storage: Storage) -> None:
    names = [f"{MONTH}/{number}.parquet" for number in range(20)]
    for name in names:
        storage.write(name, name.encode())
    assert [path.read_bytes().decode() for path in storage.fetch(names)] == names


def test_mirror_has_the_folders_that_are_asked_for_as_they_are(storage: Storage) -> None:
    for name in (f"{MONTH}/1.parquet", "jobs/2.parquet", "usage/3.parquet", "_state/4.parquet"):
        storage.write(name, name.encode())
    with storage.mirror(["jobs", "usage", "sessions"]) as folder:
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes().decode()
            for top in ("jobs", "usage", "sessions")
            for path in (folder / top).rglob("*.parquet")
        }
    assert sorted(found) == ["jobs/2.parquet", f"{MONTH}/1.parquet", "usage/3.parquet"]
    assert all(name == content for name, content in found.items())


def test_two_writers_of_one_name_leave_the_whole_of_one(storage: Storage) -> None:
    contents = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: storage.write("_progress/jobs.json", content), contents))
    assert storage.read("_progress/jobs.json") in contents
    assert storage.list("_progress") == ["_progress/jobs.json"]
