"""The facts that the pipeline should find out, computed only from the simulation's columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import NEVER, from_ms
from ionq_data.emulator.jobs import STATUSES
from ionq_data.emulator.machines import NAMES
from ionq_data.emulator.prices import decimal_text
from ionq_data.emulator.truth_of_backends import backends, changes, fidelities, implausible, levels, outliers
from ionq_data.emulator.truth_of_jobs import facts_of_jobs, queues_by_day, visible_micros
from ionq_data.emulator.truth_of_spending import anomalies, costs
from ionq_data.emulator.world import World

Int = npt.NDArray[np.int64]


def tell_truth(world: World, *, with_jobs: bool) -> dict[str, Any]:
    """Return the facts at the emulator's time.

    Costs are decimal strings of dollars (`cost_in_credits` of credits), by the UTC date on which the billed job ended,
    deleted jobs included. Queue figures cover QPU jobs that are not dry runs, by the UTC date of submission: all
    jobs, root jobs, and root jobs outside of sessions (`queue_daily_public`). Waits are started - submitted,
    quantiles NumPy's `linear`, over the jobs that started; censored jobs still wait or ended without having started.
    """
    now_ms, organization = world.clock.now_ms(), world.history.organization
    truth: dict[str, Any] = {
        "now": from_ms(now_ms).isoformat(),
        "organization": {
            "id": organization.id,
            "projects": [
                {"id": project_id, "name": name}
                for project_id, name in zip(organization.project_ids, organization.project_names, strict=True)
            ],
            "users": [
                {"id": user_id, "name": name}
                for user_id, name in zip(organization.user_ids, organization.user_names, strict=True)
            ],
            "keys": [
                {"api_key": key.secret, "id": key.key_id, "name": key.name, "organization_id": key.organization_id,
                 "role": key.role,
                 "user_id": None if key.user is None else organization.user_ids[key.user]}
                for key in organization.keys
            ],
        },
        "totals": _totals(world, now_ms),
        "cost": costs(world, now_ms, in_credits=False),
        "cost_in_credits": costs(world, now_ms, in_credits=True),
        "usage_restatements": [
            {"date": one.day.isoformat(), "project_id": organization.project_ids[one.project],
             "user_id": organization.user_ids[one.user], "amount": decimal_text(one.micros)}
            for one in world.restatements
        ],
        "misbilled_job_ids": [
            world.job_id(at)
            for at in np.flatnonzero(world.jobs.is_misbilled & (world.jobs.final_ms <= now_ms)).tolist()
        ],
        "queue_daily": queues_by_day(world.jobs, now_ms, among=world.jobs.submitted <= now_ms),
        "queue_daily_roots": queues_by_day(world.jobs, now_ms, among=world.jobs.parent < 0),
        "queue_daily_public": queues_by_day(
            world.jobs, now_ms, among=(world.jobs.parent < 0) & (world.jobs.session < 0)
        ),
        "fidelity": fidelities(world, now_ms),
        "levels": levels(world, now_ms),
        "changes": changes(world, now_ms),
        "outliers": outliers(world, now_ms),
        "implausible": implausible(world, now_ms),
        "anomalies": anomalies(world, now_ms),
        "backends": backends(world, now_ms),
        "rates": [
            {"valid_from": from_ms(rate.valid_from_ms).isoformat(), "gate_1q": tenmillionths(rate.gate_1q),
             "gate_2q": tenmillionths(rate.gate_2q), "minimum": tenmillionths(rate.minimum),
             "minimum_debiased": tenmillionths(rate.minimum_debiased),
             "compute_second": tenmillionths(rate.compute_second)}
            for rate in world.history.rates if rate.valid_from_ms <= now_ms
        ],
    }  # fmt: skip
    if with_jobs:
        truth["jobs"] = facts_of_jobs(world, now_ms)
    return truth


def tenmillionths(parts: int) -> str:
    """Return ten-millionths of a dollar as a decimal string of dollars."""
    return str(Decimal(parts).scaleb(-7))


def _totals(world: World, now_ms: int) -> dict[str, Any]:
    jobs = world.jobs
    there = jobs.submitted <= now_ms
    shown = there & ~jobs.is_deleted
    states = np.bincount(jobs.status(np.flatnonzero(shown), now_ms), minlength=len(STATUSES))
    micros, credited = visible_micros(jobs, now_ms), jobs.in_credits
    return {
        "jobs": int(shown.sum()),
        "root_jobs": int((shown & (jobs.parent < 0)).sum()),
        "deleted_jobs": int((there & jobs.is_deleted).sum()),
        "by_status": {name: int(count) for name, count in zip(STATUSES, states, strict=True)},
        "by_backend": {name: int((shown & (jobs.machine == number)).sum()) for number, name in enumerate(NAMES)},
        "cost": decimal_text(int(micros[~credited].sum())),
        "credits": decimal_text(int(micros[credited].sum())),
        "unsettled_bills": int(((jobs.ended <= now_ms) & (now_ms < jobs.final_ms) & (jobs.final_ms < NEVER)).sum()),
        "sessions": sum(session.created_ms <= now_ms for session in world.sessions),
    }
