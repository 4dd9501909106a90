"""A lake in an S3-compatible object store, through obstore.

An object store has no rename, and needs none: an object appears whole when its PUT is complete, or not at all. Every
file is sent in a single PUT, so a killed writer leaves nothing behind, not even a hidden upload.
(We use obstore because ``pyarrow.fs`` sends every file in parts, and creates objects that stand for folders.)

DuckDB and Arrow read copies on this machine. A file of records never changes, so its name tells whether a copy is good;
what does change (progress, plans, checkpoints) is read from the store each time.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from ionq_data.api.address import parse_base_url
from ionq_data.api.errors import InsecureUrl
from ionq_data.lake.storage import LakeError, LocalStorage

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_DOWNLOADS = 8
_PATIENCE: dict[str, Any] = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_LOCK = ".lock"
_ABANDONED_SECONDS = 86_400
_MACHINE_CREDENTIALS = "169.254.169.254"  # obstore asks it if the environment holds no credentials
_REFUSALS = ("401 Unauthorized", "403 Forbidden")


class ObjectStorage:
    """The files below ``s3://bucket/prefix``, and a folder of their copies.

    Credentials, region and endpoint are those of the environment: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``,
    ``AWS_SESSION_TOKEN``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``. Creating an instance sends no request.

    Raises:
        LakeError: the URL does not name a bucket, or the endpoint is ``http://`` and not this machine.
    """

    def __init__(self, url: str, copies: Path) -> None:
        self.url = url.rstrip("/")
        self.copies = LocalStorage(copies)
        self._store = _connect(self.url)

    def list(self, prefix: str) -> list[str]:
        """Return the names of all files below a folder, sorted."""
        return sorted(self._sizes(prefix))

    def _sizes(self, prefix: str | None) -> dict[str, int]:
        with self._explained("list", prefix or ""):
            pages = obstore.list(self._store, prefix, chunk_size=1000)
            return {meta["path"]: meta["size"] for page in pages for meta in page}

    def write(self, name: str, content: bytes) -> None:
        """Send a file in one PUT; it becomes visible when the PUT ends."""
        try:
            with self._explained("write", name):
                obstore.put(self._store, name, content, use_multipart=False)
        except FileNotFoundError:
            raise self._no_bucket() from None

    def read(self, name: str) -> bytes:
        """Return a file's content, from the store."""
        with self._explained("read", name):
            return bytes(obstore.get(self._store, name).bytes())

    def delete(self, name: str) -> None:
        """Remove a file from the store; a later ``mirror`` removes its copy, when nobody reads it."""
        with self._explained("delete", name), suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    def exists(self, name: str) -> bool:
        """Tell whether a file is in the store."""
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        """Return a file's size in bytes."""
        with self._explained("look at", name):
            return int(obstore.head(self._store, name)["size"])

    def local(self, name: str) -> Path:
        """Return the path of the copy of an immutable file; make the copy first if need be."""
        if not self.copies.exists(name):
            self.copies.write(name, self.read(name))
        return self.copies.local(name)

    def fetch(self, names: Iterable[str]) -> Sequence[Path]:
        """Return the paths of the copies of immutable files; leave out those that are gone from the store."""

        def copy(name: str) -> Path | None:
            try:
                return self.local(name)
            except FileNotFoundError:  # it was merged into another file more than an hour ago, and removed just now
                return None

        with ThreadPoolExecutor(_DOWNLOADS) as pool:
            return [path for path in pool.map(copy, names) if path is not None]

    @contextmanager
    def mirror(self, folders: Iterable[str]) -> Iterator[Path]:
        """Bring the copies of some folders up to date, and let nobody remove them while the block runs.

        Copies are removed only under an exclusive lock, which is taken before the store lists its files.
        """
        self.copies.root.mkdir(parents=True, exist_ok=True)
        with (self.copies.root / _LOCK).open("a") as lock:
            is_alone = _try_exclusive(lock.fileno())
            if not is_alone:
                fcntl.flock(lock, fcntl.LOCK_SH)
            self._update(tuple(f"{folder}/" for folder in folders), remove=is_alone)
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield self.copies.root

    def _update(self, folders: tuple[str, ...], *, remove: bool) -> None:
        # List the copies first, then the store: a file written meanwhile must not look like a copy without an original.
        copied = [name for folder in folders for name in self.copies.list(folder.rstrip("/"))]
        stored = {name: size for name, size in self._sizes(None).items() if name.startswith(folders)}
        for name in copied:
            if remove and self.copies.size(name) != stored.get(name):
                self.copies.delete(name)
        if remove:
            self.copies.sweep(_ABANDONED_SECONDS, time.time())
        self.fetch(stored)

    @contextmanager
    def _explained(self, verb: str, name: str) -> Iterator[None]:
        """Turn an error of the store into a ``LakeError``; ``FileNotFoundError`` stays what it is."""
        try:
            yield
        except BaseError as error:
            raise self._explain(error, verb, name) from None

    def _explain(self, error: BaseError, verb: str, name: str) -> LakeError:
        said = str(error).splitlines()[0][:300]
        if "NoSuchBucket" in str(error):
            return self._no_bucket()
        if _MACHINE_CREDENTIALS in said:
            return LakeError(
                f"{self.url}: no credentials for the object store. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        if any(status in said for status in _REFUSALS):
            return LakeError(
                f"{self.url}/{name}: the object store does not let these credentials {verb} it. Check "
                "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and the bucket's policy"
            )
        return LakeError(
            f"{self.url}/{name}: could not {verb} it: {said}. Check AWS_ENDPOINT_URL and that the object store can be "
            "reached, then run the command again; nothing is lost"
        )

    def _no_bucket(self) -> LakeError:
        return LakeError(f"there is no bucket for {self.url}: create it, or correct the setting `lake`")


def _connect(url: str) -> Any:
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
        raise LakeError(f"the lake {parts.scheme}://{parts.hostname or ''}… is not supported: use s3://bucket/prefix")
    options: dict[str, Any] = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), None)
    if endpoint:
        options["allow_http"] = _is_loopback(endpoint)
    try:
        # One DELETE per file: not every S3-compatible store knows the request that removes many.
        return S3Store.from_url(url, client_options=options, retry_config=_PATIENCE, disable_bulk_delete=True)
    except (BaseError, ValueError) as error:
        raise LakeError(f"the lake {url} cannot be opened: {str(error).splitlines()[0]}") from None


def _is_loopback(endpoint: str) -> bool:
    """Tell whether an endpoint is this machine; refuse any other that is not reached over TLS."""
    try:
        return parse_base_url(endpoint).is_loopback
    except InsecureUrl as error:
        raise LakeError(f"AWS_ENDPOINT_URL: {error}") from None


def _try_exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
