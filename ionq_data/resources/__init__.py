"""The API's records, one file per resource, and the registry of all resources.

Each name stands for two files: what a record is (``ionq_data/resources/<name>.py``, the constant ``<NAME>``) and the
rule by which a sync reads it (``ionq_data/sync/<name>.py``, the coroutine ``sync_<name>``). Schedules, assets, SQL
sources and freshness follow from the description: ``docs/adding-a-resource.md``.
"""

from importlib import import_module

from ionq_data.resources.resource import REJECTED_SCHEMA, Every, Rejection, Resource, Row, read_record

_NAMES = (
    "whoami",
    "backends",
    "sessions",
    "rates",
    "projects",
    "usage",
    "jobs",
    "characterizations",
    "job_costs",
    "job_results",
)

RESOURCES: dict[str, Resource] = {
    name: getattr(import_module(f"ionq_data.resources.{name}"), name.upper()) for name in _NAMES
}
"""Every resource by name, in the order in which a sync asks for them.

Sessions and rates name the organization. Usage names the members whose jobs are requested, and jobs name the retired
backends whose characterizations are requested.
"""

STANDING = tuple(name for name, resource in RESOURCES.items() if resource.every is not Every.ON_REQUEST)
"""The resources that every sync covers; the others need a request."""

__all__ = ["REJECTED_SCHEMA", "RESOURCES", "STANDING", "Every", "Rejection", "Resource", "Row", "read_record"]
