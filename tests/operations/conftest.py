"""What every test of a deployment talks to: an emulated API, and a person's receiver of alerts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alerts.receiver import Receiver
from tests.operations.emulated import Emulated, emulated


@pytest.fixture(scope="module")
def api() -> Iterator[Emulated]:
    with emulated(days=5, jobs=100) as api:
        yield api


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
