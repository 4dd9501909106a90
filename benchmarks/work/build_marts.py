"""Build all marts from a lake, tests included, and publish them."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ionq_data.warehouse import build, publish


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("lake_dir", type=Path)
    asked = parser.parse_args()
    begun = time.perf_counter()
    result = build(asked.data_dir, lake_dir=asked.lake_dir)
    seconds = time.perf_counter() - begun
    if not result.passed:
        raise SystemExit(result.explain())
    publish(asked.data_dir)
    nodes = sorted(result.nodes, key=lambda node: -node.seconds)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "with_publishing": time.perf_counter() - begun,
                "nodes": [(node.name, round(node.seconds, 2)) for node in nodes[:12]],
                "node_seconds": sum(node.seconds for node in nodes),
                "models": sum(node.unique_id.startswith("model.") for node in nodes),
                "warehouse_mb": (asked.data_dir / "warehouse.duckdb").stat().st_size / 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
