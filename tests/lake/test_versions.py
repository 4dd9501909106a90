"""The index of current versions does what a dictionary would, in a fraction of its memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ionq_data.lake import versions
from ionq_data.lake.versions import Versions

KEYS = st.sampled_from([0, 1, 2, 5, 2**63, 2**64 - 1])
HASHES = st.integers(0, 2**64 - 1)
LOADED = st.lists(st.tuples(KEYS, HASHES, st.booleans(), st.integers(0, 5)), max_size=6, unique_by=lambda row: row[0])


class Comparison(RuleBasedStateMachine):
    """An index beside a dictionary of hash, whether deleted, whether seen, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Versions()
        self.model: dict[int, tuple[int, bool, bool, float]] = {}

    @rule(rows=LOADED)
    def load(self, rows: list[tuple[int, int, bool, int]]) -> None:
        keys, hashes, deleted, times = zip(*rows, strict=True) if rows else ((), (), (), ())
        kinds = (np.uint64, np.uint64, np.bool_, np.int64)
        self.index.load(*(np.array(c, k) for c, k in zip((keys, hashes, deleted, times), kinds, strict=True)))
        for key, content, is_deleted, time in rows:
            if key not in self.model or self.model[key][3] < time:
                self.model[key] = (content, is_deleted, False, time)

    @rule(key=KEYS, content=HASHES, deleted=st.booleans())
    def put(self, key: int, content: int, deleted: bool) -> None:
        self.index.put(key, content, deleted=deleted)
        self.model[key] = (content, deleted, True, float("inf"))

    @rule(key=KEYS)
    def mark_seen(self, key: int) -> None:
        self.index.mark_seen(key)
        if key in self.model:
            content, deleted, _, time = self.model[key]
            self.model[key] = (content, deleted, True, time)

    @rule()
    def count(self) -> None:
        assert len(self.index) == len(self.model)
        assert sorted(self.index) == sorted(self.model)

    @rule()
    def list_unseen(self) -> None:
        unseen = {key for key, (_, deleted, seen, _) in self.model.items() if not deleted and not seen}
        assert self.index.unseen() == unseen

    @invariant()
    def knows_each_hash(self) -> None:
        for key in (0, 1, 2, 3, 5, 2**63, 2**64 - 1):
            assert self.index.hash_of(key) == (self.model[key][0] if key in self.model else None)


@pytest.mark.parametrize("merge_at", [1, 3, 100])
def test_the_index_does_what_a_dictionary_does(merge_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "_MERGE_AT", merge_at)
    run_state_machine_as_test(Comparison)


def test_a_million_keys_take_25_bytes_each() -> None:
    index = Versions()
    numbers = np.arange(1_000_000, dtype=np.uint64)
    index.load(numbers, numbers, np.zeros(1_000_000, np.bool_), np.zeros(1_000_000, np.int64))
    assert sum(vars(index)[name].nbytes for name in ("_keys", "_hashes", "_flags", "_times")) == 25_000_000
