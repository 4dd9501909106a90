"""Publishing replaces files by renames: a reader sees the old or the new, whole, and holds up nobody."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from ionq_data.warehouse import (
    Layout,
    NothingToPublish,
    NoWarehouse,
    WarehouseBusy,
    WarehouseError,
    connect,
    publish,
    publish_marts,
    publish_warehouse,
    published_at,
)
from ionq_data.warehouse.fingerprints import Made, write_made
from ionq_data.warehouse.lock import hold

PutBuild = Callable[..., Path]

READER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.sql("from numbers").fetchall(), flush=True)
input()
print(connection.sql("from numbers").fetchall())
"""
HOLDER = """
import sys
from pathlib import Path
from ionq_data.warehouse.lock import hold
with hold(Path(sys.argv[1]), purpose="building", wait_seconds=1):
    print("held", flush=True)
    input()
"""


@pytest.fixture
def put_build(data_dir: Path) -> PutBuild:
    """Put a build into ``ready`` as ``build`` leaves it, with the tables given as SQL."""

    def put(**tables: str) -> Path:
        folder = Layout(data_dir).ready
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            for name, query in tables.items():
                connection.execute(f'create table "{name}" as {query}')
        return folder

    return put


def numbers(connection: duckdb.DuckDBPyConnection) -> list[tuple[int]]:
    return connection.sql("select n from numbers order by n").fetchall()


def test_marts_are_written_within_the_memory_of_a_build(
    data_dir: Path, put_build: PutBuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_build(numbers="select n, repeat('x', 1000) || n as text from range(50_000) as numbers(n)")
    publish_warehouse(data_dir)
    monkeypatch.setenv("IONQ_DATA_MEMORY", "1MB")
    with pytest.raises(WarehouseError, match="Out of Memory"):
        publish_marts(data_dir)
    monkeypatch.setenv("IONQ_DATA_MEMORY", "500MB")
    assert set(publish_marts(data_dir)) == {"numbers"}


def test_marts_are_written_as_they_are(data_dir: Path, put_build: PutBuild) -> None:
    put_build(
        numbers="select 1.25::decimal(18,6) as n, timestamptz '2026-03-01 00:00+00' as at", empty="select 1 where false"
    )
    publication = publish(data_dir)

    assert publication.is_new
    assert sorted(publication.marts) == ["empty", "numbers"]
    frame = pl.read_parquet(publication.marts["numbers"])
    assert frame.schema["n"] == pl.Decimal(18, 6)
    assert frame["at"][0] == datetime(2026, 3, 1, tzinfo=UTC)
    assert pl.read_parquet(publication.marts["empty"]).height == 0


def test_the_file_of_a_mart_that_is_no_more_goes(data_dir: Path, put_build: PutBuild) -> None:
    put_build(numbers="select 1 as n", old="select 1 as n")
    publish(data_dir)
    (Layout(data_dir).marts / "note.txt").write_text("mine")
    (Layout(data_dir).marts / "left.parquet.tmp").write_text("of a killed run")
    put_build(numbers="select 2 as n")
    publish(data_dir)
    assert sorted(p.name for p in Layout(data_dir).marts.iterdir()) == ["note.txt", "numbers.parquet"]


def test_a_mart_says_in_its_file_what_it_means(data_dir: Path, put_build: PutBuild) -> None:
    folder = put_build(numbers="select 1 as n, 2 as undescribed")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("comment on table numbers is 'One row per number; it''s \"all\".'")
        connection.execute("comment on column numbers.n is 'The number, as {sent}.'")
    file = publish(data_dir).marts["numbers"]
    said = pq.read_metadata(file).metadata
    assert said[b"description"].decode() == 'One row per number; it\'s "all".'
    assert json.loads(said[b"columns"]) == {"n": "The number, as {sent}."}


def test_a_mart_that_has_not_changed_is_not_written_again(data_dir: Path, put_build: PutBuild) -> None:
    def publish_with(content: str, number: int) -> tuple[int, list[int]]:
        folder = put_build(numbers=f"select {number} as n")
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            write_made(connection, {"model.p.numbers": Made("", content, "success", None, None)})
        file = publish(data_dir).marts["numbers"]
        return file.stat().st_ino, pl.read_parquet(file)["n"].to_list()

    first, _ = publish_with("one", 1)
    assert publish_with("one", 1) == (first, [1])
    second, rows = publish_with("two", 2)
    assert second != first
    assert rows == [2]
    (Layout(data_dir).marts / "numbers.parquet").write_bytes(b"no Parquet any more")
    assert publish_with("two", 2)[1] == [2]


def test_an_open_reader_keeps_what_it_opened(data_dir: Path, put_build: PutBuild) -> None:
    put_build(numbers="select 1 as n")
    publish(data_dir)
    script = """if True:
        import duckdb, sys
        connection = duckdb.connect(sys.argv[1], read_only=True)
        print(connection.sql('from numbers').fetchall(), flush=True)
        input()
        print(connection.sql('from numbers').fetchall())
    """
    with subprocess.Popen(
        [sys.executable, "-c", script, str(Layout(data_dir).warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline().strip() == "[(1,)]"
        put_build(numbers="select 2 as n")
        assert publish(data_dir).is_new
        with connect(data_dir) as connection:
            assert numbers(connection) == [(2,)]
        assert reader.communicate("\n")[0].strip() == "[(1,)]"


def test_a_second_publication_finds_it_done(data_dir: Path, put_build: PutBuild) -> None:
    put_build(numbers="select 1 as n")
    assert publish_warehouse(data_dir) is True
    assert publish_warehouse(data_dir) is False


def test_nothing_to_publish(data_dir: Path) -> None:
    with pytest.raises(NothingToPublish):
        publish_warehouse(data_dir)
    with pytest.raises(NoWarehouse, match="ionq-data sync"):
        publish_marts(data_dir)
    assert published_at(data_dir) is None


def test_a_log_of_another_file_is_not_left_beside_the_new_one(data_dir: Path, put_build: PutBuild) -> None:
    put_build(numbers="select 1 as n")
    stale = data_dir / "warehouse.duckdb.wal"
    stale.write_bytes(b"of a file that is no more")
    publish(data_dir)
    assert not stale.exists()
    with connect(data_dir) as connection:
        assert numbers(connection) == [(1,)]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        yield


def test_a_full_disk_damages_nothing(data_dir: Path, put_build: PutBuild, request: pytest.FixtureRequest) -> None:
    put_build(numbers="select 1 as n")
    publish(data_dir)
    put_build(numbers="select 2 as n")
    request.getfixturevalue("full_disk")

    with pytest.raises(WarehouseError, match="No space left"):
        publish_warehouse(data_dir)
    with pytest.raises(WarehouseError, match="No space left"):
        publish_marts(data_dir)
    with connect(data_dir) as connection:
        assert numbers(connection) == [(1,)]
    assert pl.read_parquet(Layout(data_dir).marts / "numbers.parquet")["n"].to_list() == [1]


def test_readers_cannot_write(data_dir: Path, put_build: PutBuild) -> None:
    put_build(numbers="select 1 as n")
    publish(data_dir)
    with connect(data_dir) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("create table t (i int)")


def test_the_second_process_waits_and_says_so(data_dir: Path) -> None:
    lock = data_dir / ".build" / "build.lock"
    script = """if True:
        import sys
        from pathlib import Path
        from ionq_data.warehouse.lock import hold
        with hold(Path(sys.argv[1]), purpose='p', wait_seconds=1):
            print('held', flush=True)
            input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        told: list[str] = []
        with (
            pytest.raises(WarehouseBusy, match=f"pid {holder.pid}"),
            hold(lock, purpose="building", wait_seconds=0.3, on_wait=told.append),
        ):
            pytest.fail("the lock is held")
        assert len(told) == 1
        holder.kill()
    with hold(lock, purpose="building", wait_seconds=0):  # a killed holder lets go
        pass
