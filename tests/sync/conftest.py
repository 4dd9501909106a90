"""A bench for each test, free of the settings of whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ionq_data.lake import Lake
from tests.sync.bench import Bench
from tests.sync.upstream import Upstream


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("IONQ_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing pulls the plug here, and most of a small sync's time would go into flushing."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Upstream(), Lake(tmp_path / "lake"))
