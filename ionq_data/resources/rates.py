"""Rates: ``GET /jobs/estimate``, the prices in force for a backend when asked.

Three shapes fill the same columns: ``input_values`` and ``rate_information`` (May 2026), the same with a price of
compute time (``qct_cost_cents``), and ``estimate_context`` and ``rate_card`` (October 2026, times in milliseconds).
"""

from __future__ import annotations

from typing import Any

from ionq_data.resources.fields import Field, field
from ionq_data.resources.kinds import (
    AMOUNT,
    BOOLEAN,
    INSTANT,
    INTEGER,
    KEY,
    NUMBER,
    TEXT,
    UNIT_PRICE,
    Convert,
    Json,
    objects,
)
from ionq_data.resources.resource import Every, Resource

ESTIMATED_CIRCUIT: dict[str, str | int] = {"qubits": 10, "shots": 1000, "1q_gates": 100, "2q_gates": 50}
"""The circuit of every estimate; it never changes, so estimates can be compared."""

_ENTRIES = objects(
    "a list of rates",
    {
        "sku": TEXT,
        "unit": TEXT,
        "unit_cost": UNIT_PRICE,
        "cost_1q_gate": UNIT_PRICE,
        "cost_2q_gate": UNIT_PRICE,
        "job_cost_minimum": UNIT_PRICE,
    },
)


def _price(unit: str, member: str) -> Convert:
    """Read a price from the card's entries of a unit; entries that disagree give no price."""

    def convert(entries: Json) -> Any:
        if not isinstance(entries, list):
            raise ValueError
        said = [entry.get(member) for entry in entries if isinstance(entry, dict) and entry.get("unit") == unit]
        prices = {UNIT_PRICE.convert(price) for price in said if price is not None}
        if len(prices) > 1:
            raise ValueError
        return prices.pop() if prices else None

    return convert


def _asked(name: str, kind: Any, meaning: str, *, required: bool = False, column: str = "") -> Field:
    """Describe a value of the request."""
    places = (f"input_values.{name}", f"estimate_context.{name}")
    return field(column or f"input_values_{name}", kind, *places, required=required, description=meaning)


def _gate_price(name: str, meaning: str) -> Field:
    places = (f"rate_information.{name}", f"rate_card.{name}", ("rate_card.rates", _price("gates", name)))
    return field(f"rate_information_{name}", UNIT_PRICE, *places, description=meaning)


RATES = Resource(
    name="rates",
    endpoint="/jobs/estimate",
    key=("backend", "error_mitigation", "_extracted_at"),
    every=Every.HOUR,
    observation=True,
    description="The prices of each backend, with and without error mitigation, each time they were asked for.",
    fields=(
        _asked("backend", KEY, "The backend asked about.", required=True, column="backend"),
        _asked(
            "error_mitigation",
            BOOLEAN,
            "True for the prices with error mitigation.",
            required=True,
            column="error_mitigation",
        ),
        _asked("type", TEXT, "Kind of job asked about."),
        _asked("qubits", INTEGER, "Qubits asked about."),
        _asked("shots", INTEGER, "Shots asked about."),
        _asked("1q_gates", INTEGER, "One-qubit gates asked about."),
        _asked("2q_gates", INTEGER, "Two-qubit gates asked about."),
        field("estimate_context_project", TEXT, "estimate_context.project", description="Project the prices hold for."),
        field("estimated_at", INSTANT, description="When the estimate was made (UTC)."),
        field("cost_unit", TEXT, "cost_unit", "estimated_unit", description="Unit of the prices, such as usd."),
        _gate_price("job_cost_minimum", "Least price of a job."),
        _gate_price("cost_1q_gate", "Price of a one-qubit gate, per shot."),
        _gate_price("cost_2q_gate", "Price of a two-qubit gate, per shot."),
        field(
            "rate_information_organization",
            TEXT,
            "rate_information.organization",
            "rate_card.organization",
            "estimate_context.organization",
            description="Id of the organization the prices hold for.",
        ),
        field(
            "rate_information_rate_type", TEXT, "rate_information.rate_type", description="What is priced, such as qct."
        ),
        field(
            "rate_information_qct_cost_cents",
            UNIT_PRICE,
            "rate_information.qct_cost_cents",
            description="Price of a second of compute time, hundredths of cost_unit.",
        ),
        field(
            "rate_card_id", TEXT, "rate_card.id", description="Id of the rate card; with it, times are milliseconds."
        ),
        field("rate_card_rates", _ENTRIES, "rate_card.rates", description="The entries of the rate card."),
        field(
            "rate_card_unit_cost",
            UNIT_PRICE,
            ("rate_card.rates", _price("compute_second", "unit_cost")),
            description="Price of a second of compute time, in cost_unit.",
        ),
        field("estimated_cost", AMOUNT, "estimated_cost", "estimated_total_cost", description="Cost of the circuit."),
        field("estimated_quantum_compute_time_us", INTEGER, description="Compute time of the circuit, microseconds."),
        field(
            "estimated_execution_time",
            NUMBER,
            description="Execution time of the circuit: milliseconds with a rate_card_id, else seconds.",
        ),
        field(
            "current_predicted_queue_time",
            NUMBER,
            description="Predicted queue time now: milliseconds with a rate_card_id, else seconds.",
        ),
    ),
)
