"""What the warehouse knows of each backend, and what follows for a circuit: obstacles, expected success and price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from duckdb import DuckDBPyConnection

CENT = Decimal("0.01")
_AS_OF = "select max(last_complete_sync_at) from data_freshness where resource = 'jobs'"
_FACTS = """
    with rates as (
        select * from rates_in_force where is_debiased = $is_debiased
        qualify row_number() over (partition by backend order by observed_at desc, organization) = 1
    ),
    calibrations as (
        select * from fct_characterizations where is_plausible and measured_at is not null
        qualify row_number() over (
            partition by backend
            -- a calibration that lacks a fidelity says less than the one before it
            order by fidelity_1q + fidelity_2q + fidelity_spam is null, measured_at desc, characterization_id desc
        ) = 1
    ),
    -- gates run in parallel, and a bill leaves some of an execution out: take the share of the gates' summed times
    -- that was billed
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
    -- a backend's own median is used only where it clearly differs: a difference by chance says less than the median
    -- of all backends
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
_HELD = """
    select
        is_debiased, backend, expected_from,
        jobs, observed, low, high, shift, margin_of_a_job, calibration_age_hours
    from success_calibration
"""


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
    """The outcomes of a backend's jobs whose expected success lies in the same tenth (``success_calibration``).

    Attributes:
        jobs: the number of jobs that were compared with the same circuits on the ideal simulator.
        observed: their mean observed success.
        low, high: 95 % interval of that mean; None for a single job.
        shift: mean of the observed success minus the expected success.
        margin_of_a_job: how far the success of one more such job lies from its expected success plus `shift` at most,
            with a confidence of 95 %; None for a single job.
        calibration_age_hours: mean age of the calibrations that these jobs ran on.
    """

    jobs: int
    observed: float
    low: float | None
    high: float | None
    shift: float
    margin_of_a_job: float | None
    calibration_age_hours: float | None

    def band(self, success: float, age_hours: float | None) -> tuple[float, float] | None:
        """Return the 95 % band of a job's success from its expected success, by the rule of ``fct_jobs``."""
        if self.margin_of_a_job is None:
            return None
        age, usual = age_hours or 0, self.calibration_age_hours or 0
        margin = self.margin_of_a_job * ((age / usual) ** 0.5 if age > usual > 0 else 1)
        return max(success + self.shift - margin, 0.0), min(success + self.shift + margin, 1.0)


def read_as_of(warehouse: DuckDBPyConnection) -> datetime | None:
    """Return the time (UTC, without a zone) of the last complete sync of jobs."""
    row = warehouse.execute(_AS_OF).fetchone()
    return row[0] if row else None


def read_backends(warehouse: DuckDBPyConnection, *, is_debiased: bool) -> list[dict[str, Any]]:
    """Return the state, the calibration and the rate in force of each listed QPU, ordered by name."""
    cursor = warehouse.execute(_FACTS, {"is_debiased": is_debiased})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def read_held(warehouse: DuckDBPyConnection) -> list[tuple[bool, tuple[str, int], Held]]:
    """Return the outcomes so far: whether with debiasing, (backend, tenth of expected success), and what came out."""
    names = [one.name for one in fields(Held)]
    return [
        (is_debiased, (backend, round(expected_from * 10)), Held(**dict(zip(names, values, strict=True))))
        for is_debiased, backend, expected_from, *values in warehouse.execute(_HELD).fetchall()
    ]


def obstacles(facts: Mapping[str, Any], circuit: Circuit) -> list[str]:
    """Return why a circuit cannot run on a backend, a few words each; an empty list if it can."""
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


def expected_success(facts: Mapping[str, Any], circuit: Circuit) -> float | None:
    """Return the probability that a shot has no error, by the calibration; None without all of its fidelities."""
    fidelities = [facts[name] for name in ("fidelity_1q", "fidelity_2q", "fidelity_spam")]
    if any(value is None for value in fidelities):
        return None
    of_1q, of_2q, of_spam = fidelities
    return float(of_1q**circuit.gates_1q * of_2q**circuit.gates_2q * of_spam**circuit.qubits)


def price_of(facts: Mapping[str, Any], circuit: Circuit) -> tuple[Decimal | None, bool]:
    """Return the price by the rate in force, and whether it rests on an estimate of the compute time."""
    of_1q, of_2q, of_second = (
        facts[name] for name in ("cost_per_1q_gate_shot", "cost_per_2q_gate_shot", "cost_per_compute_second")
    )
    if of_1q is not None and of_2q is not None:
        exact = max(
            facts["minimum_cost"] or Decimal(0), circuit.shots * (circuit.gates_1q * of_1q + circuit.gates_2q * of_2q)
        )
        return exact.quantize(CENT, ROUND_HALF_UP), False
    times = [facts[name] for name in ("gate_1q_seconds", "gate_2q_seconds", "readout_seconds", "reset_seconds")]
    if of_second is None or any(value is None for value in times):
        return None, False
    of_gate_1q, of_gate_2q, readout, reset = times
    seconds = circuit.shots * (circuit.gates_1q * of_gate_1q + circuit.gates_2q * of_gate_2q + readout + reset)
    return (of_second * Decimal(seconds * facts["billed_share"])).quantize(CENT, ROUND_HALF_UP), True
