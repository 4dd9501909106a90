"""Rates, estimates and bills, in whole cents; and when a bill appears and settles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS, HOUR_MS, MINUTE_MS
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

PARTS_PER_DOLLAR = 10_000_000
"""Rates are held as whole ten-millionths of a dollar, so that prices are exact."""
_PARTS_PER_CENT = PARTS_PER_DOLLAR // 100


@dataclass(frozen=True)
class Rate:
    """A price list from an instant on, in ten-millionths of a dollar: per gate and shot, and per job at least."""

    valid_from_ms: int
    gate_1q: int
    gate_2q: int
    minimum: int
    minimum_debiased: int


def rate_history(scenario: Scenario) -> tuple[Rate, ...]:
    """Return the price lists, oldest first: two changes in the history, one announced after the anchor.

    The list in force at the anchor is the public one: 0.0001645 and 0.001121 USD per gate and shot, at least 25.79
    (168.195 with debiasing).
    """
    midnight = scenario.anchor_ms - scenario.anchor_ms % DAY_MS
    return (
        Rate(0, 1500, 9750, 230_000_000, 1_500_000_000),
        Rate(midnight - int(scenario.days * 0.72) * DAY_MS, 1580, 10_750, 245_000_000, 1_600_000_000),
        Rate(midnight - int(scenario.days * 0.3) * DAY_MS, 1645, 11_210, 257_900_000, 1_681_950_000),
        Rate(midnight + 20 * DAY_MS, 1710, 11_600, 270_000_000, 1_760_000_000),
    )


def rate_at(rates: tuple[Rate, ...], at_ms: int) -> Rate:
    """Return the price list in force at an instant."""
    return next(rate for rate in reversed(rates) if rate.valid_from_ms <= at_ms)


def price_cents(
    rates: tuple[Rate, ...], at: Int, *, shots: Int, gates_1q: Int, gates_2q: Int, is_debiased: Bool
) -> Int:
    """Return max(minimum, shots × (1q gates × rate + 2q gates × rate)) in cents, rounded half up."""
    table = np.array([[r.gate_1q, r.gate_2q, r.minimum, r.minimum_debiased] for r in rates], dtype=np.int64)
    rate = table[np.searchsorted([r.valid_from_ms for r in rates], at, side="right") - 1]
    gates = shots * (gates_1q * rate[:, 0] + gates_2q * rate[:, 1])
    parts = np.maximum(gates, np.where(is_debiased, rate[:, 3], rate[:, 2]))
    return (parts + _PARTS_PER_CENT // 2) // _PARTS_PER_CENT


@dataclass(frozen=True, eq=False)
class Bills:
    """One entry per job: cents estimated, first billed and finally billed, and when the two bills appear.

    `shown_ms` is `NEVER` for jobs without a bill of their own; `final_ms` is `shown_ms` where the first bill stands.
    """

    estimated_cents: Int
    first_cents: Int
    final_cents: Int
    shown_ms: Int
    final_ms: Int
    is_misbilled: Bool


def settle(rng: np.random.Generator, ended: Int, final_cents: Int, is_revised: Bool) -> tuple[Int, Int, Int]:
    """Return first cents, when the first bill appears, and when the final one does.

    A bill appears three minutes to a day after the end; one that is revised changes once, one to 22 hours later, so
    that answers a day apart never agree on a figure that changes afterwards.
    """
    minutes = np.exp(rng.uniform(np.log(3), np.log(24 * 60), size=len(ended)))
    shown = ended + (minutes * MINUTE_MS).astype(np.int64)
    later = rng.integers(HOUR_MS, 22 * HOUR_MS, size=len(ended))
    first = (final_cents * rng.uniform(0.8, 1.15, size=len(ended))).astype(np.int64)
    return np.where(is_revised, first, final_cents), shown, shown + np.where(is_revised, later, 0)
