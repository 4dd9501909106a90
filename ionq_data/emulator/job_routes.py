"""The endpoints below `/jobs`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import caller, listing_scope, may_see
from ionq_data.emulator.job_json import Row, has_results, shots_of_variant
from ionq_data.emulator.jobs import STATUSES
from ionq_data.emulator.listing import Filters, list_page
from ionq_data.emulator.machines import NUMBERS
from ionq_data.emulator.parameters import boolean, choice, integer
from ionq_data.emulator.problems import bad_request, forbidden, not_found
from ionq_data.emulator.results import compiled_circuit, counts, openqasm, probabilities, shot_states
from ionq_data.emulator.world import World

DEFAULT_LIMIT, MOST_LIMIT = 25, 100
_AFTER_EMPTY = 1 << 31
"""Marks a cursor that an empty page gave."""
_CURSOR_FAULTS = frozenset({"repeated_cursor", "empty_page", "unordered", "shifted"})


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
    return _spoiled(world, request, {"jobs": written, "next": cursor})


def _after(world: World, cursor: str | None) -> tuple[int, int] | None:
    """Return the (submitted, serial) below which a page begins, None for the first; 400 for no cursor of ours."""
    if cursor is None:
        return None
    decoded = world.cursor_codec.decode(cursor)
    if decoded is None:
        raise bad_request("next", "is not a cursor of this listing.")
    return decoded[0], decoded[1] & ~_AFTER_EMPTY


def _narrowed(world: World, request: Request, scope: Filters, session: int | None) -> Filters:
    query = request.query_params
    parent = query.get("parent_job_id")
    # An unknown parent, session or backend has no jobs; a number that no column holds says so.
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


def _spoiled(world: World, request: Request, page: dict[str, Any]) -> dict[str, Any]:
    """Return the page, or what a faulty server makes of it."""
    fault = world.faults.take(request.url.path.removeprefix("/v0.4"), _CURSOR_FAULTS)
    if fault is None:
        return page
    shown, cursor = page["jobs"], page["next"]
    given = request.query_params.get("next")
    if fault.kind == "repeated_cursor" and given is not None:
        return {"jobs": shown, "next": given}
    if fault.kind == "empty_page" and shown:
        # The cursor of an empty page says the same place in other words; the page behind it is not empty again.
        submitted, serial = (1 << 47, 0) if given is None else world.cursor_codec.decode(given) or (0, 0)
        if not serial & _AFTER_EMPTY:
            return {"jobs": [], "next": world.cursor_codec.encode(submitted, serial | _AFTER_EMPTY)}
    if fault.kind == "unordered":
        return {"jobs": shown[::-2] + shown[-2::-2], "next": cursor}
    if fault.kind == "shifted" and len(shown) > 1 and cursor is not None:
        # Rows moved while the page was read: its last one comes again on the next page.
        above = world.job_codec.decode(shown[-2]["id"])
        assert above is not None
        return {"jobs": shown, "next": world.cursor_codec.encode(*above)}
    return page


def _opened(world: World, request: Request, *, hides: bool = True) -> Row:
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
    return world.writer.single(_opened(world, request), world.clock.now_ms())


def get_cost(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /jobs/{UUID}/cost`; 403 for a job of the organization that the key may not see."""
    return world.writer.cost(_opened(world, request, hides=False), world.clock.now_ms())


def get_compiled(world: World, request: Request) -> str:
    """Answer `GET /jobs/{UUID}/circuits/{lang}` with the circuit as text; 404 before it is compiled."""
    row = _opened(world, request)
    lang = request.path_params["lang"]
    if lang not in ("native", "qasm3"):
        raise bad_request("lang", "must be native or qasm3.", source="params")
    if world.clock.now_ms() < row["ready"] or row["children"]:
        raise not_found()
    circuit = compiled_circuit(world.scenario.seed, row)
    return json.dumps(circuit) if lang == "native" else openqasm(circuit)


def get_probabilities(world: World, request: Request) -> dict[str, float]:
    """Answer `GET /jobs/{UUID}/results/probabilities`; 404 until the job is completed."""
    row = _opened(world, request)
    sharpen = boolean(request.query_params, "sharpen") or False
    if not has_results(row, world.clock.now_ms()):
        raise not_found()
    return probabilities(world.scenario.seed, row, sharpen=sharpen and row["is_debiased"])


def get_variant(world: World, request: Request) -> dict[str, float]:
    """Answer `GET /jobs/{UUID}/variants/{variantId}/results/…`; 404 for other than variants of a debiased job."""
    row = _opened(world, request)
    number = world.writer.variant(row, request.path_params["variant_id"])
    if number is None or not has_results(row, world.clock.now_ms()):
        raise not_found()
    seed, shots = world.scenario.seed, shots_of_variant(row["shots"], number)
    kind = request.path_params["kind"]
    if kind == "probabilities":
        return probabilities(seed, row, variant=number)
    histogram = counts(probabilities(seed, row, variant=number), shots)
    if kind == "histogram":
        return histogram
    if kind == "shots":
        return shot_states(seed, row, histogram)
    raise not_found()
