"""Job results: ``GET /jobs/{id}/results/probabilities`` and those of its variants; only when asked for."""

from ionq_data.resources.fields import INSTANT, INTEGER, TEXT, field
from ionq_data.resources.resource import Resource

PROBABILITIES = "probabilities"
VARIANT_KINDS = ("probabilities", "histogram")

JOB_RESULTS = Resource(
    name="job_results",
    endpoint="/jobs/{id}/results/probabilities",
    key=("job_id", "variant_id", "kind"),
    partition="submitted_month",
    partition_by="submitted_at",
    description="Measured distributions, one row a job (variant_id empty) and one a variant and kind.",
    fields=(
        field("job_id", TEXT, (), required=True, description="The job's id."),
        field("variant_id", TEXT, (), required=True, description="The variant's id; empty for the job as a whole."),
        field("kind", TEXT, (), required=True, description="probabilities or histogram."),
        field("submitted_at", INSTANT, (), description="When the job was submitted (UTC), from the job."),
        field("outcomes", INTEGER, (), description="States in the distribution; `_raw` has them."),
        field("http_status", INTEGER, (), description="Status of the answer: 200, or why there is no result."),
    ),
)
