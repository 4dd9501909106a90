"""Change ``sync`` and ``lake`` in small ways, and see whether their tests notice.

``make mutants`` changes a sample of places, which is the same for the same code, and writes ``docs/mutants.md``; ``make
mutants ARGS=--all`` changes all of them, which takes hours. It ends with 1 where fewer than nine in ten are noticed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.sql.cost_quality import write

SAMPLE = 500
TARGET = 0.9
ROOT = Path(__file__).parents[2]
MUTANTS = ROOT / "mutants"
PAGE = ROOT / "docs" / "mutants.md"
REASONS = Path(__file__).with_name("survivors.toml")
SURVIVED = (0, 5, 33)
"""Exit codes of a mutant whose tests pass, and of one that no test reaches."""
UNTOLD = "not yet looked at"


class Change(NamedTuple):
    """What a mutant is: the function's name, the line as it was, and as it became."""

    function: str
    before: str
    after: str


def main() -> int:
    """Run the sample, write the page, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="not a sample")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many mutants")
    chosen = parser.parse_args()
    names = everything()
    asked = names if chosen.all else sample(names, chosen.sample)
    run_mutmut("run", "--max-children", "2", *asked)
    codes = {name: code for name, code in exit_codes().items() if name in set(asked) and code is not None}
    survivors = [change_of(name) for name, code in sorted(codes.items()) if code in SURVIVED]
    killed = 1 - len(survivors) / len(codes)
    write(PAGE, {"Sync and lake": section(len(names), len(codes), killed, survivors)})
    sys.stdout.write(f"{killed:.1%} of {len(codes)} mutants were noticed; {PAGE.relative_to(ROOT)} lists the others\n")
    return 0 if killed >= TARGET else 1


def everything() -> list[str]:
    """Return the names of all mutants."""
    run_mutmut("run", "no mutant has this name", check=False)  # which makes them all
    return sorted(exit_codes())


def sample(names: Sequence[str], count: int) -> list[str]:
    """Return some names, each as likely as any other, and the same ones every time."""
    return sorted(names, key=lambda name: hashlib.blake2b(name.encode()).digest())[:count]


def exit_codes() -> dict[str, int | None]:
    """Return how the tests of each mutant ended, None of one that has not been run."""
    found = MUTANTS.glob("ionq_data/**/*.meta")
    return {name: code for path in found for name, code in json.loads(path.read_bytes())["exit_code_by_key"].items()}


def run_mutmut(*arguments: str, check: bool = True) -> str:
    """Run mutmut in the project's folder; its progress goes to standard error."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    shown = arguments[0] == "show"
    return subprocess.run(
        command, cwd=ROOT, check=check, text=True, stdout=subprocess.PIPE if shown else sys.stderr
    ).stdout


def change_of(name: str) -> Change:
    """Return what a mutant changes."""
    lines = run_mutmut("show", name).splitlines()
    changed = [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    before, after = (" ".join(line[1:].strip() for line in changed if line[0] == sign) for sign in "-+")
    return Change(name.rpartition("__mutmut_")[0].removeprefix("ionq_data.").replace(".x_", "."), before, after)


def reason_of(change: Change) -> str:
    """Return why a mutant may live: the first reason whose text stands in the line as it was or became."""
    reasons: dict[str, list[str]] = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return next(
        (why for why, texts in reasons.items() if any(text in f"{change.before}\n{change.after}" for text in texts)),
        UNTOLD,
    )


def section(total: int, tested: int, killed: float, survivors: Sequence[Change]) -> str:
    """Return the text that says what came of it."""
    rows = [f"| `{one.function}` | {code(one.before)} | {code(one.after)} | {reason_of(one)} |" for one in survivors]
    return "\n".join(
        [
            "`make mutants` changes `ionq_data/sync` and `ionq_data/lake` in one small way after the other (mutmut) "
            "and runs the tests that reach the place. A change that no test notices shows a rule that no test holds.",
            "",
            f"Of {total:,} possible changes, {tested:,} were made, drawn by a hash of their names. The tests noticed "
            f"**{killed:.1%}** (target {TARGET:.0%}). They did not notice these:",
            "",
            "| function | as it is | changed into | why it may live |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def code(text: str) -> str:
    """Return a line as the cell of a table shows it."""
    return "`` " + text.replace("|", "\\|") + " ``"


if __name__ == "__main__":
    sys.exit(main())
