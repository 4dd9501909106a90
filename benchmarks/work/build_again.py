"""Build incrementally after some jobs have changed, tests included, and publish the result."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import duckdb

from ionq_data.lake import Lake
from ionq_data.warehouse import build, publish

_CHANGE = """
    copy (
        select * replace (
            name || ' changed' as name,
            _extracted_at + interval 1 hour as _extracted_at,
            'changed' as _run_id,
            md5(_hash) as _hash
        )
        from read_parquet({newest}, hive_partitioning = false)
        order by id
        limit {jobs}
    ) to {changed} (format parquet, compression zstd)
"""


def change_jobs(lake: Path, jobs: int) -> None:
    """Write later versions of so many jobs of the newest month, as a sync does that finds them changed."""
    newest = max((file for file in (lake / "jobs").rglob("*.parquet") if "=20" in file.parent.name), key=str)
    changed = newest.with_name(f"changed-{time.time_ns()}.parquet")
    duckdb.execute(_CHANGE.format(newest=_literal(newest), changed=_literal(changed), jobs=jobs))


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("lake_dir", type=Path)
    parser.add_argument("jobs", type=int)
    asked = parser.parse_args()
    Lake(asked.lake_dir).ensure(["default"])  # where there is none yet, an empty one
    if asked.jobs:
        change_jobs(asked.lake_dir, asked.jobs)
    begun = time.perf_counter()
    result = build(asked.data_dir, lake_dir=asked.lake_dir)
    if not result.passed:
        raise SystemExit(result.explain())
    publish(asked.data_dir)
    nodes = sorted(result.nodes, key=lambda node: -node.seconds)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - begun,
                "models": result.models,
                "tests": result.tests,
                "nodes": [(node.name, round(node.seconds, 2)) for node in nodes[:12]],
            }
        )
    )


if __name__ == "__main__":
    main()
