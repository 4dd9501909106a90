"""The endpoints below `/sessions`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ionq_data.emulator.access import allowed
from ionq_data.emulator.instants import MINUTE_MS
from ionq_data.emulator.job_json import timestamp
from ionq_data.emulator.job_routes import list_jobs
from ionq_data.emulator.machines import NAMES
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.parameters import boolean
from ionq_data.emulator.prices import MICROS, amount
from ionq_data.emulator.problems import not_found
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.sessions import BY_USER, COST_LIMIT, EXPIRED, JOB_LIMIT, Session
from ionq_data.emulator.world import World


def list_sessions(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /sessions`, newest first; `active` keeps the open sessions, or the others."""
    key, active = allowed(world, request, "sessions"), boolean(request.query_params, "active")
    now_ms = world.clock.now_ms()
    shown = [
        session for session in reversed(world.sessions)
        if session.created_ms <= now_ms and active in (None, is_active(session, now_ms))
        and key.organization_id == world.organization_id and key.user in (None, session.user)
    ]  # fmt: skip
    return {"organization_id": key.organization_id, "sessions": [session_json(world, one) for one in shown]}


def known_session(world: World, request: Request) -> Session:
    """Return the session of a path; 404 if it does not exist or the key may not see it."""
    key, session_id = allowed(world, request, "sessions"), request.path_params["session_id"]
    if session_id not in world.session_ids or key.organization_id != world.organization_id:
        raise not_found()
    session = world.sessions[world.session_ids.index(session_id)]
    if session.created_ms > world.clock.now_ms() or key.user not in (None, session.user):
        raise not_found()
    return session


def get_session(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /sessions/{session_id}`."""
    return session_json(world, known_session(world, request))


def list_session_jobs(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /sessions/{session_id}/jobs`, with the filters of `GET /jobs`."""
    return list_jobs(world, request, session=known_session(world, request).number)


def is_active(session: Session, now_ms: int) -> bool:
    """Return whether a session is open at an instant."""
    return session.created_ms <= now_ms < session.ended_ms


def session_json(world: World, session: Session) -> dict[str, Any]:
    """Return a session (`Session`): its `ender_id` is null unless its user ended it."""
    organization, now_ms = world.history.organization, world.clock.now_ms()
    has_started, has_ended = now_ms >= session.started_ms, now_ms >= session.ended_ms
    user_id = organization.user_ids[session.user]
    return {
        "id": world.session_ids[session.number],
        "created_at": timestamp(session.created_ms),
        "organization_id": organization.id,
        "backend": NAMES[session.machine],
        "project_id": organization.project_ids[session.project],
        "creator_id": user_id,
        "started_at": timestamp(session.started_ms) if has_started else None,
        "ended_at": timestamp(session.ended_ms) if has_ended else None,
        "ender_id": user_id if has_ended and session.ended_by == BY_USER else None,
        "active": not has_ended,
        "status": "ended" if has_ended else "started" if has_started else "created",
        "settings": _settings(world, session),
    }


def _settings(world: World, session: Session) -> dict[str, Any]:
    """Return the limits of a session; a limit that ends it is reached exactly."""
    if session.asked is not None:
        expires = {}
        if "duration_limit_min" in session.asked:
            expires["expires_at"] = timestamp(session.created_ms + session.duration_minutes * MINUTE_MS)
        return {**session.asked, **expires}
    settings: dict[str, Any] = {}
    if session.ended_by == JOB_LIMIT:
        settings["job_count_limit"] = session.jobs
    if session.ended_by == COST_LIMIT:
        settings["cost_limit"] = {
            "unit": _unit(world, session), "value": amount(max(world.session_micros[session.number], MICROS)),
        }  # fmt: skip
    if session.ended_by == EXPIRED:
        settings["duration_limit_min"] = session.duration_minutes
        settings["expires_at"] = timestamp(session.created_ms + session.duration_minutes * MINUTE_MS)
    return settings


def _unit(world: World, session: Session) -> str:
    in_credits = session.project == CREDITS_PROJECT and session.created_ms >= world.scenario.credits_from_ms
    return world.writer.credit_unit if in_credits else "usd"


ROUTES = (
    Endpoint("GET", "/sessions", list_sessions),
    Endpoint("GET", "/sessions/{session_id}", get_session),
    Endpoint("GET", "/sessions/{session_id}/jobs", list_session_jobs),
)
