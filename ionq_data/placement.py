"""Where to run a circuit: each backend's expected success, price and wait, from the published warehouse alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Any

from duckdb import DuckDBPyConnection

_FACTS = """
    with rates as (
        select * from rates_in_force where is_debiased = $is_debiased
        qualify row_number() over (partition by backend order by observed_at desc, organization) = 1
    ),
    calibrations as (
        select * from fct_characterizations where is_plausible and measured_at is not null
        qualify row_number() over (
            partition by backend
            -- one that lacks a fidelity says less than the one before it
            order by fidelity_1q + fidelity_2q + fidelity_spam is null, measured_at desc, characterization_id desc
        ) = 1
    ),
    -- gates run in parallel and not all of an execution is billed: what was billed of the gates' times, one by one
    timed as (
        select
            jobs.backend, jobs.submitted_at, jobs.billed_qpu_seconds / nullif(jobs.shots * (
                jobs.gates_1q * measured.gate_1q_seconds + jobs.gates_2q * measured.gate_2q_seconds
                + measured.readout_seconds + measured.reset_seconds
            ), 0) as share
        from fct_jobs as jobs
        inner join fct_characterizations as measured on measured.characterization_id = jobs.characterization_id
        where jobs.status = 'completed' and jobs.billed_qpu_seconds > 0 and jobs.is_debiased = $is_debiased
            and jobs.circuits = 1
    ),
    recent as (
        select * from timed where submitted_at >= (select max(submitted_at) from timed) - interval 90 day
    ),
    pooled as (select count(share) as bills, median(share) as share from recent having count(share) >= 5),
    -- what differs by chance is not told from what is the same: the median of all tells the two apart better
    billed as (
        select
            backends.backend,
            if(own.is_apart, own.bills, pooled.bills) as timed_bills,
            if(own.is_apart, own.share, pooled.share) as billed_share
        from dim_backends as backends
        cross join pooled
        left join (
            select
                backend, count(share) as bills, median(share) as share,
                count(share) >= 30 and abs(median(share) / (select share from pooled) - 1) > 0.1 as is_apart
            from recent group by backend
        ) as own on own.backend = backends.backend
    )
    select
        backends.backend, backends.status, backends.has_access, backends.qubits,
        backends.supported_error_mitigations, calibrations.measured_at,
        calibrations.fidelity_1q, calibrations.fidelity_2q, calibrations.fidelity_spam,
        calibrations.gate_1q_seconds, calibrations.gate_2q_seconds,
        calibrations.readout_seconds, calibrations.reset_seconds,
        rates.currency, rates.minimum_cost, rates.cost_per_1q_gate_shot, rates.cost_per_2q_gate_shot,
        rates.cost_per_compute_second, rates.observed_at as rate_observed_at,
        coalesce(billed.timed_bills, 0) as timed_bills, coalesce(billed.billed_share, 1) as billed_share
    from dim_backends as backends
    left join calibrations on calibrations.backend = backends.backend
    left join rates on rates.backend = backends.backend
    left join billed on billed.backend = backends.backend
    where backends.is_qpu and backends.is_listed and backends.status is distinct from 'retired'
    order by backends.backend
"""
_WAITS = "select backend, iso_weekday, hour, p50_seconds, p90_seconds from queue_forecast"
# The API tells the length of its queue, not how long a job waits in it: what followed when it told about as much says
# that, lengthened as the queue is longer now. What a job of the last day met may not be known yet.
_WAITS_NOW = """
    with told as (
        select backend, observed_at, average_queue_seconds as seconds from fct_backend_snapshots
        where average_queue_seconds is not null and observed_at between $now - interval 91 day and $now
    ),
    current as (
        select backend, max(observed_at) as observed_at, arg_max(seconds, observed_at) as seconds
        from told group by backend
    ),
    jobs as (
        select
            jobs.backend, jobs.job_id, jobs.submitted_at, jobs.queue_seconds,
            if(told.observed_at >= jobs.submitted_at - interval 1 hour, told.seconds, jobs.predicted_queue_seconds)
                as told
        from fct_jobs as jobs
        asof left join told on told.backend = jobs.backend and told.observed_at <= jobs.submitted_at
        where jobs.submitted_at between $now - interval 90 day and $now - interval 1 day
            and jobs.job_id = jobs.root_job_id and not jobs.dry_run and not jobs.is_in_session and not jobs.is_deleted
            and (jobs.queue_seconds is not null or not jobs.is_terminal)
    ),
    alike as (
        select
            jobs.backend, jobs.queue_seconds, count(*) over (partition by jobs.backend) as jobs,
            (current.seconds + 60) / (jobs.told + 60) as times_as_long,
            row_number() over (
                partition by jobs.backend
                order by abs(ln((jobs.told + 60) / (current.seconds + 60))), jobs.submitted_at, jobs.job_id
            ) as place
        from jobs
        inner join current on current.backend = jobs.backend and current.observed_at >= $now - interval 1 hour
        where jobs.told is not null
    ),
    waits as (
        select
            backend,
            if(queue_seconds is not null, greatest((queue_seconds + 60) * times_as_long - 60, 0), null) as seconds
        from alike
        where place <= least(greatest(jobs // 4, 60), 200)
    )
    select backend, array_agg(seconds order by seconds asc nulls last) from waits group by backend having count(*) >= 20
"""
_HELD = """
    select
        is_debiased, backend, expected_from,
        jobs, observed, low, high, shift, margin_of_a_job, calibration_age_hours
    from success_calibration
"""
_AS_OF = "select max(last_complete_sync_at) from data_freshness where resource = 'jobs'"
_CENT = Decimal("0.01")
_HOUR = timedelta(hours=1)
_TOO_LATE = "probably too late"
_EVEN = 0.5
"""A backend that starts in time with less than this chance does not fit."""


@dataclass(frozen=True, kw_only=True)
class Circuit:
    """The work to run: qubits and native gates of one circuit, and the number of shots."""

    qubits: int
    gates_1q: int
    gates_2q: int
    shots: int
    is_debiased: bool = False


@dataclass(frozen=True, kw_only=True)
class Held:
    """What came out of the jobs of a backend whose expected success lies in the same tenth (``success_calibration``).

    Attributes:
        jobs: how many were compared with their ideal siblings.
        observed: their mean observed success.
        low, high: 95 % interval of that mean; None of a single job.
        shift: mean of what came out less what was expected.
        margin_of_a_job: how far one more such job comes out from its expected success plus `shift`, with a confidence
            of 95 %; None of a single job.
        calibration_age_hours: mean age of the calibrations that they ran on.
    """

    jobs: int
    observed: float
    low: float | None
    high: float | None
    shift: float
    margin_of_a_job: float | None
    calibration_age_hours: float | None

    def band(self, success: float, age_hours: float | None) -> tuple[float, float] | None:
        """Return where a job with such an expected success comes out, by the rule of ``fct_jobs``."""
        if self.margin_of_a_job is None:
            return None
        age, usual = age_hours or 0, self.calibration_age_hours or 0
        margin = self.margin_of_a_job * ((age / usual) ** 0.5 if age > usual > 0 else 1)
        return max(success + self.shift - margin, 0.0), min(success + self.shift + margin, 1.0)


@dataclass(frozen=True, kw_only=True)
class Option:
    """The offer of one backend for a circuit.

    Attributes:
        expected_success: probability that a shot has no error, from the calibration in force; an estimate.
        success_low, success_high: where such a job comes out with a confidence of 95 %, the wider the older its
            calibration; None if too little was compared.
        held: how well such an expected success has held so far; None if no job of the kind was compared.
        calibration_age_hours: age of that calibration.
        price: cost of the job by the rate in force, rounded to the cent, in `currency`.
        is_price_estimated: the backend bills compute time, which is estimated from the calibration's gate times, and
            from how much of such times it has billed so far.
        timed_bills: jobs of the last 90 days with bills that such an estimate goes by: of every backend that bills
            compute time, or of this one where 30 are more than a tenth off the others; with fewer than five, all of the
            gates' times is taken to be billed.
        cost_per_success: price divided by the expected success.
        wait_p50_seconds, wait_p90_seconds: what half, and nine of ten, of jobs that are submitted now do not exceed: of
            the jobs of the last 90 days at whose submission the API told a queue most like the one that it told in the
            last hour (a quarter of them, at least 60, at most 200), each wait as many times as long as that queue is;
            what it told is its average queue of the hour before, or else its prediction for the job. Where it told
            none, or fewer than 20 jobs are known, bounds of such an hour of the week (see `queue_forecast`).
        is_wait_of_now: whether they are of the first kind.
        chance_in_time: share of these jobs that start before the time asked for; of the second kind, the share that the
            bounds promise: 0.9, 0.5 or 0. None if no time was asked for, or no wait is known.
        best_hour: full hour (UTC) of the week ahead with the least median wait, where that is less than now.
        best_hour_p50_seconds: that wait.
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
    """Every backend's offer, the one to take if any fits, why, and of when the facts are (UTC)."""

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
        before: until when it has to start.
        max_cost: the most that it may cost, in the currency of each backend's rate.
    """
    row = warehouse.execute(_AS_OF).fetchone()
    as_of = row[0].replace(tzinfo=now.tzinfo) if row and row[0] else None
    waits = {(backend, day, hour): (p50, p90) for backend, day, hour, p50, p90 in warehouse.execute(_WAITS).fetchall()}
    held = {key: one for is_debiased, key, one in read_held(warehouse) if is_debiased == circuit.is_debiased}
    backends = read_backends(warehouse, is_debiased=circuit.is_debiased)
    of_now = _waits_now(warehouse, now)
    within = None if before is None else (before - now).total_seconds()
    options = tuple(_option(of_backend, waits, of_now, held, circuit, now, within) for of_backend in backends)
    rejected = {option.backend: why for option in options if (why := _why_not(option, within, max_cost))}
    return _choose(as_of, options, rejected)


def read_backends(warehouse: DuckDBPyConnection, *, is_debiased: bool) -> list[dict[str, Any]]:
    """Return what is known of each listed QPU, in their order by name: state, calibration and rate in force."""
    cursor = warehouse.execute(_FACTS, {"is_debiased": is_debiased})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def read_held(warehouse: DuckDBPyConnection) -> list[tuple[bool, tuple[str, int], Held]]:
    """Return what came out so far: with debiasing or not, of which backend and tenth of expected success."""
    names = [one.name for one in fields(Held)]
    return [
        (is_debiased, (backend, round(expected_from * 10)), Held(**dict(zip(names, values, strict=True))))
        for is_debiased, backend, expected_from, *values in warehouse.execute(_HELD).fetchall()
    ]


def _waits_now(warehouse: DuckDBPyConnection, now: datetime) -> dict[str, list[float | None]]:
    """Return waits (seconds) by the queue that each backend has now, shortest first; None has not ended."""
    return dict(warehouse.execute(_WAITS_NOW, {"now": now.astimezone(UTC).replace(tzinfo=None)}).fetchall())


def _bound(waits: Sequence[float | None], share: float) -> float | None:
    """Return what a share of waits does not exceed: one more is at most the k-th of n with a chance of k / (n + 1)."""
    return waits[ceil(share * (len(waits) + 1)) - 1]


def _chance(waits: Sequence[float | None] | None, usual: Sequence[float | None], within: float) -> float | None:
    """Return the chance that a job starts within some seconds, by waits or else by bounds of the usual wait."""
    if waits is not None:
        return sum(wait is not None and wait <= within for wait in waits) / (len(waits) + 1)
    promised = [share for bound, share in zip(usual, (0.5, 0.9), strict=True) if bound is not None and bound <= within]
    return None if all(bound is None for bound in usual) else max(promised, default=0.0)


def _option(
    facts: Mapping[str, Any],
    waits: Mapping[Any, Any],
    of_now: Mapping[str, Sequence[float | None]],
    held: Mapping[tuple[str, int], Held],
    circuit: Circuit,
    now: datetime,
    within: float | None,
) -> Option:
    success = _expected_success(facts, circuit)
    price, is_estimated = _price(facts, circuit)
    usual = waits.get((facts["backend"], now.isoweekday(), now.hour), (None, None))
    current = of_now.get(facts["backend"])
    p50, p90 = usual if current is None else (_bound(current, 0.5), _bound(current, 0.9))
    best, best_p50 = _best_hour(facts["backend"], waits, now, p50)
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
        cost_per_success=(price / Decimal(success)).quantize(_CENT, ROUND_HALF_UP) if price and success else None,
        wait_p50_seconds=p50,
        wait_p90_seconds=p90,
        is_wait_of_now=current is not None,
        chance_in_time=None if within is None else _chance(current, usual, within),
        best_hour=best,
        best_hour_p50_seconds=best_p50,
        obstacles=tuple(_obstacles(facts, circuit)),
        unknown=tuple(name for name, value in lacking.items() if value is None),
    )


def _obstacles(facts: Mapping[str, Any], circuit: Circuit) -> list[str]:
    found = []
    if facts["status"] != "available":
        found.append(facts["status"] or "status not known")
    if facts["has_access"] is False:
        found.append("no access with this key")
    if facts["qubits"] is not None and facts["qubits"] < circuit.qubits:
        found.append(f"only {facts['qubits']} qubits")
    mitigations = facts["supported_error_mitigations"]
    if circuit.is_debiased and mitigations is not None and "debias" not in mitigations:
        found.append("no debiasing")
    return found


def _expected_success(facts: Mapping[str, Any], circuit: Circuit) -> float | None:
    fidelities = [facts[name] for name in ("fidelity_1q", "fidelity_2q", "fidelity_spam")]
    if any(value is None for value in fidelities):
        return None
    of_1q, of_2q, of_spam = fidelities
    return float(of_1q**circuit.gates_1q * of_2q**circuit.gates_2q * of_spam**circuit.qubits)


def _price(facts: Mapping[str, Any], circuit: Circuit) -> tuple[Decimal | None, bool]:
    """Return the price by the rate in force, and whether a compute time had to be estimated for it."""
    of_1q, of_2q, of_second = (
        facts[name] for name in ("cost_per_1q_gate_shot", "cost_per_2q_gate_shot", "cost_per_compute_second")
    )
    if of_1q is not None and of_2q is not None:
        exact = max(
            facts["minimum_cost"] or Decimal(0), circuit.shots * (circuit.gates_1q * of_1q + circuit.gates_2q * of_2q)
        )
        return exact.quantize(_CENT, ROUND_HALF_UP), False
    times = [facts[name] for name in ("gate_1q_seconds", "gate_2q_seconds", "readout_seconds", "reset_seconds")]
    if of_second is None or any(value is None for value in times):
        return None, False
    of_gate_1q, of_gate_2q, readout, reset = times
    seconds = circuit.shots * (circuit.gates_1q * of_gate_1q + circuit.gates_2q * of_gate_2q + readout + reset)
    return (of_second * Decimal(seconds * facts["billed_share"])).quantize(_CENT, ROUND_HALF_UP), True


def _best_hour(
    backend: str, waits: Mapping[Any, Any], now: datetime, p50_now: float | None
) -> tuple[datetime | None, float | None]:
    """Return the first hour of the week ahead with the least bound of the median wait, where it is less than now's."""
    next_hour = now.replace(minute=0, second=0, microsecond=0) + _HOUR
    hours = [next_hour + n * _HOUR for n in range(167)]
    known = [
        (p50, at) for at in hours if (p50 := waits.get((backend, at.isoweekday(), at.hour), (None,))[0]) is not None
    ]
    least = min(known, default=None)
    if least is None or (p50_now is not None and least[0] >= p50_now):
        return None, None
    return least[1], least[0]


def _why_not(option: Option, within: float | None, max_cost: Decimal | None) -> str:
    """Return why an option is out of the question; where a fact is missing that a condition needs, that is why."""
    if option.obstacles:
        return ", ".join(option.obstacles)
    if max_cost is not None and option.price is None:
        return "price not known"
    if max_cost is not None and option.price is not None and option.price > max_cost:
        return f"costs {option.price} {option.currency}"
    if within is not None and option.chance_in_time is None:
        return "wait not known"
    if option.chance_in_time is not None and option.chance_in_time < _EVEN:
        return _TOO_LATE
    if option.expected_success is None:
        return "success not known"
    return ""


def _choose(as_of: datetime | None, options: Sequence[Option], rejected: Mapping[str, str]) -> Advice:
    """Take the least cost per expected success (in time); where no price tells, the greatest expected success."""
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
    """Return the cost of a success that comes in time, since one that comes too late is worth nothing."""
    cost = option.cost_per_success or Decimal(0)
    return (cost / Decimal(option.chance_in_time or 1)).quantize(_CENT, ROUND_HALF_UP)
