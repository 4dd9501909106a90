"""Job costs: ``GET /jobs/{id}/cost``, one request a job, asked again until the cost is settled."""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import AMOUNT, BOOLEAN, INSTANT, INTEGER, TEXT
from ionq_data.resources.resource import Every, Resource

JOB_COSTS = Resource(
    name="job_costs",
    endpoint="/jobs/{id}/cost",
    key=("job_id",),
    every=Every.HOUR,
    partition="submitted_month",
    partition_by="submitted_at",
    description="Every answer about a job's cost that differs from the one before.",
    fields=(
        field("job_id", TEXT, (), required=True, description="The job's id."),
        field("submitted_at", INSTANT, (), description="When the job was submitted (UTC), from the job."),
        field("dry_run", BOOLEAN, description="True if nothing was executed or billed."),
        field("estimated_cost_value", AMOUNT, "estimated_cost.value", description="Estimated cost."),
        field("estimated_cost_unit", TEXT, "estimated_cost.unit", description="Unit of the estimate, such as usd."),
        field("cost_value", AMOUNT, "cost.value", description="Billed cost; null until there is one."),
        field("cost_unit", TEXT, "cost.unit", description="Unit of the cost, such as usd."),
        field("is_settled", BOOLEAN, (), description="True once the cost counts as final."),
        field("first_answered_at", INSTANT, (), description="When this answer was first given (UTC)."),
        field("attempts", INTEGER, (), description="Refusals in a row; 0 where the API answered."),
        field("http_status", INTEGER, (), description="Status of the answer: 200, or 403 or 404 for a refusal."),
        field("reason", TEXT, (), description="Why there is no cost, where the API refused."),
        field("answer_hash", TEXT, (), description="Hash of the answer alone, to see whether two answers agree."),
    ),
)
