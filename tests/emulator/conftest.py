from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from ionq_data.emulator import Emulator, Scenario, Server
from ionq_data.emulator.scenario import Contract

ANCHOR = datetime(2026, 3, 10, 18, tzinfo=UTC)
CONTRACTS: tuple[Contract, ...] = ("2026-05", "2026-10")
SMALL = Scenario(seed=11, days=60, jobs=1500, anchor=ANCHOR, contract="2026-05")
"""A busy Tuesday evening after two months: some jobs wait or run."""


class Api:
    """Asks a server, by default with the key that sees everything."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.emulator = server.emulator
        self.http = httpx.Client(base_url=server.base_url, timeout=10)

    def ask(self, path: str, *, key: str | None = "", **params: Any) -> httpx.Response:
        headers = {} if key is None else {"Authorization": f"apiKey {key or self.server.api_key}"}
        return self.http.get(path, params=params or None, headers=headers)

    def get(self, path: str, *, key: str | None = "", **params: Any) -> Any:
        answer = self.ask(path, key=key, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return answer.json()

    def jobs(self, path: str = "/jobs", *, limit: int = 100, **params: Any) -> list[dict[str, Any]]:
        """All pages of a listing."""
        listed: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=limit, **params, **cursor)
            listed += page["jobs"]
            if page["next"] is None:
                return listed
            cursor = {"next": page["next"]}

    def usage(self, **params: Any) -> dict[str, Any]:
        """The report of dates that are both in it; May leaves `end_date` out."""
        asked = {
            "group_by": "project", "modality": "daily", "start_date": "2026-01-01", "end_date": "2026-03-19", **params,
        }  # fmt: skip
        if not self.emulator.scenario.is_october:
            asked["end_date"] = str(date.fromisoformat(asked["end_date"]) + timedelta(days=1))
        return self.get(f"/organizations/{self.server.organization_id}/usage", **asked)


def _serving(scenario: Scenario) -> Iterator[Api]:
    with Emulator(scenario).serve() as server:
        asking = Api(server)
        yield asking
        asking.http.close()


@pytest.fixture(scope="session")
def may() -> Iterator[Api]:
    """A served scenario under May's contract that no test changes."""
    yield from _serving(SMALL)


@pytest.fixture(scope="session")
def october() -> Iterator[Api]:
    """The same under October's contract."""
    yield from _serving(replace(SMALL, contract="2026-10"))


@pytest.fixture(params=CONTRACTS)
def api(request: pytest.FixtureRequest) -> Api:
    """A served scenario under each contract that no test changes."""
    api: Api = request.getfixturevalue({"2026-05": "may", "2026-10": "october"}[request.param])
    return api


@pytest.fixture
def fresh() -> Iterator[Callable[..., Api]]:
    """Makes served scenarios that the test may change, by default of October's contract: `fresh(jobs=50)`."""
    opened: list[Any] = []

    def make(**settings: Any) -> Api:
        served = Emulator(
            Scenario(**{"seed": 5, "days": 30, "jobs": 200, "anchor": ANCHOR, "contract": "2026-10", **settings})
        ).serve()
        asking = Api(served.__enter__())
        opened.append((served, asking))
        return asking

    yield make
    for served, asking in opened:
        asking.http.close()
        served.__exit__(None, None, None)
