"""Sessions: ``GET /sessions``, times in which a backend was reserved."""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import AMOUNT, BOOLEAN, INSTANT, INTEGER, KEY, TEXT
from ionq_data.resources.resource import Every, Resource

STATUSES = frozenset({"created", "started", "ended"})

SESSIONS = Resource(
    name="sessions",
    endpoint="/sessions",
    key=("id",),
    every=Every.HOUR,
    partition="created_month",
    partition_by="created_at",
    description="Every version of every session of the organization.",
    fields=(
        field("id", KEY, required=True, description="The session's id."),
        field("created_at", INSTANT, description="When it was asked for (UTC)."),
        field("organization_id", TEXT, description="Id of the organization."),
        field("backend", TEXT, description="The backend reserved."),
        field("project_id", TEXT, description="Id of the project it is billed to."),
        field("creator_id", TEXT, description="Id of the user who created it."),
        field("started_at", INSTANT, description="When it began (UTC)."),
        field("ended_at", INSTANT, description="When it ended (UTC)."),
        field("ender_id", TEXT, description="Id of the user who ended it; null if a limit did."),
        field("active", BOOLEAN, description="True while it is open."),
        field("status", TEXT, known=STATUSES, description="created, started or ended."),
        field("settings_job_count_limit", INTEGER, "settings.job_count_limit", description="Most jobs."),
        field("settings_duration_limit_min", INTEGER, "settings.duration_limit_min", description="Longest, minutes."),
        field("settings_cost_limit_value", AMOUNT, "settings.cost_limit.value", description="Highest cost."),
        field("settings_cost_limit_unit", TEXT, "settings.cost_limit.unit", description="Unit of the highest cost."),
        field(
            "settings_expires_at",
            INSTANT,
            "settings.expires_at",
            "expires_at",
            description="When it ends at the latest (UTC).",
        ),
    ),
)
