"""Where to run: a calculator in the page, over the facts of `ionq-data plan`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

from ionq_data.placement import read_backends, read_held
from ionq_data.report.blocks import Calculator, Section

_HOURS_OF_A_WEEK = 168
_RATE = {
    "gate_1q": "cost_per_1q_gate_shot",
    "gate_2q": "cost_per_2q_gate_shot",
    "second": "cost_per_compute_second",
    "minimum": "minimum_cost",
}
_OF_A_BACKEND = (
    "backend",
    "status",
    "has_access",
    "qubits",
    "supported_error_mitigations",
    "fidelity_1q",
    "fidelity_2q",
    "fidelity_spam",
    "gate_1q_seconds",
    "gate_2q_seconds",
    "readout_seconds",
    "reset_seconds",
)
_OF_HELD = ("jobs", "observed", "shift", "margin_of_a_job", "calibration_age_hours")


def where(connection: duckdb.DuckDBPyConnection) -> Section:
    """Build the section from the marts."""
    plain, debiased = (read_backends(connection, is_debiased=is_debiased) for is_debiased in (False, True))
    waits = dict.fromkeys((facts["backend"] for facts in plain), ([None] * _HOURS_OF_A_WEEK,) * 2)
    for backend in waits:
        hours = connection.execute(
            "select iso_weekday, hour, p50_seconds, p90_seconds from queue_forecast where backend = ?", [backend]
        ).fetchall()
        known = {(day - 1) * 24 + hour: bounds for day, hour, *bounds in hours}
        waits[backend] = tuple([known.get(n, (None, None))[at] for n in range(_HOURS_OF_A_WEEK)] for at in (0, 1))  # type: ignore[assignment]
    held: dict[str, dict[str, list[dict[str, Any] | None]]] = {
        backend: {"plain": [None] * 10, "debiased": [None] * 10} for backend in waits
    }
    for is_debiased, (backend, tenth), one in read_held(connection):
        if backend in held:
            held[backend]["debiased" if is_debiased else "plain"][tenth] = {
                name: getattr(one, name) for name in _OF_HELD
            }
    return Section(
        name="where",
        title="Where to run",
        lead="Enter a circuit's native gates. The table says for each QPU how likely a shot is to have no error, what "
        "the job costs at the rate in force, and how long it waits at this hour of the week. ionq-data plan "
        "gives the same figures, and uses the current queue if it is known.",
        calculator=Calculator(
            backends=[
                {name: of_plain[name] for name in _OF_A_BACKEND}
                | {"rates": {"plain": _rate(of_plain), "debiased": _rate(of_debiased)}}
                | {"held": held[of_plain["backend"]], "measured_at": _text(of_plain["measured_at"])}
                | dict(zip(("p50_seconds", "p90_seconds"), waits[of_plain["backend"]], strict=True))
                for of_plain, of_debiased in zip(plain, debiased, strict=True)
            ]
        ),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat()}Z"


def _rate(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a rate with its prices as texts, which keep all digits; None if no rate is known."""
    if facts["rate_observed_at"] is None:
        return None
    prices = {name: None if facts[column] is None else f"{facts[column]:f}" for name, column in _RATE.items()}
    return prices | {"currency": facts["currency"], "billed_share": facts["billed_share"]}
