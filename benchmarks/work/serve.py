"""Serve a simulated organization until the input ends; the first line of output holds the address and the key."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.simulated import simulate
from ionq_data.emulator.instants import from_ms


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("jobs", type=int)
    parser.add_argument("--rests", action="store_true")
    asked = parser.parse_args()
    emulator = simulate(asked.jobs, rests=asked.rests)
    thousandth = emulator.jobs.submitted[emulator.jobs.submitted_by(emulator.clock.now_ms()) + 999]
    with emulator.serve() as server:
        served = {"base_url": server.base_url, "api_key": server.api_key}
        print(json.dumps(served | {"after_thousand": from_ms(int(thousandth)).isoformat()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
