"""The lake, and the warehouse made from it, against the API's truth."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx

from ionq_data.emulator.app import Application
from ionq_data.emulator.machines import NAMES
from ionq_data.resources.jobs import TERMINAL_STATUSES
from ionq_data.sync.backends import is_qpu
from tests.simulation.year import START, Year
from tests.sync.truth import current

Records = dict[str, Any]
UNNAMED = "characterizations of backends that nothing names"  # an older lake's jobs may have named them
_PASSING = ("added_upstream", "child_job_ids", "expires_at")


def shown(year: Year) -> dict[str, Records]:
    """Return every record that the API shows, by resource and key."""
    return asyncio.run(_shown(year))


async def _shown(year: Year) -> dict[str, Records]:
    emulator, found = year.emulator, defaultdict(dict)
    transport = httpx.ASGITransport(Application(emulator))  # type: ignore[arg-type]
    headers = {"Authorization": f"apiKey {emulator.api_key}"}
    async with httpx.AsyncClient(transport=transport, base_url="https://truth.example.test/v0.4") as http:

        async def get(path: str, **params: Any) -> Any:
            answer = await http.get(path, params=params, headers=headers)
            assert answer.status_code == 200, (path, answer.status_code, answer.text)
            return answer.json()

        cursor: dict[str, str] = {}
        while cursor is not None:
            page = await get("/jobs", limit=100, **cursor)
            found["jobs"] |= {job["id"]: job for job in page["jobs"]}
            cursor = {"next": page["next"]} if page["next"] else None  # type: ignore[assignment]
        for job in found["jobs"].values():
            if job["status"] in TERMINAL_STATUSES and is_qpu(job["backend"]):
                found["job_costs"][job["id"]] = await get(f"/jobs/{job['id']}/cost")
        found["sessions"] = {one["id"]: one for one in (await get("/sessions"))["sessions"]}
        named = {one["backend"] for one in await get("/backends")} | {j["backend"] for j in found["jobs"].values()}
        for backend in filter(is_qpu, NAMES):
            number = 1
            while records := (await get(f"/backends/{backend}/characterizations", limit=10, page=number))[
                "characterizations"
            ]:
                for record in records:  # on a page of several, one can show its neighbour's value: only asked singly
                    resource = "characterizations" if backend in named else UNNAMED
                    found[resource][record["id"]] = record["date"]
                number += 1
        for grouping in ("project", "user"):
            start, end = START.date() - timedelta(days=30), year.now.date()
            path = f"/organizations/{emulator.organization_id}/usage"
            asked = {"group_by": grouping, "modality": "daily", "start_date": str(start), "end_date": str(end)}
            for row in (await get(path, **asked))["usage_data"]:
                found["usage"][f"{grouping}|daily|{row['from'][:10]}"] = _money(row)
    return found


def _money(row: Records) -> Any:
    """Return what of a date's report does not depend on the range of dates that was asked for."""
    groups = {one["group_id"]: (one.get("amounts", one["amount"]), one["job_count"]) for one in row["group_usages"]}
    return row.get("amounts", row["amount"]), row["job_count"], groups


def differences(year: Year, held_before: dict[str, set[str]]) -> Iterable[str]:
    """Return how the lake differs from the API, a sentence each. ``held_before`` is of another organization."""
    true = shown(year)
    unnamed = true.pop(UNNAMED, {})
    for name, records in true.items():
        held = current(year.lake, name)
        for key, record in records.items():
            mine, is_deleted = held.get(key, (None, False))
            if mine is not None and name == "usage":
                mine = _money(mine)
            elif mine is not None and name == "characterizations":
                mine = mine["date"]
            elif mine is not None:
                mine, record = _plain(mine), _plain(record)
            if is_deleted or mine != record:
                yield f"{name} {key} is {'deleted' if is_deleted else mine}, and shown as {record}"
        if name == "jobs":
            yield from (f"job {key} is gone and not marked" for key in held if key not in records and not held[key][1])
        if name in ("sessions", "characterizations"):
            yield from (
                f"{name} {key} is not the API's"
                for key in held.keys() - records.keys() - unnamed.keys() - held_before[name]
            )


def _plain(record: Any) -> Any:
    return {name: value for name, value in record.items() if name not in _PASSING}


def wrong_marts(year: Year, warehouse: Path) -> Iterable[str]:
    """Return how the warehouse differs from what the simulation knows of its jobs."""
    truth = {job["id"]: job for job in year.emulator.truth(jobs=True)["jobs"]}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select job_id, status, is_deleted, backend, billed_cost, lower(billed_currency) from fct_jobs"
        ).fetchall()
    found = {job_id: values for job_id, *values in rows}
    for job_id, job in truth.items():
        if job["is_deleted"]:
            if job_id in found and not found[job_id][1]:
                yield f"job {job_id} was deleted"
            continue
        cost = None if job["cost"] is None or not is_qpu(job["backend"]) else Decimal(job["cost"])
        wanted = [job["status"], False, job["backend"], cost, None if cost is None else job["currency"]]
        if found.get(job_id) != wanted:
            yield f"job {job_id} is {found.get(job_id)}, and was {wanted}"
    yield from (f"job {key} is of nobody" for key, values in found.items() if key not in truth and not values[1])
