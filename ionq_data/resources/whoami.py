"""Whoami: ``GET /whoami``, which key this is."""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import KEY, TEXT
from ionq_data.resources.resource import Every, Resource

WHOAMI = Resource(
    name="whoami",
    endpoint="/whoami",
    key=("key_id",),
    every=Every.HOUR,
    description="The keys that records were read with.",
    fields=(
        field("key_id", KEY, required=True, description="Id of the API key."),
        field("key_name", TEXT, description="What the key is called."),
        field("project_id", TEXT, description="Id of the project the key belongs to."),
    ),
)
