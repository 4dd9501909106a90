"""What of the contracts the emulator covers, as a table made from both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ionq_data.emulator.app import ENDPOINTS

BEGIN, END = "<!-- coverage: made from the contracts and the routes by a test -->", "<!-- end of coverage -->"
VERBS = ("get", "post", "put", "delete")


def operations(contract: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (verb, path) of each operation of a contract, the names in braces left out."""
    return {
        (verb.upper(), _nameless(path)) for path, known in contract["paths"].items() for verb in VERBS if verb in known
    }


def coverage_table(contracts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a Markdown table: a row per operation of any contract or route, a column per contract.

    `yes`: in the contract and answered; `missing`: in the contract and not answered; `extra`: answered though the
    contract has no such operation; `-`: neither.
    """
    described = {name: operations(contract) for name, contract in contracts.items()}
    served = {
        name: {(one.verb, path) for one in ENDPOINTS if name in one.contracts for path in _expanded(one.path)}
        for name in contracts
    }
    lines = [f"| operation | {' | '.join(contracts)} |", f"|---|{'---|' * len(contracts)}"]
    every = set().union(*described.values(), *served.values())
    for verb, path in sorted(every, key=lambda one: (one[1], VERBS.index(one[0].lower()))):
        words = [_word((verb, path) in described[name], (verb, path) in served[name]) for name in contracts]
        lines.append(f"| `{verb} {path}` | {' | '.join(words)} |")
    return "\n".join(lines)


def written(document: str, table: str) -> str:
    """Return a document with the table between its marks."""
    head, rest = document.split(BEGIN)
    return f"{head}{BEGIN}\n\n{table}\n\n{END}{rest.split(END)[1]}"


def _nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _expanded(path: str) -> list[str]:
    """Return a route's paths; the last step of a variant's results is one of the kinds."""
    bare = _nameless(path)
    if path.endswith("/results/{kind}"):
        kinds = ("probabilities", "histogram", "shots") if "variant" in path else ("histogram", "shots")
        return [bare.removesuffix("{}") + kind for kind in kinds]
    return [bare]


def _word(is_described: bool, is_served: bool) -> str:
    return {(True, True): "yes", (True, False): "missing", (False, True): "extra"}.get((is_described, is_served), "-")
