"""Record the URLs of a first sync, one per line, in the order of the requests."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import httpx

from ionq_data.api import Client
from ionq_data.config import Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake


class Recording(httpx.AsyncHTTPTransport):
    """The usual transport, which remembers what was asked."""

    urls: list[str] = []  # noqa: RUF012 - one sync, one list

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        return await super().handle_async_request(request)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("file", type=Path)
    parser.add_argument("--resources", nargs="*")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.file.parent) as data_dir:
        settings = Settings(base_url=asked.base_url, data_dir=Path(data_dir), clock="server")
        sync(
            settings,
            Lake(settings.lake_dir),
            resources=asked.resources,
            connect=lambda _: Client(asked.base_url, api_key=os.environ["IONQ_API_KEY"], transport=Recording()),
        )
    asked.file.write_text("\n".join(Recording.urls))


if __name__ == "__main__":
    main()
