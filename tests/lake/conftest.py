"""An S3 server for the tests of a module, and a bucket for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ionq_data.config import Settings
from ionq_data.lake import Lake, open_lake
from tests.lake.s3_server import CREDENTIALS, make_bucket, serve


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with serve() as endpoint:
        yield endpoint


@pytest.fixture
def s3_url(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": s3_endpoint}).items():
        monkeypatch.setenv(name, value)
    return f"s3://{make_bucket(s3_endpoint)}/org"


@pytest.fixture
def s3_lake(s3_url: str, tmp_path: Path) -> Lake:
    return open_lake(Settings(data_dir=tmp_path / "data", lake=s3_url))
