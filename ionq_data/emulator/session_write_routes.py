"""The endpoints that start and end sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request

from ionq_data.emulator.access import allowed
from ionq_data.emulator.instants import MINUTE_MS, NEVER
from ionq_data.emulator.machines import SIMULATOR
from ionq_data.emulator.problems import forbidden
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.session_routes import known_session, session_json
from ionq_data.emulator.sessions import BY_USER, EXPIRED, Session
from ionq_data.emulator.submissions import payloads
from ionq_data.emulator.submissions.admission import open_backend
from ionq_data.emulator.submissions.checks import insist, refused
from ionq_data.emulator.world import World


def create_session(world: World, request: Request, body: Any) -> dict[str, Any]:
    """Answer `POST /sessions`; a session on the simulator starts at once, one on a QPU with its first job."""
    key = allowed(world, request, "sessions")
    if key.organization_id != world.organization_id:
        raise forbidden()
    insist(payloads.session, body)
    with world.lock:
        now_ms = world.clock.now_ms()
        machine, asked = open_backend(world, body["backend"], now_ms), body.get("settings", {})
        minutes = int(asked.get("duration_limit_min", 0))
        session = Session(
            number=len(world.sessions), machine=machine, project=0 if key.project is None else key.project,
            user=0 if key.user is None else key.user, created_ms=now_ms,
            started_ms=now_ms if machine == SIMULATOR else NEVER,
            ended_ms=now_ms + minutes * MINUTE_MS if minutes else NEVER, ended_by=EXPIRED if minutes else BY_USER,
            jobs=0, duration_minutes=minutes, asked=asked,
        )  # fmt: skip
        world.add_session(session)
    return session_json(world, session)


def end_session(world: World, request: Request, _body: Any) -> dict[str, Any]:
    """Answer `POST /sessions/{session_id}/end`; 400 for a session that has ended. Its jobs go on."""
    with world.lock:
        session = known_session(world, request)
        now_ms = world.clock.now_ms()
        if now_ms >= session.ended_ms:
            raise refused(("session_id", "is a session that has ended"))
        ended = replace(session, ended_ms=now_ms, ended_by=BY_USER)
        world.replace_session(ended)
    return session_json(world, ended)


ROUTES = (
    Endpoint("POST", "/sessions", create_session, status=201),
    Endpoint("POST", "/sessions/{session_id}/end", end_session),
)
