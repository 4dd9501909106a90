"""What the lake knows of the current version of each key, small enough for millions of keys.

A key, a content hash and a time are kept as 64 bits each, so a million records take 25 MB. A collision of two keys (a
chance of 3e-8 among a million) makes a record look changed that is not, and costs one version written again; it loses
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_MERGE_AT = 16_384
_NOW = np.iinfo(np.int64).max  # what this run has put is later than anything it loads
DELETED = 1
SEEN = 2


class Versions:
    """The content hash and the flags of the current version of each key, by the key's digest."""

    def __init__(self) -> None:
        self._keys: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._hashes: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._flags: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
        self._times: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._fresh: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        self._merge()
        return len(self._keys)

    def load(
        self,
        keys: npt.NDArray[np.uint64],
        hashes: npt.NDArray[np.uint64],
        deleted: npt.NDArray[np.bool_],
        times: npt.NDArray[np.int64],
    ) -> None:
        """Add versions read from the lake, with their times (microseconds); of two of one key the later one stands.

        A key can come from two partitions: a job whose time of submission could not be read at first has moved.
        """
        self._merge()
        self._update(keys, hashes, deleted.astype(np.uint8) * np.uint8(DELETED), times)

    def hash_of(self, key: int) -> int | None:
        """Return the 64 bits of the current version's hash, None for an unknown key."""
        if (entry := self._fresh.get(key)) is not None:
            return entry[0]
        at = self._find(key)
        return None if at is None else int(self._hashes[at])

    def put(self, key: int, content_hash: int, *, deleted: bool = False) -> None:
        """Note the version that is current from now on; it has been seen."""
        self._fresh[key] = (content_hash, SEEN | (DELETED if deleted else 0))
        if len(self._fresh) >= _MERGE_AT:
            self._merge()

    def mark_seen(self, key: int) -> None:
        """Note that the API still shows the key's current version."""
        at = self._find(key)
        if key not in self._fresh and at is not None:
            self._flags[at] |= SEEN

    def unseen(self) -> set[int]:
        """Return the keys that are not deleted and that nobody has seen since the versions were loaded."""
        self._merge()
        return set(self._keys[self._flags == 0].tolist())

    def __iter__(self) -> Iterator[int]:
        self._merge()
        return iter(self._keys.tolist())

    def _find(self, key: int) -> int | None:
        at = int(self._keys.searchsorted(np.uint64(key)))
        return at if at < len(self._keys) and int(self._keys[at]) == key else None

    def _merge(self) -> None:
        """Move what has been put among the sorted; its seen flags hold against what was loaded before."""
        if not self._fresh:
            return
        keys = np.fromiter(self._fresh, np.uint64, len(self._fresh))
        hashes = np.fromiter((entry[0] for entry in self._fresh.values()), np.uint64, len(keys))
        flags = np.fromiter((entry[1] for entry in self._fresh.values()), np.uint8, len(keys))
        self._fresh.clear()
        self._update(keys, hashes, flags, np.full(len(keys), _NOW, np.int64))

    def _update(
        self,
        keys: npt.NDArray[np.uint64],
        hashes: npt.NDArray[np.uint64],
        flags: npt.NDArray[np.uint8],
        times: npt.NDArray[np.int64],
    ) -> None:
        """Replace the versions of known keys by later ones and insert the others where they belong.

        One column after the other is made anew, so that memory never holds more than one of them twice.
        """
        order = np.argsort(keys)
        keys, hashes, flags, times = keys[order], hashes[order], flags[order], times[order]
        at = np.searchsorted(self._keys, keys)
        is_known = np.zeros(len(keys), np.bool_)
        inside = at < len(self._keys)
        is_known[inside] = self._keys[at[inside]] == keys[inside]
        is_later = is_known.copy()
        is_later[is_known] = (times[is_known] > self._times[at[is_known]]) | (times[is_known] == _NOW)
        where, is_new = at[is_later], ~is_known
        self._hashes[where], self._flags[where], self._times[where] = hashes[is_later], flags[is_later], times[is_later]
        self._keys = np.insert(self._keys, at[is_new], keys[is_new])
        self._hashes = np.insert(self._hashes, at[is_new], hashes[is_new])
        self._flags = np.insert(self._flags, at[is_new], flags[is_new])
        self._times = np.insert(self._times, at[is_new], times[is_new])
