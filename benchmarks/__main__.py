"""``python -m benchmarks``: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import extraction, job_pages, marts, memory, page, quiet_sync, reading, requests
from benchmarks.machine import machine, versions
from benchmarks.measuring import REPOSITORY
from benchmarks.plan import SIZES, Plan
from benchmarks.results import Section

BENCHMARKS: dict[str, Callable[[Plan], Section]] = {
    "extraction": extraction.measure,
    "pages": job_pages.measure,
    "memory": memory.measure,
    "requests": requests.measure,
    "quiet": quiet_sync.measure,
    "marts": marts.measure,
    "reading": reading.measure,
}
"""Every benchmark by its name on the command line, in the order of the page."""


def main() -> None:
    """Measure what was asked for, print the page, and write it where everything of the scale has been measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), metavar="NAME")
    parser.add_argument("--scale", choices=SIZES, default="full")
    parser.add_argument("--runs", type=int, default=3, help="how often each program is run; the median counts")
    parser.add_argument("--workdir", type=Path, default=REPOSITORY / ".cache" / "benchmarks")
    parser.add_argument("--output", type=Path, help="where the page goes instead of docs/benchmarks.md")
    asked = parser.parse_args()
    plan = Plan(sizes=SIZES[asked.scale], runs=asked.runs, workdir=asked.workdir.absolute())
    kept = plan.workdir / "results" / asked.scale
    kept.mkdir(parents=True, exist_ok=True)
    for name in asked.only:
        begun = time.monotonic()
        section = BENCHMARKS[name](plan)
        (kept / f"{name}.json").write_text(section.to_json())
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    sections = {
        name: Section.from_json((kept / f"{name}.json").read_text())
        for name in BENCHMARKS
        if (kept / f"{name}.json").exists()
    }
    text = page.render(sections, machine=machine(), versions=versions(), runs=plan.runs)
    print(text)
    if asked.output or (asked.scale != "quick" and len(sections) == len(BENCHMARKS)):
        (asked.output or REPOSITORY / "docs" / "benchmarks.md").write_text(text)


if __name__ == "__main__":
    main()
