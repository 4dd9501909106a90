"""Open the lake at the location in the settings."""

from __future__ import annotations

import hashlib
import re

from ionq_data.config import Settings
from ionq_data.lake.lake import Lake

COPIES = ".lake-copies"


def open_lake(settings: Settings) -> Lake:
    """Return the lake: a folder of this machine, or one in an object store (``lake = "s3://bucket/prefix"``).

    Sends no request. The root of a lake in an object store is the folder of its copies, below the data directory and
    another one for each URL, so that two lakes never mix.

    Raises:
        LakeError: the URL is none of a bucket, or its endpoint is not reached over TLS.
    """
    if settings.lake is None or "://" not in settings.lake:
        return Lake(settings.lake_dir)
    from ionq_data.lake.object_storage import ObjectStorage  # not everyone needs an object store

    root = settings.data_dir / COPIES / _folder_name(settings.lake.rstrip("/"))
    return Lake(root, ObjectStorage(settings.lake, root))


def _folder_name(url: str) -> str:
    """Name the folder for the URL, without an ``=``, which would make a partition of it."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2])
    return f"{readable}-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}"
