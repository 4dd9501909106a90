"""Keys and contents as numbers of 64 bits, so that millions of them fit into memory.

DuckDB's ``md5_number_lower`` of a key's text is the same number, so the lake can compute it without this code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

SEPARATOR = "\x1f"


def key_digest(key: Sequence[Any]) -> int:
    """Return 64 bits of a record's key."""
    text = SEPARATOR.join(map(str, key))
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "little")


def hash_digest(content_hash: str) -> int:
    """Return the first 64 bits of a content hash of hexadecimal digits."""
    return int(content_hash[:16], 16)
