"""Open the lake at the location in the settings."""

from __future__ import annotations

import hashlib
import re

from ionq_data.config import Settings
from ionq_data.lake.lake import Lake

COPIES = ".lake-copies"


def open_lake(settings: Settings) -> Lake:
    """Return the lake: a folder of this machine, or one in an object store (``lake = "s3://bucket/prefix"``).

    This sends no request. The root of a lake in an object store is the folder of its copies, below the data directory.
    Each URL has its own folder, so two lakes never mix.

    Raises:
        LakeError: the URL does not name a bucket, or its endpoint does not use TLS.
    """
    if settings.lake is None or "://" not in settings.lake:
        return Lake(settings.lake_dir)
    from ionq_data.lake.object_storage import ObjectStorage  # imported here because few users need an object store

    root = settings.data_dir / COPIES / _folder_name(settings.lake.rstrip("/"))
    return Lake(root, ObjectStorage(settings.lake, root))


def _folder_name(url: str) -> str:
    """Name the folder after the URL, but without an ``=``, which would make it a partition."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2])
    return f"{readable}-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}"
