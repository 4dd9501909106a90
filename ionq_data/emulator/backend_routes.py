"""The endpoints below `/backends`: what exists, and the characterizations."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ionq_data.emulator.access import caller
from ionq_data.emulator.characterizations import characterization_json
from ionq_data.emulator.instants import MINUTE_MS
from ionq_data.emulator.job_json import timestamp
from ionq_data.emulator.machines import MODELS, NAMES, NUMBERS, SIMULATOR
from ionq_data.emulator.parameters import instant, integer
from ionq_data.emulator.problems import not_found
from ionq_data.emulator.world import World

SUPPORTED_GATES = ["gpi", "gpi2", "zz", "ms"]


def _backend_json(world: World, number: int) -> dict[str, Any]:
    now_ms = world.clock.now_ms()
    machine, model = world.history.machines[number], MODELS[number]
    backlog = world.history.backlogs.get(number)
    # Status is checked every ten minutes; the answer says when that was.
    checked = max(now_ms - now_ms % (10 * MINUTE_MS), machine.changed_ms(now_ms))
    written: dict[str, Any] = {
        "backend": model.name,
        "status": machine.status(now_ms),
        "qubits": model.qubits,
        "average_queue_time": 0 if backlog is None or not machine.exists(now_ms) else backlog.wait_ms(now_ms),
        "last_updated": timestamp(checked),
        "degraded": machine.is_degraded(now_ms),
        "location": model.location,
        "kw": model.kilowatts,
    }
    if known := world.calibrations.until(number, now_ms):
        written["characterization_id"] = known[-1].id
    if world.scenario.is_live:
        written["supported_gates"] = SUPPORTED_GATES
        written["noise_models"] = ["ideal", "aria-1"] if number == SIMULATOR else []
    return written


def _known_backend(world: World, request: Request) -> int:
    number = NUMBERS.get(request.path_params["backend"])
    if number is None or world.clock.now_ms() < world.history.machines[number].introduced_ms:
        raise not_found()
    return number


def list_backends(world: World, _request: Request) -> list[dict[str, Any]]:
    """Answer `GET /backends`: those that exist now."""
    now_ms = world.clock.now_ms()
    machines = world.history.machines
    return [_backend_json(world, number) for number in range(len(NAMES)) if machines[number].exists(now_ms)]


def get_backend(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}`; a retired one is still described."""
    return _backend_json(world, _known_backend(world, request))


def list_characterizations(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}/characterizations`: newest first, `pages` counts those that remain."""
    number, query = _known_backend(world, request), request.query_params
    limit = integer(query, "limit", 10, least=1, most=10)
    page = integer(query, "page", 1, least=1)
    start_ms, end_ms = instant(query, "start"), instant(query, "end")
    known = [
        one for one in reversed(world.calibrations.until(number, world.clock.now_ms()))
        if (start_ms is None or one.measured_ms >= start_ms) and (end_ms is None or one.measured_ms < end_ms)
    ]  # fmt: skip
    shown = known[(page - 1) * limit : page * limit]
    written: dict[str, Any] = {
        "characterizations": [characterization_json(one, world.scenario) for one in shown],
        "pages": max(-(-len(known) // limit) - page, 0),
    }
    path = request.url.path.removeprefix("/v0.4")
    if world.faults.take(path, {"pages_absent"}):
        del written["pages"]
    elif world.faults.take(path, {"pages_lying"}):
        written["pages"] = 0 if written["pages"] else 3
    return written


def get_characterization(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}/characterizations/{UUID}`."""
    caller(world, request)
    known = world.calibrations.until(_known_backend(world, request), world.clock.now_ms())
    one = next((one for one in known if one.id == request.path_params["characterization_id"]), None)
    if one is None:
        raise not_found()
    return characterization_json(one, world.scenario)
