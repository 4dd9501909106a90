"""The emulator's own endpoints beside the API, below `/_emulator`; they need no key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ionq_data.emulator.faults import KINDS, Fault
from ionq_data.emulator.new_job import NewJob
from ionq_data.emulator.truth import tell_truth
from ionq_data.emulator.world import World


@dataclass(frozen=True)
class Order:
    """A request to the emulator itself: the job of the path, the query, and the decoded body."""

    world: World
    job_id: str
    wants_jobs: bool
    body: dict[str, Any]


def control_routes(world: World) -> list[BaseRoute]:
    """Return the routes below `/_emulator`."""
    return [
        Route("/_emulator" + path, _handled(world, handler), methods=[verb]) for verb, path, handler, _ in ENDPOINTS
    ]


def _handled(world: World, handler: Callable[[Order], Any]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        raw = await request.body()
        try:
            body = msgspec.json.decode(raw, type=dict[str, Any]) if raw else {}
            wants_jobs = request.query_params.get("jobs") == "true"
            content, status = handler(Order(world, request.path_params.get("job_id", ""), wants_jobs, body)), 200
        except (ValueError, KeyError, TypeError) as error:
            content, status = {"statusCode": 400, "error": "Bad Request", "message": str(error)}, 400
        return Response(msgspec.json.encode(content), status, media_type="application/json")

    return handle


def _about(order: Order) -> Any:
    scenario = order.world.scenario
    return {
        "about": "An emulator of the IonQ API v0.4 with a simulated organization. Nothing here is real.",
        "scenario": {name: getattr(scenario, name) for name in ("seed", "days", "jobs", "anchor", "contract", "role")},
        "endpoints": {f"{verb} /_emulator{path}": help_text for verb, path, _, help_text in ENDPOINTS},
    }


def _clock(order: Order) -> Any:
    clock = order.world.clock
    return {"now": clock.now(), "mode": clock.mode, "speed": clock.speed}


def _move_clock(order: Order) -> Any:
    clock, body = order.world.clock, order.body
    if "now" in body:
        clock.set(_instant(body["now"]))
    if "advance_seconds" in body:
        clock.advance(float(body["advance_seconds"]))
    if body.get("mode") == "frozen":
        clock.freeze()
    elif body.get("mode") == "running" or "speed" in body:
        clock.run(float(body.get("speed", 1)))
    return _clock(order)


def _truth(order: Order) -> Any:
    return tell_truth(order.world, with_jobs=order.wants_jobs)


def _faults(order: Order) -> Any:
    return {"faults": order.world.faults.describe()}


def _switch_on(order: Order) -> Any:
    order.world.faults.switch_on(Fault(**order.body))
    return _faults(order)


def _switch_off(order: Order) -> Any:
    order.world.faults.clear()
    return _faults(order)


def _add_job(order: Order) -> Any:
    fields = dict(order.body)
    if "submitted_at" in fields:
        fields["submitted_at"] = _instant(fields["submitted_at"])
    return {"id": order.world.add_job(NewJob(**fields))}


def _delete_job(order: Order) -> Any:
    order.world.delete_job(order.job_id)
    return {"id": order.job_id, "status": "deleted"}


def _cancel_job(order: Order) -> Any:
    order.world.cancel_job(order.job_id)
    return {"id": order.job_id, "status": "canceled"}


def _restate_cost(order: Order) -> Any:
    order.world.restate_cost(order.job_id, cents=int(order.body["cents"]))
    return {"id": order.job_id}


def _restate_usage(order: Order) -> Any:
    body, day = order.body, date.fromisoformat(order.body["date"])
    project, user = int(body.get("project", 0)), int(body.get("user", 0))
    order.world.restate_usage(day, cents=int(body["cents"]), project=project, user=user)
    return {"date": day}


def _add_characterization(order: Order) -> Any:
    body = order.body
    measured_at = _instant(body["measured_at"]) if "measured_at" in body else None
    added = order.world.add_characterization(body["backend"], measured_at=measured_at, values=body.get("values"))
    return {"id": added}


def _instant(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


ENDPOINTS: tuple[tuple[str, str, Callable[[Order], Any], str], ...] = (
    ("GET", "", _about, "this page"),
    ("GET", "/clock", _clock, "the simulated time, whether it runs, and how fast"),
    ("POST", "/clock", _move_clock, 'any of {"now": "2026-01-31T12:00:00Z", "advance_seconds": 3600, "mode": "running"'
     ' or "frozen", "speed": 60}'),
    ("GET", "/truth", _truth, "what a pipeline should find out; ?jobs=true adds every job's facts"),
    ("GET", "/faults", _faults, "the faults that are on, with their hits"),
    ("POST", "/faults", _switch_on, 'switches one on: {"kind": …, "path": "/jobs", "probability": 1, "times": 3, …};'
     f" kinds: {', '.join(KINDS)}"),
    ("DELETE", "/faults", _switch_off, "switches all faults off"),
    ("POST", "/jobs", _add_job, "adds a job, late if submitted_at is past: any fields of NewJob; answers its id"),
    ("DELETE", "/jobs/{job_id}", _delete_job, "deletes a job upstream"),
    ("POST", "/jobs/{job_id}/cancel", _cancel_job, "cancels a waiting job"),
    ("POST", "/jobs/{job_id}/cost", _restate_cost, '{"cents": 2579} changes its bill'),
    ("POST", "/usage", _restate_usage, '{"date": "2026-01-31", "cents": 100, "project": 0, "user": 0} restates a date'),
    ("POST", "/characterizations", _add_characterization,
     '{"backend": "qpu.aria-1", "measured_at": …, "values": {"2q": 0.98}}; answers its id'),
)  # fmt: skip
