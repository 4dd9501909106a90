"""What a deployment has copied and built, held against what the emulated API shows at that moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from ionq_data.lake import Lake
from ionq_data.lake.verification import verify
from ionq_data.sync.backends import is_qpu
from ionq_data.warehouse import connect
from tests.operations.emulated import Emulated
from tests.sync.truth import current

_TERMINAL = {"completed", "failed", "canceled"}


def disagreements(api: Emulated, data_dir: Path) -> list[str]:
    """Return what is wrong with the lake, a sentence each; the emulator's clock has to stand still."""
    lake = Lake(data_dir / "lake")
    shown = _shown_jobs(api)
    kept = {key: record for key, (record, deleted) in current(lake, "jobs").items() if not deleted}
    for record in (*shown.values(), *kept.values()):
        record.pop("child_job_ids", None)  # only a job asked for singly has it
    ended = [job for job in shown.values() if job["status"] in _TERMINAL and is_qpu(job["backend"])]
    costs = current(lake, "job_costs")
    return [
        *(finding.what for finding in verify(lake).findings if finding.level == "error"),
        *(f"job {key} is {kept.get(key)}, and shown as {job}" for key, job in shown.items() if kept.get(key) != job),
        *(f"job {key} is gone and not marked as deleted" for key in kept.keys() - shown.keys()),
        *(f"job {job['id']} has ended, and its cost was never asked for" for job in ended if job["id"] not in costs),
    ]


def published(data_dir: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the published warehouse."""
    with connect(data_dir) as warehouse:
        return warehouse.execute(query).fetchall()


def _shown_jobs(api: Emulated) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    with httpx.Client(headers={"Authorization": f"apiKey {api.api_key}"}, trust_env=False) as client:
        while True:
            page = client.get(f"{api.base_url}/jobs", params={"limit": 100} | ({"next": cursor} if cursor else {}))
            said = page.raise_for_status().json()
            found |= {job["id"]: job for job in said["jobs"]}
            cursor = said.get("next")
            if not cursor:
                return found
