"""The identity of a key, and the projects of its organization."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import allowed, caller
from ionq_data.emulator.instants import from_ms, to_ms
from ionq_data.emulator.jobs import shown_micros
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.prices import amount
from ionq_data.emulator.routing import ONLY_OCTOBER, Endpoint
from ionq_data.emulator.world import World


def whoami(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /whoami`."""
    key = caller(world, request)
    written = {"key_id": key.key_id, "key_name": key.name}
    if key.project is not None:
        written["project_id"] = world.history.organization.project_ids[key.project]
    return written


def list_projects(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /projects`, which no contract describes: each project's quota and what this month has used of it."""
    key, organization = allowed(world, request, "projects"), world.history.organization
    if key.organization_id != organization.id:
        return {"projects": []}
    now_ms, jobs = world.clock.now_ms(), world.jobs
    month_ms = to_ms(from_ms(now_ms).replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    billed = np.flatnonzero((jobs.shown_ms <= now_ms) & (jobs.ended >= month_ms))
    micros = shown_micros(
        jobs.first_micros[billed], jobs.final_micros[billed], jobs.shown_ms[billed], jobs.final_ms[billed], now_ms
    )
    listed = []
    for number, (project_id, name) in enumerate(zip(organization.project_ids, organization.project_names, strict=True)):
        in_credits = number == CREDITS_PROJECT and now_ms >= world.scenario.credits_from_ms
        own = (jobs.project[billed] == number) & (jobs.in_credits[billed] == in_credits)
        listed.append(
            {
                "id": project_id, "name": name, "organization_id": organization.id,
                "quotaUsage": amount(int(micros[own].sum())),
                "quotaLimit": None if (quota := world.quotas[number]) is None else amount(quota),
                "unit": "credit" if in_credits else "usd",
            }
        )  # fmt: skip
    return {"projects": listed}


ROUTES = (
    Endpoint("GET", "/whoami", whoami),
    Endpoint("GET", "/projects", list_projects, ONLY_OCTOBER),
)
