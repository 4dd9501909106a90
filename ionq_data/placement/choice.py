"""Where to run a circuit: the offer of each backend, and which of them to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from duckdb import DuckDBPyConnection

from ionq_data.placement.facts import (
    CENT,
    Circuit,
    Held,
    expected_success,
    obstacles,
    price_of,
    read_as_of,
    read_backends,
    read_held,
)
from ionq_data.placement.waits import best_hour, bound, chance_within, read_usual_waits, read_waits_now

_TOO_LATE = "almost certainly too late"
_HARDLY = 0.1
"""A backend that starts in time with less than this chance does not fit."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """The offer of one backend for a circuit.

    Attributes:
        expected_success: probability that a shot has no error, from the calibration in force; an estimate.
        success_low, success_high: 95 % band of the success of such a job, wider for an older calibration; None if too
            few jobs were compared.
        held: how well such an expected success has held so far; None if no such job was compared.
        calibration_age_hours: age of that calibration.
        price: cost of the job by the rate in force, rounded to the cent, in `currency`.
        is_price_estimated: whether the backend bills compute time. That time is an estimate, from the calibration's
            gate times and from the share of such times that was billed so far.
        timed_bills: the number of bills of the last 90 days behind that share. They are the bills of every backend that
            bills compute time, or of this backend alone where it has 30 and differs by more than a tenth. With fewer
            than five, the estimate takes all of the gates' times as billed.
        cost_per_success: price divided by the expected success.
        wait_p50_seconds, wait_p90_seconds: half, and nine of ten, of jobs that are submitted now wait no longer. The
            bounds come from jobs of the last 90 days: those that were submitted when the API's queue was most like
            that of the last hour (a quarter of them, at least 60, at most 200). Each wait is scaled by the ratio of the
            two queues. A job's queue is the API's average of the hour before, or else its prediction for the job.
            Where the API gave no queue in the last hour, or fewer than 20 jobs are known, they are the bounds of this
            hour of the week (see `queue_forecast`).
        is_wait_of_now: whether the bounds come from the present queue.
        chance_in_time: the chance to start before the time asked for: the share of these jobs that would. Where the
            present queue is not known, it is what the bounds of the hour of the week promise (0.9, 0.5 or 0). None if
            no time was asked for, or no wait is known.
        best_hour: full hour (UTC) of the week ahead with the shortest median wait, if it is shorter than now's.
        best_hour_p50_seconds: the median wait of that hour.
        obstacles: why the circuit cannot run here, a few words each; empty if it can.
        unknown: facts that the warehouse lacks, a few words each.
    """

    backend: str
    expected_success: float | None
    success_low: float | None
    success_high: float | None
    held: Held | None
    calibration_age_hours: float | None
    price: Decimal | None
    currency: str | None
    is_price_estimated: bool
    timed_bills: int
    cost_per_success: Decimal | None
    wait_p50_seconds: float | None
    wait_p90_seconds: float | None
    is_wait_of_now: bool
    chance_in_time: float | None
    best_hour: datetime | None
    best_hour_p50_seconds: float | None
    obstacles: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Every backend's offer, the one to take if any fits, the reason, and the time of the facts (UTC)."""

    as_of: datetime | None
    options: tuple[Option, ...]
    choice: Option | None
    reason: str
    rejected: Mapping[str, str] = field(default_factory=dict)


def advise(
    warehouse: DuckDBPyConnection,
    circuit: Circuit,
    *,
    now: datetime,
    before: datetime | None = None,
    max_cost: Decimal | None = None,
) -> Advice:
    """Say where to run a circuit that is submitted now.

    Args:
        now: the time of submission (UTC).
        before: the time by which it has to start.
        max_cost: the most that it may cost, in the currency of each backend's rate.
    """
    synced_at = read_as_of(warehouse)
    as_of = synced_at.replace(tzinfo=now.tzinfo) if synced_at else None
    waits = read_usual_waits(warehouse)
    held = {key: one for is_debiased, key, one in read_held(warehouse) if is_debiased == circuit.is_debiased}
    backends = read_backends(warehouse, is_debiased=circuit.is_debiased)
    of_now = read_waits_now(warehouse, now)
    within = None if before is None else (before - now).total_seconds()
    options = tuple(_option(of_backend, waits, of_now, held, circuit, now, within) for of_backend in backends)
    rejected = {option.backend: why for option in options if (why := _why_not(option, within, max_cost))}
    return _choose(as_of, options, rejected)


def _option(
    facts: Mapping[str, Any],
    waits: Mapping[Any, Any],
    of_now: Mapping[str, Sequence[float | None]],
    held: Mapping[tuple[str, int], Held],
    circuit: Circuit,
    now: datetime,
    within: float | None,
) -> Option:
    success = expected_success(facts, circuit)
    price, is_estimated = price_of(facts, circuit)
    usual = waits.get((facts["backend"], now.isoweekday(), now.hour), (None, None))
    current = of_now.get(facts["backend"])
    p50, p90 = usual if current is None else (bound(current, 0.5), bound(current, 0.9))
    best, best_p50 = best_hour(facts["backend"], waits, now, p50)
    measured_at = facts["measured_at"]
    age = None if measured_at is None else (now - measured_at.replace(tzinfo=now.tzinfo)).total_seconds() / 3600
    came_out = None if success is None else held.get((facts["backend"], min(int(success * 10), 9)))
    low, high = (came_out and success is not None and came_out.band(success, age)) or (None, None)
    lacking = {"expected success": success, "price": price, "wait": p90}
    return Option(
        backend=facts["backend"],
        expected_success=success,
        success_low=low,
        success_high=high,
        held=came_out,
        calibration_age_hours=age,
        price=price,
        currency=facts["currency"] if price is not None else None,
        is_price_estimated=is_estimated,
        timed_bills=facts["timed_bills"] if is_estimated else 0,
        cost_per_success=(price / Decimal(success)).quantize(CENT, ROUND_HALF_UP) if price and success else None,
        wait_p50_seconds=p50,
        wait_p90_seconds=p90,
        is_wait_of_now=current is not None,
        chance_in_time=None if within is None else chance_within(current, usual, within),
        best_hour=best,
        best_hour_p50_seconds=best_p50,
        obstacles=tuple(obstacles(facts, circuit)),
        unknown=tuple(name for name, value in lacking.items() if value is None),
    )


def _why_not(option: Option, within: float | None, max_cost: Decimal | None) -> str:
    """Return why an option does not fit, or an empty text. A condition whose fact is missing is such a reason."""
    if option.obstacles:
        return ", ".join(option.obstacles)
    if max_cost is not None and option.price is None:
        return "price not known"
    if max_cost is not None and option.price is not None and option.price > max_cost:
        return f"costs {option.price} {option.currency}"
    if within is not None and option.chance_in_time is None:
        return "wait not known"
    if option.chance_in_time is not None and option.chance_in_time < _HARDLY:
        return _TOO_LATE
    if option.expected_success is None:
        return "success not known"
    return ""


def _choose(as_of: datetime | None, options: Sequence[Option], rejected: Mapping[str, str]) -> Advice:
    """Take the least cost per expected success (in time), or the greatest expected success if prices cannot decide."""
    fitting = [option for option in options if option.backend not in rejected]
    if not fitting:
        reason = "Nothing fits." if options else "The warehouse knows no QPU yet: run 'ionq-data sync'."
        return Advice(as_of, tuple(options), None, reason, rejected)
    is_urgent = fitting[0].chance_in_time is not None
    success = "expected success" + " in time" * is_urgent
    priced = [option for option in fitting if option.cost_per_success is not None]
    currencies = {option.currency for option in priced}
    if len(priced) < len(fitting) or len(currencies) > 1:
        chosen = max(fitting, key=lambda option: (option.expected_success or 0) * (option.chance_in_time or 1))
        why = "the prices are in several currencies" if len(currencies) > 1 else "not every price is known"
        reason = f"Run it on {chosen.backend}: it has the greatest {success} ({why})."
        return Advice(as_of, tuple(options), chosen, reason, rejected)
    least, _, chosen = min(
        ((_cost_in_time(option), -(option.expected_success or 0), option) for option in priced), key=lambda one: one[:2]
    )
    in_time = f", {chosen.chance_in_time or 0:.0%} likely to start in time" * is_urgent
    only = "the only backend that fits" if len(fitting) == 1 else f"the least cost per {success}"
    reason = f"Run it on {chosen.backend}: {only} ({least:,} {chosen.currency}{in_time})."
    cheaper = min(
        (
            (one.cost_per_success, one.backend, f"{one.chance_in_time or 0:.0%}")
            for one in options
            if rejected.get(one.backend, _TOO_LATE) == _TOO_LATE
            and one.currency == chosen.currency
            and one.cost_per_success
            and chosen.cost_per_success
            and one.cost_per_success < chosen.cost_per_success
        ),
        default=None,
    )
    if cheaper:
        cost, backend, chance = cheaper
        reason += f" {backend} costs less ({cost:,} {chosen.currency}), but only {chance} likely to start in time."
    return Advice(as_of, tuple(options), chosen, reason, rejected)


def _cost_in_time(option: Option) -> Decimal:
    """Return the cost of a success that comes in time: one that comes too late is worth nothing."""
    cost = option.cost_per_success or Decimal(0)
    return (cost / Decimal(option.chance_in_time or 1)).quantize(CENT, ROUND_HALF_UP)
