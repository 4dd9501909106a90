"""Usage: ``GET /organizations/{id}/usage``, what the organization is charged for each date.

Each date lists only its five dearest groups; the date's amount covers all of them.
"""

from typing import Any

import pyarrow as pa

from ionq_data.resources.fields import AMOUNT, DAY, INTEGER, MONEY, NUMBER, TEXT, Json, Kind, field
from ionq_data.resources.resource import Resource

_GROUP = pa.struct(
    [
        ("group_id", pa.string()),
        ("group_name", pa.string()),
        ("amount", MONEY),
        ("amount_unit", pa.string()),
        ("job_count", pa.int64()),
        ("time_us", pa.float64()),
    ]
)
_AMOUNT = pa.struct([("amount", MONEY), ("unit", pa.string())])

_GROUP_KINDS: dict[str, Kind] = {
    "group_id": TEXT,
    "group_name": TEXT,
    "amount": AMOUNT,
    "amount_unit": TEXT,
    "job_count": INTEGER,
    "time_us": NUMBER,
}
_AMOUNT_KINDS: dict[str, Kind] = {"amount": AMOUNT, "unit": TEXT}


def _objects(value: Json, kinds: dict[str, Kind]) -> list[dict[str, Any]]:
    """Read a list of flat objects, each of the named members."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError
    return [
        {name: None if item.get(name) is None else kind.convert(item[name]) for name, kind in kinds.items()}
        for item in value
    ]


GROUPS = Kind(pa.list_(_GROUP), "a list of groups", lambda value: _objects(value, _GROUP_KINDS))
AMOUNTS = Kind(pa.list_(_AMOUNT), "a list of amounts", lambda value: _objects(value, _AMOUNT_KINDS))

GROUPINGS = ("project", "user")
MODALITY = "daily"

USAGE = Resource(
    name="usage",
    endpoint="/organizations/{organization}/usage",
    key=("group_by", "modality", "from"),
    partition="usage_month",
    partition_by="from",
    deletable=True,
    description="Every version of the usage report of every date, grouped by project and by user.",
    fields=(
        field("organization", TEXT, (), description="Id of the organization asked for."),
        field("group_by", TEXT, (), required=True, description="project or user."),
        field("modality", TEXT, (), required=True, description="daily."),
        field("from", DAY, required=True, description="The date (UTC)."),
        field("amount", AMOUNT, description="Cost of the date over all groups, in amount_unit."),
        field("amount_unit", TEXT, description="Unit of the amounts; else the report's usage_unit."),
        field("amounts", AMOUNTS, description="The cost by unit; not in the reference."),
        field("job_count", INTEGER, description="Jobs of the date."),
        field("time_us", NUMBER, description="QPU time of the date, microseconds."),
        field("group_usages", GROUPS, description="The five dearest groups of the date, dearest first."),
    ),
)
