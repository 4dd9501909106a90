"""The endpoints below `/jobs`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import caller, listing_scope, may_see
from ionq_data.emulator.jobs import STATUSES, Row
from ionq_data.emulator.listing import Filters, list_page
from ionq_data.emulator.machines import NUMBERS
from ionq_data.emulator.parameters import choice, integer
from ionq_data.emulator.problems import bad_request, forbidden, not_found
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.spoiled_pages import AFTER_EMPTY, spoiled
from ionq_data.emulator.submissions.answers import with_results
from ionq_data.emulator.world import World

DEFAULT_LIMIT, MOST_LIMIT = 25, 100


def list_jobs(world: World, request: Request, *, session: int | None = None) -> dict[str, Any]:
    """Answer `GET /jobs` (and a session's jobs): newest first, filtered, a page at a time."""
    key = caller(world, request)
    query = request.query_params
    scope = listing_scope(world.history.organization, key, query.get("submitter_id"))
    filters = _narrowed(world, request, scope, session)
    limit = integer(query, "limit", DEFAULT_LIMIT, least=1, most=MOST_LIMIT)
    after = _after(world, query.get("next"))
    now_ms, jobs = world.clock.now_ms(), world.jobs
    at, last = list_page(jobs, filters, world.job_codec, now_ms=now_ms, after=after, limit=limit)
    written = [world.writer.listed(row, now_ms) for row in jobs.rows(at)]
    cursor = None if last is None else world.cursor_codec.encode(*last)
    return spoiled(world, request, {"jobs": written, "next": cursor})


def _after(world: World, cursor: str | None) -> tuple[int, int] | None:
    """Return the (submitted, serial) below which a page begins, None for the first; 400 for a foreign cursor."""
    if cursor is None:
        return None
    decoded = world.cursor_codec.decode(cursor)
    if decoded is None:
        raise bad_request("next", "is not a cursor of this listing.")
    return decoded[0], decoded[1] & ~AFTER_EMPTY


def _narrowed(world: World, request: Request, scope: Filters, session: int | None) -> Filters:
    query = request.query_params
    parent = query.get("parent_job_id")
    # An unknown parent, session or backend has no jobs: it gets a number that no column holds.
    if session is None and "session_id" in query:
        ids = world.session_ids
        session = ids.index(query["session_id"]) if query["session_id"] in ids else -2
    machines = None
    if "target" in query:
        machines = frozenset(NUMBERS[name] for name in query["target"].split(",") if name in NUMBERS)
    return replace(
        scope,
        ids=tuple(query.getlist("ids")) if "ids" in query else None,
        parent=None if parent is None else world.job_codec.decode(parent) or (-1, -2),
        status=choice(query, "status", STATUSES),
        machines=machines,
        session=session,
    )


def opened(world: World, request: Request, *, hides: bool = True) -> Row:
    """Return the job of a path; 404 if it does not exist, 404 or 403 if the key may not see it."""
    key = caller(world, request)
    jobs = world.jobs
    at = jobs.find(world.job_codec, request.path_params["job_id"], world.clock.now_ms())
    if at is None:
        raise not_found()
    row = jobs.rows(np.array([at]))[0]
    if not may_see(world.history.organization, key, user=row["user"], project=row["project"]):
        raise not_found() if hides or key.organization_id != world.organization_id else forbidden()
    return row


def get_job(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /jobs/{UUID}`."""
    row = opened(world, request)
    written = world.writer.single(row, world.clock.now_ms())
    return with_results(world, row, written, request.headers.get("user-agent", ""))


def get_cost(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /jobs/{UUID}/cost`; 403 for a job of the organization that the key may not see."""
    return world.writer.cost(opened(world, request, hides=False), world.clock.now_ms())


ROUTES = (
    # Routes are tried in order, so the busiest come first.
    Endpoint("GET", "/jobs/{job_id}/cost", get_cost),
    Endpoint("GET", "/jobs", list_jobs),
    Endpoint("GET", "/jobs/{job_id}", get_job),
)
