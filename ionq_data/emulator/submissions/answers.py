"""The members of an answer about a submitted job that its columns do not hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from ionq_data.emulator.jobs import HYBRID, MULTI, QAOA, STATUSES, Row, has_results, has_run
from ionq_data.emulator.submissions.hybrid import best_cut, energy
from ionq_data.emulator.submissions.outcomes import outcome_of
from ionq_data.emulator.world import World

KINDS = ("probabilities", "histogram", "shots")
_PLUGINS = ("qiskit-ionq/", "pennylane-ionq-api-client/")
"""The user agents of plugins that read a job's results only through May's `results.probabilities.url`."""


def with_results(world: World, row: Row, written: dict[str, Any], user_agent: str) -> dict[str, Any]:
    """Return a job as `GET /jobs/{id}` shows it with its computed results, and the URLs that some plugins need.

    October's contract has no such URLs. But the plugins cannot work without them, so the service must send them.
    """
    now_ms = world.clock.now_ms()
    completed = has_run(row, now_ms) and STATUSES[row["final"]] == "completed"
    if completed and row["serial"] in world.submitted and row["kind"] in (HYBRID, QAOA):
        # In May's contract, only the output has room for them, because its members are open.
        place = "results" if world.scenario.is_october else "output"
        written = {**written, place: _computed(world, row)}
    if has_results(row, now_ms) and row["serial"] in world.submitted and not world.scenario.is_october:
        path = f"/v0.4/jobs/{written['id']}/results/"
        written = {**written, "results": {kind: {"url": path + kind} for kind in KINDS}}
    is_family = completed and row["kind"] == MULTI
    if (has_results(row, now_ms) or is_family) and user_agent.startswith(_PLUGINS):
        path = f"/v0.4/jobs/{written['id']}/results/probabilities{'/aggregated' if is_family else ''}"
        written = {**written, "results": {**(written["results"] or {}), "probabilities": {"url": path}}}
    return written


def _computed(world: World, row: Row) -> dict[str, Any]:
    body = world.submitted[row["serial"]].body
    if row["kind"] == HYBRID:
        return energy(body, row["shots"])
    at = world.jobs.position(row["submitted"], row["serial"])
    assert at is not None
    parts = world.jobs.rows(np.arange(at + 1, at + 1 + row["children"]))
    seen = [list(outcome_of(world, part).counts) for part in parts]
    return {"qaoa_results": best_cut(body["input"]["problem"], seen)}
