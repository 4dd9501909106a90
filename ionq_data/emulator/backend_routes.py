"""The endpoints below `/backends`: the backends and their characterizations."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ionq_data.emulator.access import caller
from ionq_data.emulator.characterization_json import characterization_json, characterization_page
from ionq_data.emulator.ids import hash64
from ionq_data.emulator.instants import HOUR_MS, MINUTE_MS
from ionq_data.emulator.job_json import timestamp
from ionq_data.emulator.machines import MODELS, NAMES, NUMBERS, SIMULATOR
from ionq_data.emulator.parameters import instant, integer
from ionq_data.emulator.problems import not_found
from ionq_data.emulator.routing import Endpoint
from ionq_data.emulator.world import World

QIS_GATES = (
    "x", "y", "z", "h", "s", "si", "t", "ti", "v", "vi", "rx", "ry", "rz", "cnot", "swap", "xx", "yy", "zz", "not",
)  # fmt: skip


def _backend_json(world: World, number: int) -> dict[str, Any]:
    now_ms = world.clock.now_ms()
    machine, model = world.history.machines[number], MODELS[number]
    # The service checks the status every ten minutes; the answer says when it last did.
    checked = max(now_ms - now_ms % (10 * MINUTE_MS), machine.changed_ms(now_ms))
    written: dict[str, Any] = {
        "backend": model.name,
        "status": machine.status(now_ms),
        "qubits": model.qubits,
        "average_queue_time": _queue_time_ms(world, number, now_ms),
        "last_updated": timestamp(checked),
        "degraded": machine.is_degraded(now_ms),
        "location": model.location,
        "kw": model.kilowatts,
    }
    if known := world.calibrations.until(number, now_ms):
        written["characterization_id"] = known[-1].id
    return {**written, **_abilities(number)} if world.scenario.is_october else written


def _abilities(number: int) -> dict[str, Any]:
    """Return a backend's abilities by October's contract, and `noise_models` and `has_access`, which are not in it."""
    is_simulator = number == SIMULATOR
    entangling = "ms" if "aria" in NAMES[number] else "zz"
    return {
        "supported_gates": list(QIS_GATES),
        "supported_native_gates": ["gpi", "gpi2", entangling],
        "supported_error_mitigations": [] if is_simulator else ["debiasing", "symmetry_verification"],
        "noise_models": ["ideal", "aria-1", "forte-1", "forte-enterprise-1"] if is_simulator else [],
        "has_access": True,
    }


def _queue_time_ms(world: World, number: int, now_ms: int) -> int:
    """Return the wait that a backend reports; under October's contract, it is hours off now and then."""
    backlog = world.history.backlogs.get(number)
    if backlog is None or not world.history.machines[number].exists(now_ms):
        return 0
    dice = hash64(world.scenario.seed, 51, number, now_ms // (3 * HOUR_MS))
    error_ms = (2 + dice // 16 % 5) * HOUR_MS if world.scenario.is_october and dice % 16 == 0 else 0
    return backlog.wait_ms(now_ms) + error_ms


def _known_backend(world: World, request: Request) -> int:
    number = NUMBERS.get(request.path_params["backend"])
    if number is None or world.clock.now_ms() < world.history.machines[number].introduced_ms:
        raise not_found()
    return number


def list_backends(world: World, _request: Request | None = None) -> list[dict[str, Any]]:
    """Answer `GET /backends` with the backends that exist now."""
    now_ms = world.clock.now_ms()
    machines = world.history.machines
    return [_backend_json(world, number) for number in range(len(NAMES)) if machines[number].exists(now_ms)]


def get_backend(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}`, for a retired backend as well."""
    return _backend_json(world, _known_backend(world, request))


def list_characterizations(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}/characterizations`: newest first; `pages` counts the remaining ones."""
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
        "characterizations": characterization_page(shown, world.scenario),
        "pages": max(-(-len(known) // limit) - page, 0),
    }
    path = request.url.path.removeprefix("/v0.4")
    if world.faults.take(path, {"pages_absent"}):
        del written["pages"]
    elif world.faults.take(path, {"pages_lying"}):
        written["pages"] = 0 if written["pages"] else 3
    elif world.faults.take(path, {"pages_total"}):
        written["pages"] = -(-len(known) // limit)
    return written


def get_characterization(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /backends/{backend}/characterizations/{UUID}`."""
    caller(world, request)
    known = world.calibrations.until(_known_backend(world, request), world.clock.now_ms())
    one = next((one for one in known if one.id == request.path_params["characterization_id"]), None)
    if one is None:
        raise not_found()
    return characterization_json(one, world.scenario)


ROUTES = (
    Endpoint("GET", "/backends", list_backends),
    Endpoint("GET", "/backends/{backend}", get_backend),
    Endpoint("GET", "/backends/{backend}/characterizations", list_characterizations),
    Endpoint("GET", "/backends/{backend}/characterizations/{characterization_id}", get_characterization),
)
