"""Job results: the artifacts of a job's results, variants and compilation. They are copied only on request.

A job of October 2026 names artifacts by id, from ``/jobs/{id}/artifacts/{id}``; an older one has its probabilities
under ``/jobs/{id}/results/probabilities``, and those of a variant under ``/jobs/{id}/variants/{id}/results/{kind}``.
"""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import INSTANT, INTEGER, TEXT
from ionq_data.resources.resource import Every, Resource

JOB_RESULTS = Resource(
    name="job_results",
    endpoint="/jobs/{id}/results/probabilities",
    key=("job_id", "artifact"),
    every=Every.ON_REQUEST,
    older_key={"artifact": ("variant_id", "kind")},
    partition="submitted_month",
    partition_by="submitted_at",
    description="Measured distributions and compiled circuits, one row a job and artifact.",
    fields=(
        field("job_id", TEXT, (), required=True, description="The job's id."),
        field(
            "artifact",
            TEXT,
            (),
            required=True,
            description="The artifact's id; probabilities, or variant/kind, where the job names none.",
        ),
        field("format", TEXT, (), description="Format, such as ionq.result.histogram.json.v2; null if none is named."),
        field("media_type", TEXT, (), description="Media type, such as application/json."),
        field("source", TEXT, (), description="The job's member that names the artifact, such as results."),
        field("variant_id", TEXT, (), description="The variant's id; empty for the job as a whole."),
        field("kind", TEXT, (), description="probabilities, histogram, shots, compiled_circuit and so on."),
        field("submitted_at", INSTANT, (), description="When the job was submitted (UTC), from the job."),
        field("outcomes", INTEGER, (), description="States in the distribution; `_raw` has them."),
        field("http_status", INTEGER, (), description="Status of the answer: 200, or why there is no result."),
    ),
)
