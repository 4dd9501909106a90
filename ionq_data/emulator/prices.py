"""Rates, and prices by these rates, in millionths of a bill's unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import DAY_MS
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

PARTS_PER_DOLLAR = 10_000_000
"""Rates are whole ten-millionths of a dollar, which makes prices exact."""
MICROS = 1_000_000
"""Bills are whole millionths of their unit (dollars or credits)."""
MICROS_PER_CENT = MICROS // 100
_PARTS_PER_MICRO = PARTS_PER_DOLLAR // MICROS


@dataclass(frozen=True)
class Rate:
    """A price list from an instant on, in ten-millionths of the unit.

    `gate_1q` and `gate_2q` are for a gate and shot, `minimum` and `minimum_debiased` for a job that is billed by gates,
    `compute_second` for a second of quantum compute time.
    """

    valid_from_ms: int
    gate_1q: int
    gate_2q: int
    minimum: int
    minimum_debiased: int
    compute_second: int


@dataclass(frozen=True, eq=False)
class Priced:
    """The inputs of a price, one entry per job. `compute_us` is the quantum compute time in microseconds."""

    shots: Int
    gates_1q: Int
    gates_2q: Int
    compute_us: Int
    is_debiased: Bool
    is_by_time: Bool


def rate_history(scenario: Scenario) -> tuple[Rate, ...]:
    """Return the price lists, oldest first: two changes in the history, one announced after the anchor.

    The list in force at the anchor is the public one: 0.0001645 and 0.001121 USD per gate and shot, at least 25.79
    (168.195 with debiasing), and 1.2 a second.
    """
    midnight = scenario.anchor_ms - scenario.anchor_ms % DAY_MS
    return (
        Rate(0, 1500, 9750, 230_000_000, 1_500_000_000, 10_600_000),
        Rate(midnight - int(scenario.days * 0.72) * DAY_MS, 1580, 10_750, 245_000_000, 1_600_000_000, 11_300_000),
        Rate(midnight - int(scenario.days * 0.3) * DAY_MS, 1645, 11_210, 257_900_000, 1_681_950_000, 12_000_000),
        Rate(midnight + 20 * DAY_MS, 1710, 11_600, 270_000_000, 1_760_000_000, 12_700_000),
    )


def rate_at(rates: tuple[Rate, ...], at_ms: int) -> Rate:
    """Return the price list in force at an instant."""
    return next(rate for rate in reversed(rates) if rate.valid_from_ms <= at_ms)


def bill_step(scenario: Scenario) -> int:
    """Return the step in millionths to which bills are rounded: whole cents under May's contract, else 1."""
    return 1 if scenario.is_october else MICROS_PER_CENT


def price_micros(rates: tuple[Rate, ...], at_ms: Int, priced: Priced, *, step: int) -> Int:
    """Return prices at the rates in force at each instant, rounded half up to a step of millionths.

    By gates: max(minimum, shots × (n1q × price + n2q × price)). By time: seconds of compute time × price, no minimum.
    """
    index = np.searchsorted([rate.valid_from_ms for rate in rates], at_ms, side="right") - 1
    table = np.array([(r.gate_1q, r.gate_2q, r.minimum, r.minimum_debiased, r.compute_second) for r in rates])
    gate_1q, gate_2q, minimum, minimum_debiased, second = table[index.clip(0)].T
    gates = priced.shots * (priced.gates_1q * gate_1q + priced.gates_2q * gate_2q)
    gates = np.maximum(gates, np.where(priced.is_debiased, minimum_debiased, minimum))
    width = step * _PARTS_PER_MICRO
    by_time = (priced.compute_us * second + width * MICROS // 2) // (width * MICROS)
    prices: Int = np.where(priced.is_by_time, by_time, (gates + width // 2) // width) * step
    return prices


def amount(micros: int) -> float:
    """Return millionths as the API writes an amount: a number with at most six decimals."""
    return micros / MICROS


def decimal_text(micros: int) -> str:
    """Return millionths as a decimal string with two to six decimals."""
    exact = Decimal(int(micros)).scaleb(-6)
    return str(exact.quantize(Decimal("0.01")) if micros % MICROS_PER_CENT == 0 else exact)
