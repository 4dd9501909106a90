"""The endpoints that create, copy, cancel and delete jobs."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import caller, may_see
from ionq_data.emulator.job_json import status_of
from ionq_data.emulator.job_routes import opened
from ionq_data.emulator.jobs import STATUSES, Row
from ionq_data.emulator.machines import NAMES
from ionq_data.emulator.organization import Key
from ionq_data.emulator.problems import Problem, forbidden, not_found
from ionq_data.emulator.routing import ONLY_OCTOBER, Endpoint
from ionq_data.emulator.submissions import payloads
from ionq_data.emulator.submissions.admission import Prepared, admit, open_backend, prepare
from ionq_data.emulator.submissions.checks import insist, refused
from ionq_data.emulator.submissions.placing import Order
from ionq_data.emulator.submissions.work import Size
from ionq_data.emulator.world import World

Json = dict[str, Any]


def create_job(world: World, request: Request, body: Any) -> Json:
    """Answer `POST /jobs`: the job's id; 400 with the wrong keys."""
    key = _writer(world, request)
    insist(payloads.creation(world.scenario.contract), body)
    return _created(world, admit(world, key, prepare(world, key, body), body.get("session_id")))


def clone_job(world: World, request: Request, body: Any) -> Json:
    """Answer `POST /jobs/{UUID}/clone`: the same work again, with some members changed."""
    key, row = _writer(world, request), opened(world, request)
    changes = _changes(body)
    return _created(world, admit(world, key, _copied(world, key, row, changes), changes.get("session_id")))


def move_job(world: World, request: Request, body: Any) -> Json:
    """Answer `POST /jobs/{UUID}/move`: the same work as a new job, while the old one is canceled; 400 once it runs."""
    key, row = _writer(world, request), opened(world, request)
    changes = _changes(body)
    prepared = _copied(world, key, row, changes)
    with world.lock:
        _check_waiting(world, row, "UUID")
        created = _created(world, admit(world, key, prepared, changes.get("session_id")))
        world.cancel_job(world.writer.job_id(row))
    return created


def cancel_job(world: World, request: Request, _body: Any) -> Json:
    """Answer `PUT /jobs/{UUID}/status/cancel`; 400 for a job that has started or ended."""
    _writer(world, request)
    with world.lock:
        row = opened(world, request)
        _check_waiting(world, row, "UUID")
        world.cancel_job(world.writer.job_id(row))
    return {"id": world.writer.job_id(row), "status": "canceled"}


def cancel_jobs(world: World, request: Request, body: Any) -> Json:
    """Answer `PUT /jobs/status/cancel`: all of the jobs, or none if one cannot be canceled."""
    key = _writer(world, request)
    insist(payloads.bulk, body)
    with world.lock:
        rows = [_named(world, key, job_id) for job_id in body["ids"]]
        for place, row in enumerate(rows):
            _check_waiting(world, row, f"ids[{place}]")
        for job_id in dict.fromkeys(body["ids"]):
            world.cancel_job(job_id)
    return {"ids": body["ids"], "status": "canceled"}


def delete_job(world: World, request: Request, _body: Any) -> Json:
    """Answer `DELETE /jobs/{UUID}`."""
    _writer(world, request)
    job_id = world.writer.job_id(opened(world, request))
    world.delete_job(job_id)
    return {"id": job_id, "status": "deleted"}


def delete_jobs(world: World, request: Request, body: Any) -> Json:
    """Answer `DELETE /jobs`: all of the jobs, or none if one does not exist."""
    key = _writer(world, request)
    insist(payloads.bulk, body)
    with world.lock:
        for job_id in body["ids"]:
            _named(world, key, job_id)
        for job_id in dict.fromkeys(body["ids"]):
            world.delete_job(job_id)
    return {"ids": body["ids"], "status": "deleted"}


def _writer(world: World, request: Request) -> Key:
    """Return the key of a request, which must be one of the simulated organization."""
    key = caller(world, request)
    if key.organization_id != world.organization_id:
        raise forbidden()
    return key


def _created(world: World, serial: int) -> Json:
    jobs = world.jobs
    at = int(np.flatnonzero(jobs.serial == serial)[0])
    session = int(jobs.session[at])
    session_id = None if session < 0 else world.session_ids[session]
    return {"id": world.job_id(at), "status": "submitted", "session_id": session_id}


def _named(world: World, key: Key, job_id: str) -> Row:
    at = world.jobs.find(world.job_codec, job_id, world.clock.now_ms())
    row = None if at is None else world.jobs.rows(np.array([at]))[0]
    if row is None or not may_see(world.history.organization, key, user=row["user"], project=row["project"]):
        raise not_found()
    return row


def _check_waiting(world: World, row: Row, key: str) -> None:
    state = status_of(row, world.clock.now_ms())
    if state >= STATUSES.index("started"):
        raise refused((key, f"is a job that is {STATUSES[state]}; only one that waits can be canceled"))


def _changes(body: Any) -> Json:
    insist(payloads.clone, body)
    if body and "parent" in body:
        raise refused(("parent", "is not supported by the emulator"))
    return body or {}


def _copied(world: World, key: Key, row: Row, changes: Json) -> Prepared:
    """Return a copy of a job's work. A job of the history has no circuit to read again: its numbers are copied."""
    known = world.submitted.get(row["serial"])
    if known is not None:
        if row["parent"] >= 0:
            raise _not_copied("A part of a job cannot be copied; copy the job.")
        kept = {name: value for name, value in known.body.items() if name != "session_id"}
        body = {**kept, **changes}
        return prepare(world, key, body)
    machine = open_backend(world, changes.get("backend", NAMES[row["machine"]]), world.clock.now_ms())
    if row["children"]:
        raise _not_copied("A job of several circuits of the simulated history cannot be copied.")
    mitigation = changes.get("settings", {}).get("error_mitigation", {})
    order = Order(
        machine=machine, user=row["user"], project=row["project"], kind=row["kind"], part_kind=row["kind"],
        shots=int(changes["shots"] if "shots" in changes else row["shots"]),
        sizes=(Size(row["qubits"], row["gates_1q"], row["gates_2q"]),),
        has_parts=False, is_debiased=mitigation.get("debiasing", row["is_debiased"]),
        is_dry=changes.get("dry_run", False),
    )  # fmt: skip
    return Prepared(order, None, ())


def _not_copied(message: str) -> Problem:
    return Problem(400, message, keys=["UUID"], source="params")


ROUTES = (
    Endpoint("POST", "/jobs", create_job, status=201, is_slow=True),
    Endpoint("PUT", "/jobs/status/cancel", cancel_jobs),
    Endpoint("PUT", "/jobs/{job_id}/status/cancel", cancel_job),
    Endpoint("DELETE", "/jobs", delete_jobs),
    Endpoint("DELETE", "/jobs/{job_id}", delete_job),
    Endpoint("POST", "/jobs/{job_id}/clone", clone_job, ONLY_OCTOBER, status=201, is_slow=True),
    Endpoint("POST", "/jobs/{job_id}/move", move_job, ONLY_OCTOBER, status=201, is_slow=True),
)
