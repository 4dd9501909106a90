"""The key of a request, and what it may see."""

from __future__ import annotations

from starlette.requests import Request

from ionq_data.emulator.listing import Filters
from ionq_data.emulator.organization import Key, Organization
from ionq_data.emulator.problems import Problem, forbidden, not_found, unauthorized
from ionq_data.emulator.scenario import Role
from ionq_data.emulator.world import World

_SCHEME = "apiKey "
NOBODY: frozenset[int] = frozenset()
REFUSALS: dict[Role, dict[str, Problem]] = {
    "admin": {},
    "user": {"estimate": unauthorized(), "usage": unauthorized(), "sessions": not_found(), "projects": forbidden()},
    "member": {"usage": forbidden()},
    "jobs_only": {"estimate": unauthorized(), "usage": forbidden(), "sessions": not_found(), "projects": not_found()},
}
"""The answers to keys of each role for what they may not see; the real service is no more consistent."""


def caller(world: World, request: Request) -> Key:
    """Return the key of a request (`Authorization: apiKey …`); 401 if there is none or nobody knows it."""
    header = request.headers.get("authorization", "")
    key = world.history.organization.key(header[len(_SCHEME) :]) if header.startswith(_SCHEME) else None
    if key is None:
        raise unauthorized()
    return key


def allowed(world: World, request: Request, what: str) -> Key:
    """Return the key of a request to `estimate`, `usage`, `sessions` or `projects`; refused if the role forbids it."""
    key = caller(world, request)
    if refusal := REFUSALS[key.role].get(what):
        raise Problem(refusal.status, str(refusal))
    return key


def listing_scope(organization: Organization, key: Key, submitter_id: str | None) -> Filters:
    """Return the users whose jobs a listing shows.

    A key of the whole organization lists all of them; one of a user lists that user's own. `submitter_id` lists
    another member's jobs in shared projects and is ignored where there is no such member.
    """
    if key.organization_id != organization.id:
        return Filters(users=NOBODY)
    asked = organization.user_ids.index(submitter_id) if submitter_id in organization.user_ids else None
    if key.user is None:
        return Filters(users=None if asked is None else frozenset({asked}))
    if asked is None or asked == key.user or asked not in organization.shared_users(key.user):
        return Filters(users=frozenset({key.user}))
    return Filters(users=frozenset({asked}), projects=organization.projects_of(key.user))


def may_see(organization: Organization, key: Key, *, user: int, project: int) -> bool:
    """Return whether a key may open a job of a user in a project."""
    if key.organization_id != organization.id:
        return False
    return key.user is None or key.user == user or project in organization.projects_of(key.user)


def check_organization(key: Key, organization_id: str) -> None:
    """Accept a key that belongs to an organization (`self` is its own); 403 for any other, whether it exists or not."""
    if organization_id not in (key.organization_id, "self"):
        raise forbidden()
