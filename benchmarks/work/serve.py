"""Serve a simulated organization until the input ends; the first line of output holds the address and the key."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from benchmarks.simulated import simulate
from ionq_data.emulator.instants import DAY_MS, from_ms

_PAGE = 100


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("jobs", type=int)
    parser.add_argument("--rests", action="store_true")
    asked = parser.parse_args()
    emulator = simulate(asked.jobs, rests=asked.rests)
    submitted = emulator.jobs.submitted
    shown = emulator.jobs.submitted_by(emulator.clock.now_ms())
    day_before = np.searchsorted(submitted[:shown], submitted[shown - 1] - DAY_MS)
    facts = {
        "after_thousand": from_ms(int(submitted[shown + 999])).isoformat(),
        "pages_of_last_day": -(-(shown - int(day_before)) // _PAGE),
    }
    with emulator.serve() as server:
        print(json.dumps({"base_url": server.base_url, "api_key": server.api_key} | facts), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
