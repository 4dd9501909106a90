"""Read the records of listed jobs into rows, again and again, and say how long one takes."""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import UTC, datetime

import httpx

from ionq_data.api import split_page
from ionq_data.resources import RESOURCES, read_record

PAGES, ROUNDS = 30, 7


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    base_url = parser.parse_args().base_url
    headers = {"Authorization": f"apiKey {os.environ['IONQ_API_KEY']}"}
    raws: list[bytes] = []
    with httpx.Client(base_url=base_url, headers=headers) as client:
        cursor: str | None = None
        for _ in range(PAGES):
            page = client.get("/jobs", params={"limit": 100, **({"next": cursor} if cursor else {})})
            records, envelope = split_page(page.content, "jobs")
            raws += records
            if not (cursor := envelope["next"]):
                break
    jobs, now = RESOURCES["jobs"], datetime.now(UTC)
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for raw in raws:
            read_record(jobs, raw, extracted_at=now, run_id="run")
        times.append((time.perf_counter() - begun) / len(raws))
    least = min(times)
    facts = {
        "seconds": least,
        "microseconds": least * 1e6,
        "records": len(raws),
        "bytes": sum(map(len, raws)) / len(raws),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
