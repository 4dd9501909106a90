"""Read the listing of jobs with the official client's own pagination and write it as Parquet with PyArrow.

Run by an interpreter that has ``ionq-core`` and ``pyarrow`` and nothing of ionq-data.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from ionq_core import IonQClient, iter_jobs

from benchmarks.work.arrow_rows import write


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    client = IonQClient(base_url=asked.base_url, api_key=os.environ["IONQ_API_KEY"])
    begun = time.perf_counter()
    rows = write((job.to_dict() for job in iter_jobs(client, limit=100)), asked.file)
    print(json.dumps({"seconds": time.perf_counter() - begun, "rows": rows}))


if __name__ == "__main__":
    main()
