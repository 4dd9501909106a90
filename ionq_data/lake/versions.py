"""What the lake knows of the current version of each key, small enough for millions of keys.

A key, a content hash and a time are kept as 64 bits each, so a million records take 25 MB. A collision of two keys (a
chance of 3e-8 among a million) makes a record look changed that is not, and costs one version written again; it loses
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_MERGE_AT = 65_536
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
        at = np.searchsorted(self._keys, keys)
        at[at == len(self._keys)] = 0
        known = np.isin(keys, self._keys)
        later = known & (times > self._times[at] if len(self._keys) else known)
        flags = deleted.astype(np.uint8) * np.uint8(DELETED)
        self._hashes[at[later]], self._times[at[later]] = hashes[later], times[later]
        self._flags[at[later]] = flags[later]
        self._extend(keys[~known], hashes[~known], flags[~known], times[~known])

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
        at = int(np.searchsorted(self._keys, np.uint64(key)))
        return at if at < len(self._keys) and int(self._keys[at]) == key else None

    def _merge(self) -> None:
        if not self._fresh:
            return
        keys = np.fromiter(self._fresh, np.uint64, len(self._fresh))
        hashes = np.fromiter((entry[0] for entry in self._fresh.values()), np.uint64, len(keys))
        flags = np.fromiter((entry[1] for entry in self._fresh.values()), np.uint8, len(keys))
        self._fresh.clear()
        kept = ~np.isin(self._keys, keys)
        self._keys, self._hashes = self._keys[kept], self._hashes[kept]
        self._flags, self._times = self._flags[kept], self._times[kept]
        self._extend(keys, hashes, flags, np.full(len(keys), _NOW, np.int64))

    def _extend(
        self,
        keys: npt.NDArray[np.uint64],
        hashes: npt.NDArray[np.uint64],
        flags: npt.NDArray[np.uint8],
        times: npt.NDArray[np.int64],
    ) -> None:
        all_keys = np.concatenate([self._keys, keys])
        order = np.argsort(all_keys, kind="stable")
        self._keys = all_keys[order]
        self._hashes = np.concatenate([self._hashes, hashes])[order]
        self._flags = np.concatenate([self._flags, flags])[order]
        self._times = np.concatenate([self._times, times])[order]
