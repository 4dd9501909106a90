"""Bring a lake up to date with ionq-data, as a user's program would."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ionq_data.config import Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--resources", nargs="*")
    asked = parser.parse_args()
    settings = Settings(base_url=asked.base_url, data_dir=asked.data_dir, clock="server")
    begun = time.perf_counter()
    records = sync(settings, Lake(settings.lake_dir), resources=asked.resources or None)
    seconds = time.perf_counter() - begun
    if missing := [sentence for record in records for sentence in record.missing]:
        raise SystemExit(f"the sync is not complete: {missing[:3]}")
    print(
        json.dumps(
            {
                "seconds": seconds,
                "requests": {record.resource: record.requests for record in records},
                "seen": {record.resource: record.rows_seen for record in records},
                "written": {record.resource: record.rows_written for record in records},
                "lake_mb": sum(file.stat().st_size for file in settings.lake_dir.rglob("*.parquet")) / 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
