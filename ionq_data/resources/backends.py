"""Backends: ``GET /backends``, a snapshot of status and queue that is gone if nobody records it."""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import BOOLEAN, INSTANT, INTEGER, KEY, NUMBER, TEXT, TEXTS
from ionq_data.resources.resource import Every, Resource

STATUSES = frozenset({"available", "unavailable", "retired"})

BACKENDS = Resource(
    name="backends",
    endpoint="/backends",
    key=("backend", "_extracted_at"),
    every=Every.TEN_MINUTES,
    partition="snapshot_month",
    partition_by="_extracted_at",
    observation=True,
    authenticated=False,
    description="What each backend said of itself each time it was asked.",
    fields=(
        field("backend", KEY, required=True, description="Name, such as qpu.forte-1."),
        field("status", TEXT, known=STATUSES, description="available, unavailable or retired."),
        field("degraded", BOOLEAN, description="True if the backend runs below its usual quality."),
        field("qubits", INTEGER, description="Qubits available."),
        field("average_queue_time", NUMBER, description="Wait now, milliseconds."),
        field(
            "last_updated",
            INSTANT,
            "last_updated",
            description="When the status was last updated (UTC).",
        ),
        field("characterization_id", TEXT, description="Id of the characterization in force."),
        field("kw", NUMBER, description="Energy used by the backend, kilowatt-hours by the reference's prose."),
        field("location", TEXT, description="Where the backend stands."),
        field("supported_gates", TEXTS, description="Gates of the abstract (QIS) gate set that it takes."),
        field("supported_native_gates", TEXTS, description="Its native gates."),
        field("supported_error_mitigations", TEXTS, description="Error mitigations that it offers, such as debiasing."),
        field("noise_models", TEXTS, description="Noise models that a simulator offers; not in the reference."),
        field("has_access", BOOLEAN, description="True if the key may submit to it; not in the reference."),
    ),
)
