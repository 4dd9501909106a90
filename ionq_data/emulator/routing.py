"""The description of an API route: its verb, its path, its handler, and the contracts that have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ionq_data.emulator.scenario import MAY, OCTOBER, Contract

BOTH: frozenset[Contract] = frozenset({MAY, OCTOBER})
ONLY_MAY: frozenset[Contract] = frozenset({MAY})
ONLY_OCTOBER: frozenset[Contract] = frozenset({OCTOBER})


@dataclass(frozen=True)
class Endpoint:
    """One operation of the API.

    `answer(world, request)` returns the content of the answer, or raises a `Problem`. For a verb that writes, it is
    `answer(world, request, body)` with the decoded JSON of the request, None if there is none. Under a contract without
    the operation, the path is not found. `status` is the status of a success. If `is_slow`, a thread answers, and other
    requests need not wait.
    """

    verb: str
    path: str
    answer: Callable[..., Any]
    contracts: frozenset[Contract] = BOTH
    status: int = 200
    is_slow: bool = False
