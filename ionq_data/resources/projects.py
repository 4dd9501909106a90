"""Projects: ``GET /projects``, for the quotas of projects. No reference describes it, and it may not answer."""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import KEY, LENIENT_AMOUNT, TEXT
from ionq_data.resources.resource import Every, Resource

PROJECTS = Resource(
    name="projects",
    endpoint="/projects",
    key=("id",),
    every=Every.DAY,
    deletable=True,
    description="Every version of every project that the key may see; a quota is a budget.",
    fields=(
        field("id", KEY, required=True, description="The project's id."),
        field("name", TEXT, description="What the project is called."),
        field("organization_id", TEXT, description="Id of the organization."),
        field("quotaUsage", LENIENT_AMOUNT, description="What has been used of the quota, in unit."),
        field("quotaLimit", LENIENT_AMOUNT, description="The quota, in unit; null if there is none."),
        field("unit", TEXT, description="Unit of the quota, such as usd or credit."),
    ),
)
