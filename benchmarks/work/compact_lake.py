"""Compact a lake, and remove the files that were merged at once."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from ionq_data.lake import Lake
from ionq_data.lake.compaction import compact


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("lake_dir", type=Path)
    lake = Lake(parser.parse_args().lake_dir)
    compact(lake)
    compact(lake, grace=timedelta(0))


if __name__ == "__main__":
    main()
