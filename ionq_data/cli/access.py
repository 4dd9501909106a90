"""Ask the API once for each resource, to see which of them are available to a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from ionq_data.api import Client
from ionq_data.api.address import Params
from ionq_data.api.errors import ApiError, AuthenticationError, NotFound, PermissionDenied
from ionq_data.resources.rates import ESTIMATED_CIRCUIT
from ionq_data.resources.usage import GROUPINGS, MODALITY

_REFUSED = (AuthenticationError, PermissionDenied, NotFound)
_UNKNOWN_ORGANIZATION = "the organization's id is not known: set IONQ_ORGANIZATION_ID"


@dataclass(frozen=True)
class Access:
    """Whether a key may see a resource.

    Attributes:
        is_available: None if it could not be found out.
        detail: why it is not available, or could not be found out.
        organization: the organization's id, where the answer says it.
    """

    resource: str
    is_available: bool | None
    detail: str = ""
    organization: str | None = None


async def look_at_each(client: Client, organization: str | None) -> AsyncIterator[Access]:
    """Ask for each resource that needs a key, as little as there is to ask, and say whether it is available.

    The key is known to be good. ``organization`` is the one that was configured.
    """
    sessions, said = await _look(client, "sessions", "/sessions")
    yield sessions
    organization = organization or sessions.organization
    backends = await _backends(client)
    for backend in backends[:1]:
        rates, _ = await _look(client, "rates", "/jobs/estimate", {"backend": backend, **ESTIMATED_CIRCUIT})
        yield rates
        organization = organization or rates.organization
    yield (await _look(client, "projects", "/projects"))[0]
    yield await _usage(client, organization)
    jobs, said = await _look(client, "jobs", "/jobs", {"limit": 1})
    yield jobs
    for job in _ids(said):
        costs, _ = await _look(client, "job_costs", f"/jobs/{quote(job, safe='')}/cost")
        is_absent = costs.is_available is False and "answered 404" in costs.detail  # of this job, not of all
        yield Access("job_costs", None, "the newest job has none") if is_absent else costs


async def _look(client: Client, resource: str, path: str, params: Params | None = None) -> tuple[Access, Any]:
    try:
        said = msgspec.json.decode((await client.get(path, params=params, authenticated=True)).body)
    except _REFUSED as error:
        return Access(resource, False, str(error)), None
    except ApiError as error:
        return Access(resource, None, str(error)), None
    return Access(resource, True, organization=_organization(said)), said


async def _usage(client: Client, organization: str | None) -> Access:
    if organization is None:
        return Access("usage", False, _UNKNOWN_ORGANIZATION)
    today = datetime.now(UTC).date()
    dates: Params = {"start_date": f"{today}", "end_date": f"{today + timedelta(days=1)}"}
    path = f"/organizations/{quote(organization, safe='')}/usage"
    return (await _look(client, "usage", path, {**dates, "group_by": GROUPINGS[0], "modality": MODALITY}))[0]


async def _backends(client: Client) -> list[str]:
    try:
        said = msgspec.json.decode((await client.get("/backends")).body)
    except ApiError:
        return []
    names = [one.get("backend") for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return [name for name in names if isinstance(name, str) and name.startswith("qpu.")]


def _ids(said: Any) -> list[str]:
    jobs = said.get("jobs") if isinstance(said, dict) else None
    return [job["id"] for job in jobs or () if isinstance(job, dict) and isinstance(job.get("id"), str)][:1]


def _organization(said: Any) -> str | None:
    """Return the organization's id from wherever an answer says it."""
    if not isinstance(said, dict):
        return None
    listed = said.get("sessions")
    places = [
        said.get("organization_id"),
        said.get("organization"),
        *(one.get("organization_id") for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)),
        *(
            inner.get("organization")
            for name in ("estimate_context", "rate_information", "rate_card")
            if isinstance(inner := said.get(name), dict)
        ),
    ]
    return next((place for place in places if isinstance(place, str) and place), None)
