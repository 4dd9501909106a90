"""Usage: ``GET /organizations/{id}/usage``, the organization's charges for each date.

Each date lists only its five dearest groups; the date's amounts cover all of them. Where ``amounts`` is there, it is
the money: ``amount`` is normalized to credits in any report that has a credit somewhere in its range.
"""

from ionq_data.resources.fields import field
from ionq_data.resources.kinds import AMOUNT, DAY, INTEGER, NUMBER, TEXT, Json, objects
from ionq_data.resources.resource import Every, Resource

GROUPINGS = ("project", "user")
MODALITY = "daily"

_AMOUNTS = objects("a list of amounts", {"amount": AMOUNT, "unit": TEXT})
_GROUPS = objects(
    "a list of groups",
    {
        "group_id": TEXT,
        "group_name": TEXT,
        "amount": AMOUNT,
        "amount_unit": TEXT,
        "job_count": INTEGER,
        "time_us": NUMBER,
        "amounts": _AMOUNTS,
    },
)


def _content(said: dict[str, Json], beside: dict[str, str]) -> tuple[dict[str, Json], dict[str, str]]:
    """Leave out what depends on the requested range: the amounts in credits, and the order by them."""
    if not _has_amounts(said):
        return said, beside
    groups = said.get("group_usages")
    if isinstance(groups, list) and all(isinstance(group, dict) and _has_amounts(group) for group in groups):
        in_order = sorted(map(_charged, groups), key=lambda group: str(group.get("group_id")))
        said = said | {"group_usages": in_order}
    return _charged(said), {name: value for name, value in beside.items() if name != "amount_unit"}


def _has_amounts(said: dict[str, Json]) -> bool:
    amounts = said.get("amounts")
    return isinstance(amounts, list) and (bool(amounts) or not said.get("amount"))


def _charged(said: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in said.items() if name not in ("amount", "amount_unit")}


USAGE = Resource(
    name="usage",
    endpoint="/organizations/{organization}/usage",
    key=("group_by", "modality", "from"),
    every=Every.DAY,
    partition="usage_month",
    partition_by="from",
    deletable=True,
    content=_content,
    description="Every version of the usage report of every date, grouped by project and by user.",
    fields=(
        field("organization", TEXT, (), description="Id of the organization asked for."),
        field("group_by", TEXT, (), required=True, description="project or user."),
        field("modality", TEXT, (), required=True, description="daily."),
        field("from", DAY, required=True, description="The date (UTC)."),
        field("amount", AMOUNT, description="Cost of the date over all groups, in amount_unit."),
        field("amount_unit", TEXT, description="Unit of the amounts; else the report's usage_unit."),
        field("amounts", _AMOUNTS, description="The cost by unit, as it was charged; the money where it is there."),
        field("job_count", INTEGER, description="Jobs of the date."),
        field("time_us", NUMBER, description="QPU time of the date, microseconds."),
        field("group_usages", _GROUPS, description="The five groups of the date with the highest cost, highest first."),
    ),
)
