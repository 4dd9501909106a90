"""What the API calls a record, one file per resource, and the registry of them all.

A newcomer who adds a resource writes its file, its rule in ``ionq_data/sync`` and one line here.
"""

from ionq_data.resources.backends import BACKENDS
from ionq_data.resources.characterizations import CHARACTERIZATIONS
from ionq_data.resources.job_costs import JOB_COSTS
from ionq_data.resources.job_results import JOB_RESULTS
from ionq_data.resources.jobs import JOBS
from ionq_data.resources.projects import PROJECTS
from ionq_data.resources.rates import RATES
from ionq_data.resources.resource import REJECTED_SCHEMA, Rejection, Resource, Row, read_record
from ionq_data.resources.sessions import SESSIONS
from ionq_data.resources.usage import USAGE
from ionq_data.resources.whoami import WHOAMI

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        WHOAMI,
        BACKENDS,
        SESSIONS,
        PROJECTS,
        USAGE,
        JOBS,
        CHARACTERIZATIONS,
        JOB_COSTS,
        RATES,
        JOB_RESULTS,
    )
}
"""Every resource by name, in the order in which a sync asks for them."""

STANDING = tuple(name for name in RESOURCES if name != JOB_RESULTS.name)
"""The resources that every sync covers; the others only when asked for."""

__all__ = ["REJECTED_SCHEMA", "RESOURCES", "STANDING", "Rejection", "Resource", "Row", "read_record"]
