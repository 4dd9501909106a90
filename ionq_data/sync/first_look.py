"""Find out whether the key is good, and whose it is, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import quote

from ionq_data.api import split_page
from ionq_data.api.errors import AuthenticationError, BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.resources import RESOURCES
from ionq_data.resources.sessions import SESSIONS
from ionq_data.resources.usage import GROUPINGS, MODALITY, USAGE
from ionq_data.resources.whoami import WHOAMI
from ionq_data.sync.context import Context
from ionq_data.sync.sessions import named_by_sessions

_REFUSED = (PermissionDenied, NotFound, BadRequest, RequestRefused)


class WrongOrganizationError(Exception):
    """The key does not belong to the configured organization."""


async def look_first(context: Context, names: Iterable[str]) -> None:
    """Request the key's identity and the sessions, and keep both answers for the sync of these resources.

    This fills in the context's organization. It requests nothing if all wanted resources are public.

    Raises:
        AuthenticationError: the key is not accepted.
        ServiceUnavailable, InvalidAnswer: the API does not answer.
        WrongOrganizationError: the organization that was configured refuses the key.
    """
    if not any(RESOURCES[name].authenticated for name in names):
        return
    try:
        context.whoami = await context.client.get(WHOAMI.endpoint, authenticated=True)
    except _REFUSED as error:  # a key that may not ask who it is can still be good
        context.refusals[WHOAMI.name] = error
    try:
        context.sessions = await context.client.read(
            SESSIONS.endpoint, parse=lambda body: split_page(body, "sessions", required=False), authenticated=True
        )
    except (*_REFUSED, AuthenticationError) as error:
        context.refusals[SESSIONS.name] = error
        return
    if named := named_by_sessions(*context.sessions[1]):
        if context.organization is not None and context.organization != named:
            await _check_access(context, named)
        context.organization = context.organization or named


async def _check_access(context: Context, named: str) -> None:
    """Request a day of the configured organization's usage: it may have two names, or belong to somebody else."""
    path = USAGE.endpoint.replace("{organization}", quote(str(context.organization), safe=""))
    day = context.now().date()
    dates = {"start_date": day.isoformat(), "end_date": (day + timedelta(days=1)).isoformat()}
    params = {**dates, "group_by": GROUPINGS[0], "modality": MODALITY}
    try:
        await context.client.get(path, params=params, authenticated=True)
    except (PermissionDenied, NotFound, AuthenticationError) as error:
        raise WrongOrganizationError(
            f"the key belongs to organization {named}, not to {context.organization}: "
            f"correct organization_id or use a key of that organization ({error})"
        ) from None
