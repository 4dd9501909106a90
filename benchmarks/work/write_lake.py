"""Write the lake of a simulated organization as a first sync leaves it."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.lake_writer import write_lake


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("jobs", type=int)
    parser.add_argument("--rests", action="store_true")
    asked = parser.parse_args()
    write_lake(asked.root, asked.jobs, rests=asked.rests)


if __name__ == "__main__":
    main()
