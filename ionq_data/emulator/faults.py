"""The faults of the emulator, which are switched on one by one."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Container
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal[
    "rate_limit", "status", "slow", "cut_off", "malformed", "html", "redirect", "drop",
    "repeated_cursor", "empty_page", "unordered", "shifted", "pages_absent", "pages_lying", "pages_total",
    "null_lists", "empty_cursor", "failure_error", "job_warnings", "null_qubits", "unknown_fields",
    "usage_date_times", "expiry_at_the_top", "settings_in_output", "no_timing", "rate_in_between",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
TRANSPORT = frozenset({"rate_limit", "status", "slow", "cut_off", "malformed", "html", "redirect", "drop"})
"""The kinds that damage an answer on its way; the others make the answer itself odd or wrong."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Args:
        kind: What goes wrong; see `KINDS`.
        path: Only requests whose path (after `/v0.4`) begins so; with braces (`/jobs/{id}/cost`), only that endpoint.
        verb: Only requests with this HTTP method; empty means every method.
        probability: The share of the matching requests that it hits.
        times: The number of hits after which it ends; None means it stays on.
        status: The status for the kind `status`, usually one of 500, 502, 503, 504, 520.
        retry_after: How `rate_limit` says when to come back: whole seconds, an HTTP date, or not at all.
        seconds: The wait that `rate_limit` asks for, or the delay of `slow`.
        delay_seconds: The delay of the answer before anything else goes wrong with it.
        location: Where `redirect` points.
    """

    kind: Kind
    path: str = ""
    verb: str = ""
    probability: float = 1.0
    times: int | None = None
    status: int = 503
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    seconds: float = 1.0
    delay_seconds: float = 0.0
    location: str = "http://localhost.invalid/elsewhere"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")

    def is_of(self, verb: str, path: str) -> bool:
        """Return whether the fault may hit a request."""
        if self.verb and self.verb.upper() != verb:
            return False
        if "{" not in self.path:
            return path.startswith(self.path)
        return re.fullmatch(re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(self.path)), path) is not None


class Faults:
    """The faults that are on. Chance has a fixed seed, so equal requests meet equal faults."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, int]] = []

    def switch_on(self, fault: Fault | Kind, **settings: Any) -> Fault:
        """Switch a fault on and return it; takes a `Fault`, or the name of a kind with the settings of `Fault`."""
        made = fault if isinstance(fault, Fault) else Fault(kind=fault, **settings)
        with self._lock:
            self._faults.append((made, 0))
        return made

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def take(self, path: str, kinds: Container[str], *, verb: str = "GET") -> Fault | None:
        """Return the first fault of some kinds that hits a request now, and count the hit."""
        if not self._faults:
            return None
        with self._lock:
            for place, (fault, hits) in enumerate(self._faults):
                if fault.kind not in kinds or not fault.is_of(verb, path):
                    continue
                if fault.times is not None and hits >= fault.times:
                    continue
                if fault.probability < 1 and self._random.random() >= fault.probability:
                    continue
                self._faults[place] = (fault, hits + 1)
                return fault
        return None

    @property
    def any_on(self) -> bool:
        """Whether any fault is on."""
        return bool(self._faults)

    def describe(self) -> list[dict[str, Any]]:
        """Return the faults that are on with their number of hits."""
        return [{**asdict(fault), "hits": hits} for fault, hits in self._faults]
