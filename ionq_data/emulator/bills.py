"""The bill of every job: its basis, its difference from the estimate, and when it appears and settles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.circuits import Circuits
from ionq_data.emulator.instants import HOUR_MS, MINUTE_MS, NEVER
from ionq_data.emulator.lives import CANCELED, COMPLETED, FAILED
from ionq_data.emulator.prices import Priced, Rate, price_micros
from ionq_data.emulator.scenario import Scenario

Int = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Bills:
    """One entry per job: the estimate, the first and the final bill in millionths, and when the two bills appear.

    `shown_ms` is `NEVER` for jobs without a bill of their own; `final_ms` is `shown_ms` if the first bill is final.
    """

    estimated_micros: Int
    first_micros: Int
    final_micros: Int
    shown_ms: Int
    final_ms: Int
    is_misbilled: Bool


def compute_us(scenario: Scenario, circuits: Circuits, execution_ms: Int) -> Int:
    """Return the quantum compute time (microseconds) within executions, of any leading shape; a parent's is the sum."""
    rng = np.random.default_rng([scenario.seed, 11])
    own = (execution_ms * 1000 * rng.uniform(0.55, 0.9, size=len(circuits.root))).astype(np.int64)
    first = np.flatnonzero(circuits.ordinal == 0)
    if not len(first):
        return own
    of_children = np.where(circuits.ordinal > 0, own, 0)
    sums = np.add.reduceat(of_children, first, axis=-1)
    is_family = np.diff(np.append(first, len(circuits.root))) > 1
    own[..., first] = np.where(is_family, sums, own[..., first])
    return own


def draw_bills(
    rng: np.random.Generator, rates: tuple[Rate, ...], step: int, submitted: Int, started: Int, ended: Int, final: Int,
    circuits: Circuits, execution_ms: Int, is_billable: npt.NDArray[np.bool_], priced: list[Priced],
) -> Bills:  # fmt: skip
    """Return estimates at the rate of submission and bills at the rate of the start.

    The estimate knows only the gates before compilation. The bill of a failed run covers the share that ran,
    or nothing. The bill of a canceled job is zero. A job that failed before its start gets no bill. A few bills are
    wrong. `priced` holds the work that ran and the work that was planned.
    """
    count = len(submitted)
    scale = rng.normal(1, 0.06, size=count).clip(0.8, 1.25)
    ran, planned = priced
    foreseen = replace(
        planned,
        gates_1q=(planned.gates_1q * scale).astype(np.int64),
        gates_2q=(planned.gates_2q * scale).astype(np.int64),
        compute_us=(planned.compute_us * scale).astype(np.int64),
    )
    estimated = price_micros(rates, submitted, foreseen, step=step)
    price = price_micros(rates, np.minimum(started, ended), ran, step=step)
    share = np.where(ran.is_by_time, 1, np.minimum(execution_ms / np.maximum(circuits.execution_ms, 1), 1))
    partly = _rounded_down(price * share * (rng.random(count) < 0.5), step)
    is_misbilled = (rng.random(count) < 0.002) & is_billable & (final == COMPLETED)
    micros = np.where(final == COMPLETED, price, np.where((final == FAILED) & (started < NEVER), partly, 0))
    micros = np.where(is_misbilled, micros * 23 // 20 // step * step, micros)
    first, shown, settled = _settle(rng, ended, micros, (final == COMPLETED) & (rng.random(count) < 0.12), step=step)
    has_bill = is_billable & ~circuits.is_dry & ((started < NEVER) | (final == CANCELED))
    return Bills(
        np.where(is_billable, estimated, 0), np.where(has_bill, first, 0), np.where(has_bill, micros, 0),
        np.where(has_bill, shown, NEVER), np.where(has_bill, settled, NEVER), is_misbilled,
    )  # fmt: skip


def _settle(
    rng: np.random.Generator, ended: Int, final_micros: Int, is_revised: Bool, *, step: int
) -> tuple[Int, Int, Int]:
    """Return the first bill in millionths, and when the first and the final bill appear.

    A bill appears three minutes to a day after the end. A revised bill changes once, one to 22 hours later. So if two
    answers a day apart agree, the bill no longer changes.
    """
    minutes = np.exp(rng.uniform(np.log(3), np.log(24 * 60), size=len(ended)))
    shown = ended + (minutes * MINUTE_MS).astype(np.int64)
    later = rng.integers(HOUR_MS, 22 * HOUR_MS, size=len(ended))
    first = _rounded_down(final_micros * rng.uniform(0.8, 1.15, size=len(ended)), step)
    return np.where(is_revised, first, final_micros), shown, shown + np.where(is_revised, later, 0)


def _rounded_down(amounts: npt.NDArray[Any], step: int) -> Int:
    """Return amounts rounded down to a step of millionths."""
    whole: Int = (amounts / step).astype(np.int64) * step
    return whole
