"""Rates: ``GET /jobs/estimate``, the prices in force for a backend when asked.

The live API says ``rate_card``, ``estimated_total_cost`` and ``estimated_unit`` where the reference says
``rate_information``, ``estimated_cost`` and ``cost_unit``.
"""

from ionq_data.resources.fields import AMOUNT, BOOLEAN, INSTANT, INTEGER, KEY, NUMBER, TEXT, UNIT_PRICE, field
from ionq_data.resources.resource import Resource

ESTIMATED_CIRCUIT: dict[str, str | int] = {"qubits": 10, "shots": 1000, "1q_gates": 100, "2q_gates": 50}
"""The circuit that each estimate is asked for, the same at all times so that estimates can be compared."""

RATES = Resource(
    name="rates",
    endpoint="/jobs/estimate",
    key=("backend", "error_mitigation", "_extracted_at"),
    observation=True,
    description="The prices of each backend, with and without error mitigation, each time they were asked for.",
    fields=(
        field("backend", KEY, "input_values.backend", required=True, description="The backend asked about."),
        field(
            "error_mitigation",
            BOOLEAN,
            "input_values.error_mitigation",
            required=True,
            description="True for the prices with error mitigation.",
        ),
        field("input_values_type", TEXT, "input_values.type", description="Kind of job asked about."),
        field("input_values_qubits", INTEGER, "input_values.qubits", description="Qubits asked about."),
        field("input_values_shots", INTEGER, "input_values.shots", description="Shots asked about."),
        field("input_values_1q_gates", INTEGER, "input_values.1q_gates", description="One-qubit gates asked about."),
        field("input_values_2q_gates", INTEGER, "input_values.2q_gates", description="Two-qubit gates asked about."),
        field("estimated_at", INSTANT, description="When the estimate was made (UTC)."),
        field("cost_unit", TEXT, "cost_unit", "estimated_unit", description="Unit of the prices, such as usd."),
        field(
            "rate_information_job_cost_minimum",
            UNIT_PRICE,
            "rate_information.job_cost_minimum",
            "rate_card.job_cost_minimum",
            description="Least price of a job.",
        ),
        field(
            "rate_information_cost_1q_gate",
            UNIT_PRICE,
            "rate_information.cost_1q_gate",
            "rate_card.cost_1q_gate",
            description="Price of a one-qubit gate, per shot.",
        ),
        field(
            "rate_information_cost_2q_gate",
            UNIT_PRICE,
            "rate_information.cost_2q_gate",
            "rate_card.cost_2q_gate",
            description="Price of a two-qubit gate, per shot.",
        ),
        field(
            "rate_information_organization",
            TEXT,
            "rate_information.organization",
            "rate_card.organization",
            description="Id of the organization the prices hold for.",
        ),
        field("estimated_cost", AMOUNT, "estimated_cost", "estimated_total_cost", description="Cost of the circuit."),
        field("estimated_execution_time", NUMBER, description="Execution time of the circuit, as the API says it."),
        field("current_predicted_queue_time", NUMBER, description="Predicted queue time now, as the API says it."),
    ),
)
