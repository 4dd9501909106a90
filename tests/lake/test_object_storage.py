"""Files in an object store: visible in one step, copied for readers, and errors that say what to do."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import obstore
import pytest

from ionq_data.config import Settings
from ionq_data.lake import LakeError, object_storage, open_lake
from ionq_data.lake.object_storage import ObjectStorage
from tests.lake.s3_server import CREDENTIALS, Stall

SECRET = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
A, B = "jobs/account=x/a.parquet", "jobs/account=x/b.parquet"


@pytest.fixture
def storage(s3_url: str, tmp_path: Path) -> ObjectStorage:
    return ObjectStorage(s3_url, tmp_path / "copies")


def test_the_setting_chooses_where_the_lake_lies(tmp_path: Path) -> None:
    def root(lake: str | None) -> Path:
        return open_lake(Settings(data_dir=tmp_path, lake=lake)).root

    assert root(None) == tmp_path / "lake"
    assert root(str(tmp_path / "else")) == tmp_path / "else"
    assert root("s3://bucket/one") == root("s3://bucket/one/") != root("s3://bucket/two")
    assert "=" not in root("s3://bucket/month=1").name


def test_a_big_file_is_sent_in_one_put(storage: ObjectStorage) -> None:
    storage.write(A, bytes(12_000_000))
    assert storage.size(A) == 12_000_000
    tag = str(obstore.head(storage._store, A)["e_tag"])
    assert "-" not in tag  # the tag of a file that was sent in parts ends in their number


_WRITE = """
import sys
from pathlib import Path
from ionq_data.lake.object_storage import ObjectStorage
ObjectStorage(sys.argv[1], Path(sys.argv[2])).write(sys.argv[3], bytes(4_000_000))
"""


def test_a_writer_killed_in_the_middle_leaves_nothing_to_see(
    storage: ObjectStorage, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall = Stall(s3_endpoint, after_bytes=2_000_000)
    monkeypatch.setenv("AWS_ENDPOINT_URL", stall.endpoint)
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, storage.url, str(storage.copies.root), A])
    try:
        assert stall.reached.wait(60)
        assert not storage.exists(A)
    finally:
        writer.kill()
        assert writer.wait() == -signal.SIGKILL
        stall.close()
    assert storage.list("jobs") == []
    storage.write(A, b"again")
    assert storage.read(A) == b"again"


def test_mirror_brings_what_is_new_and_removes_what_is_gone(storage: ObjectStorage) -> None:
    storage.write(A, b"a")
    with storage.mirror(["jobs"]) as folder:
        assert (folder / A).read_bytes() == b"a"
    storage.delete(A)
    storage.write(B, b"b")
    with storage.mirror(["jobs"]) as folder:
        assert {path.name for path in folder.rglob("*.parquet")} == {"b.parquet"}


def test_mirror_takes_nothing_away_from_a_reader(storage: ObjectStorage) -> None:
    storage.write(A, b"a")
    with storage.mirror(["jobs"]) as folder:
        storage.delete(A)
        storage.write(B, b"b")
        with storage.mirror(["jobs"]):
            assert (folder / A).exists()
            assert (folder / B).exists()
    with storage.mirror(["jobs"]):
        assert not (folder / A).exists()


def test_mirror_waits_for_another_that_may_remove(storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.write(A, b"a")
    other = ObjectStorage(storage.url, storage.copies.root)
    inside, go_on = threading.Event(), threading.Event()
    fetch = storage.fetch
    monkeypatch.setattr(storage, "fetch", lambda names: (inside.set(), go_on.wait(30), fetch(names))[2])
    entered = []

    def use(each: ObjectStorage) -> None:
        with each.mirror(["jobs"]) as folder:
            entered.append((each, (folder / A).exists()))

    threads = [threading.Thread(target=use, args=(each,)) for each in (storage, other)]
    threads[0].start()
    assert inside.wait(30)
    threads[1].start()
    threads[1].join(0.3)
    assert entered == []
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(present for _, present in entered) == [True, True]


def test_mirror_mends_a_copy_that_is_not_whole(storage: ObjectStorage) -> None:
    storage.write(A, b"whole")
    storage.local(A).write_bytes(b"who")
    with storage.mirror(["jobs"]) as folder:
        assert (folder / A).read_bytes() == b"whole"


def test_mirror_sweeps_what_killed_copying_left_behind(storage: ObjectStorage) -> None:
    storage.write(A, b"a")
    storage.local(A)
    left = storage.copies.root / f"{A}.unfinished-12345678"
    left.touch()
    os.utime(left, (0, 0))
    with storage.mirror(["jobs"]) as folder:
        assert [path.name for path in (folder / A).parent.iterdir()] == ["a.parquet"]


def test_what_was_removed_after_it_was_listed_is_left_out(storage: ObjectStorage) -> None:
    storage.write(B, b"b")
    assert [path.name for path in storage.fetch([A, B])] == ["b.parquet"]


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers every request as S3 does where the key is not accepted."""

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = _refuse  # noqa: N815  names that http.server asks for

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def refusing_url(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield s3_url
        server.shutdown()


def every_request(storage: ObjectStorage) -> list[Callable[[], object]]:
    return [
        lambda: storage.write(A, b""),
        lambda: storage.read(A),
        lambda: storage.list("jobs"),
        lambda: storage.delete(A),
    ]


def test_credentials_that_are_not_accepted_are_named_and_not_shown(refusing_url: str, tmp_path: Path) -> None:
    for request in every_request(ObjectStorage(refusing_url, tmp_path)):
        with pytest.raises(LakeError, match="AWS_SECRET_ACCESS_KEY") as caught:
            request()
        assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_bucket_that_is_not_there_is_named(s3_url: str, tmp_path: Path) -> None:
    storage = ObjectStorage("s3://nowhere/x", tmp_path)
    for request in (lambda: storage.write(A, b""), lambda: storage.list("jobs")):
        with pytest.raises(LakeError, match="no bucket for s3://nowhere/x: create it"):
            request()


def test_a_store_that_cannot_be_reached_is_named(s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
    monkeypatch.setitem(object_storage._PATIENCE, "max_retries", 1)
    for request in every_request(ObjectStorage(s3_url, tmp_path)):
        with pytest.raises(LakeError, match="Check AWS_ENDPOINT_URL"):
            request()


def test_only_a_bucket_is_a_place_and_only_this_machine_is_reached_without_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("gs://bucket/x", "s3://", f"s3://key:{SECRET}@bucket/x"):
        with pytest.raises(LakeError, match="use s3://bucket/prefix") as caught:
            ObjectStorage(url, tmp_path)
        assert SECRET not in str(caught.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio.example:9000")
    with pytest.raises(LakeError, match=r"use https://minio\.example"):
        ObjectStorage("s3://bucket/x", tmp_path)
