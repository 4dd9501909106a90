"""A fixture for tests of programs that talk to IonQ.

```python
def test_my_program(ionq_emulator):
    service = cirq_ionq.Service(remote_host=ionq_emulator.base_url, api_key=ionq_emulator.api_key)
```

Settings: `@pytest.mark.ionq_emulator(clock="frozen", contract="2026-05", jobs=1000)`, any of `Scenario` and the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ionq_data.emulator import Server

MARKER = "ionq_emulator(clock='x3600', **scenario): settings of the emulator that the fixture of this name starts"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def ionq_emulator(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve an IonQ API for one test: a small history, with a clock on which an hour passes in a second.

    Its `base_url` and `api_key` are for the program under test. `emulator` is the world behind it: change it, or ask it
    for the truth.
    """
    from ionq_data.emulator import Emulator, Scenario
    from ionq_data.emulator.pace import Pace

    marker = request.node.get_closest_marker("ionq_emulator")
    settings = dict(marker.kwargs) if marker else {}
    pace = Pace.parse(settings.pop("clock", "x3600"))
    emulator = Emulator(Scenario(**{"days": 30, "jobs": 200, **settings}))
    pace.apply(emulator.clock, is_now_given="anchor" in settings)
    with emulator.serve() as server:
        yield server
