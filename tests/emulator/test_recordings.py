"""Answers recorded by the client, without secrets, and served again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ionq_data.api import Client
from ionq_data.config import Account, Settings
from ionq_data.emulator.recordings import Replay, ReplayError
from ionq_data.emulator.server import listen, origin, serving_from_thread
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from tests.emulator.conftest import Api


def synced(base_url: str, key: str, data_dir: Path, api: Api) -> dict[str, tuple[bool, int]]:
    settings = Settings(data_dir=data_dir, accounts=(Account(),))

    def connect(_: Account) -> Client:
        return Client(base_url, api_key=key, concurrency=2, clock=api.emulator.clock.now)

    records = sync(settings, Lake(settings.lake_dir), connect=connect, clock=api.emulator.clock.now)
    return {record.resource: (record.complete, record.rows_written) for record in records}


@pytest.mark.slow
def test_a_recorded_sync_is_the_same_when_it_is_replayed(
    fresh: Callable[..., Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = fresh(jobs=40, days=20)
    folder = tmp_path / "recorded"
    monkeypatch.setenv("IONQ_RECORD", str(folder))
    real = synced(api.server.base_url, api.server.api_key, tmp_path / "real", api)
    monkeypatch.delenv("IONQ_RECORD")
    files = list(folder.glob("*.json"))
    assert len(files) > 40
    told = "".join(file.read_text() for file in files)
    assert api.server.api_key not in told
    assert "authorization" not in told.lower()
    listener = listen("127.0.0.1", 0)
    with serving_from_thread(Replay(folder), listener):
        base_url = origin(listener) + "/v0.4"
        again = synced(base_url, "any", tmp_path / "replayed", api)
        unknown = httpx.get(base_url + "/jobs/none", timeout=10)
    assert again == real
    assert (unknown.status_code, unknown.json()["statusCode"]) == (404, 404)


def test_a_key_that_the_server_quotes_is_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_RECORD", str(tmp_path))
    quoting = httpx.MockTransport(lambda request: httpx.Response(200, json={"you": request.headers["authorization"]}))

    async def ask() -> None:
        async with Client("http://127.0.0.1:1/v0.4", api_key="0123456789abcdef", transport=quoting) as client:
            await client.get("/whoami", authenticated=True)

    asyncio.run(ask())
    (file,) = tmp_path.glob("*.json")
    assert "0123456789abcdef" not in file.read_text()
    assert "apiKey" in file.read_text()


def test_a_folder_without_recordings_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="IONQ_RECORD"):
        Replay(tmp_path)
    (tmp_path / "1.json").write_text("{}")
    with pytest.raises(ReplayError, match="no recording"):
        Replay(tmp_path)
