"""A characterization as the API writes it, alone and on a page of several."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

from ionq_data.emulator.calibration_series import FIDELITIES, METRICS, TIMINGS
from ionq_data.emulator.characterizations import Characterization
from ionq_data.emulator.instants import DAY_MS, from_ms
from ionq_data.emulator.machines import MODELS
from ionq_data.emulator.scenario import Scenario


def characterization_page(shown: list[Characterization], scenario: Scenario) -> list[dict[str, Any]]:
    """Return the records of a page, newest first; a null metric has the next newer record's value."""
    written = [characterization_json(one, scenario) for one in shown]
    for newer, older in pairwise(written):
        for name in FIDELITIES:
            ours, theirs = older["fidelity"][name], newer["fidelity"][name]
            if "median" in ours and ours["median"] is None and "median" in theirs:
                ours["median"] = theirs["median"]
    return written


def characterization_json(one: Characterization, scenario: Scenario) -> dict[str, Any]:
    """Return a characterization as the API writes it: timings in seconds, `stderr` a number or null."""
    model = MODELS[one.machine]
    age_days = (scenario.anchor_ms - one.measured_ms) / DAY_MS
    statistic = "mean" if scenario.mean_fidelities and age_days > scenario.days * 0.7 else "median"
    sigmas = {metric.name: metric.sigma for metric in METRICS}
    has_errors = one.id[0] not in "abc" and age_days < scenario.days * 0.85
    # October says 0 if nothing was measured, and gives only the median for SPAM.
    unmeasured = 0 if scenario.is_october else None
    errors: dict[str, dict[str, float | None]] = {
        name: {"stderr": sigmas[name] if has_errors else unmeasured} for name in FIDELITIES
    }
    if scenario.is_october:
        errors["spam"] = {}
    return {
        "id": one.id,
        "backend": model.name,
        "date": from_ms(one.measured_ms).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "qubits": model.qubits,
        "fidelity": {name: {statistic: one.values[name], **errors[name]} for name in FIDELITIES},
        "timing": {shown: one.values[name] for name, shown in TIMINGS.items()},
        "connectivity": _all_pairs(model.qubits),
    }


@cache
def _all_pairs(qubits: int) -> list[list[int]]:
    """Return every pair: trapped ions are connected all to all."""
    return [[a, b] for a in range(qubits) for b in range(a + 1, qubits)]
