"""Count the requests of consecutive syncs, and the least possible number for each."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.least_requests import LeastRequests
from benchmarks.simulated import JOBS_A_YEAR, simulate
from ionq_data.api import Client
from ionq_data.config import Settings
from ionq_data.emulator import Emulator
from ionq_data.ingest import sync
from ionq_data.lake import Lake

HOURS_BETWEEN = (1, 1, 1, 22, 1, 25, 1, 25, 72)
"""Hourly syncs, with pauses of a day and of a weekend; the week within which costs settle is covered."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("jobs", type=int)
    parser.add_argument("--hours", type=int, nargs="+", default=HOURS_BETWEEN)
    parser.add_argument("--a-year", type=int, default=JOBS_A_YEAR)
    asked = parser.parse_args()
    emulator = simulate(asked.jobs, a_year=asked.a_year)
    steps = []
    with tempfile.TemporaryDirectory() as folder, emulator.serve() as server:
        settings = Settings(base_url=server.base_url, data_dir=Path(folder), clock="server")

        def count() -> dict[str, int]:
            emulator.requests.clear()
            client = Client(server.base_url, api_key=server.api_key, concurrency=settings.concurrency)
            records = sync(settings, Lake(settings.lake_dir), connect=lambda _: client)
            assert all(record.complete for record in records), records
            return dict(_kinds(emulator))

        least = LeastRequests(emulator, url_bytes=4096 - len(f"{server.base_url}/jobs?limit=100"))
        count()
        least.note_sync()
        for hours in asked.hours:
            emulator.clock.advance(hours * 3600)
            begun = time.perf_counter()
            counted = count()
            seconds = time.perf_counter() - begun
            wanted = least.count()
            before = least.billed
            least.note_sync()
            size = sum(request.size for request in emulator.requests)
            steps.append(
                {"hours": hours, "counted": counted, "least": wanted, "seconds": seconds, "bytes": size}
                | {"billed": least.billed - before}
            )
    print(json.dumps({"steps": steps}))


def _kinds(emulator: Emulator) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for request in emulator.requests:
        if request.path.endswith("/cost"):
            kinds["costs"] += 1
        elif (request.path.startswith("/jobs/") and request.path != "/jobs/estimate") or "ids=" in request.query:
            kinds["open jobs"] += 1
        elif request.path == "/jobs":
            kinds["pages of jobs"] += 1
        else:
            kinds["all other resources"] += 1
    return kinds


if __name__ == "__main__":
    main()
