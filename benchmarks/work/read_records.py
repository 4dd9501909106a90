"""Take in the jobs of some pages repeatedly, and report the time of a job, step by step."""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from ionq_data.api import split_page
from ionq_data.lake import Lake
from ionq_data.lake.lake import to_parquet, to_table
from ionq_data.resources import Row, read_record
from ionq_data.resources.jobs import JOBS
from ionq_data.resources.resource import content_hash
from ionq_data.sync.intake import Intake

PAGES, ROUNDS = 30, 7


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    pages = list(fetch(parser.parse_args().base_url))
    raws = [raw for page in pages for raw in split_page(page, "jobs")[0]]
    now = datetime.now(UTC)
    typed, nothing = JOBS.typed, pl.from_arrow(JOBS.schema.empty_table())
    assert typed is not None
    assert isinstance(nothing, pl.DataFrame)

    def least(work: Callable[[], Any]) -> float:
        """Return the microseconds of a record in the quickest of some rounds."""
        times = []
        for _ in range(ROUNDS):
            gc.collect()
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
        return min(times) / len(raws) * 1e6

    def read() -> list[Row]:
        found = [read_record(JOBS, raw, extracted_at=now, run_id="run") for raw in raws]
        return [row for row in found if isinstance(row, Row)]

    def take(folders: Iterator[Path], *, is_written: bool) -> None:
        intake = Intake(Lake(next(folders)), JOBS, "account", "run")
        for raw in raws:
            intake.take(raw, extracted_at=now)
            if is_written and intake.is_full:
                intake.flush()
        if is_written:
            intake.flush()

    with tempfile.TemporaryDirectory() as scratch:
        empty = iter([Path(scratch) / str(number) for number in range(2 * ROUNDS)])
        record = least(read)
        taken = least(lambda: take(empty, is_written=False))
        written = least(lambda: take(empty, is_written=True))
    columns = least(lambda: [typed.read(raw) for raw in raws])
    contents = [found.said for found in map(typed.read, raws) if found]
    hashed = least(lambda: [content_hash(content) for content in contents])
    rows = [row.values for row in read()]
    arrow = least(lambda: to_table(rows, JOBS.schema))
    steps = {
        "find the record in its page": least(lambda: [split_page(page, "jobs") for page in pages]),
        "decode it, and make typed columns": columns,
        "hash its content": hashed,
        "put both into a row": record - columns - hashed,
        "compare it with what is known, and keep it": taken - record,
        "make Arrow columns of a batch": arrow,
        "make Parquet of them": least(lambda: to_parquet(to_table(rows, JOBS.schema))) - arrow,
    }
    steps["flush the file to the disk, and all else"] = written - sum(list(steps.values())[1:])
    facts = {"microseconds": record, "bytes": sum(map(len, raws)) / len(raws), "records": len(raws), "steps": steps}
    polars = least(lambda: pl.DataFrame(rows, schema=nothing.schema))
    print(json.dumps({"seconds": record / 1e6, "polars": polars} | facts))


def fetch(base_url: str) -> Iterator[bytes]:
    """Yield some pages of the listing of jobs."""
    headers = {"Authorization": f"apiKey {os.environ['IONQ_API_KEY']}"}
    with httpx.Client(base_url=base_url, headers=headers) as client:
        cursor: str | None = None
        for _ in range(PAGES):
            page = client.get("/jobs", params={"limit": 100, **({"next": cursor} if cursor else {})}).content
            yield page
            if not (cursor := split_page(page, "jobs")[1]["next"]):
                return


if __name__ == "__main__":
    main()
