"""``fct_jobs`` and the dimensions, from the API's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.truth.answers import TERMINAL, Json, is_qpu
from tests.truth.knowledge import Job, Knowledge, day, instant, money, number, seconds, unit

Row = dict[str, Any]


def fct_jobs(known: Knowledge) -> list[Row]:
    return [
        _said(known, job) | _times(job) | _paid(known, job) | _calibrated(known, job) for job in known.jobs.values()
    ]


def _said(known: Knowledge, job: Job) -> Row:
    said, stats = job.json, job.json["stats"]
    gates = stats.get("gate_counts") or {}
    mitigation = (said["settings"].get("error_mitigation") or {}).get("debiasing")
    failure = said["failure"] or {}
    return {
        "account": "default",
        "organization": known.organization,
        "job_id": job.id,
        "job_name": said["name"],
        "job_type": said["type"],
        "status": said["status"],
        "is_terminal": job.is_terminal,
        "is_deleted": job.is_deleted,
        "backend": said["backend"],
        "is_qpu": job.is_qpu,
        "dry_run": said["dry_run"],
        "project_id": said["project_id"],
        "project_name": known.names["project"].get(said["project_id"]),
        "submitter_id": said["submitter_id"],
        "submitter_name": known.names["user"].get(said["submitter_id"]),
        "session_id": said["session_id"],
        "is_in_session": said["session_id"] is not None,
        "cost_model": said.get("cost_model"),
        "parent_job_id": said["parent_job_id"],
        "root_job_id": known.root(job.id),
        "shots": said.get("shots"),
        "qubits": stats.get("qubits"),
        "circuits": stats.get("circuits"),
        "gates_1q": number(gates.get("1q")),
        "gates_2q": number(gates.get("2q")),
        "is_debiased": mitigation is True or isinstance(mitigation, dict),
        "failure_code": failure.get("code"),
        "failure_message": failure.get("message"),
        "kwh": number(stats.get("kwh")),
        "problems": 0,
    }


def _times(job: Job) -> Row:
    said = job.json
    queue = seconds(job.started, job.submitted)
    predicted = None if said["predicted_wait_time_ms"] is None else said["predicted_wait_time_ms"] / 1e3
    ran = said["execution_duration_ms"]
    return {
        "submitted_at": job.submitted,
        "started_at": job.started,
        "completed_at": job.completed,
        "queue_seconds": queue,
        "execution_seconds": None if ran is None else ran / 1e3,
        "turnaround_seconds": seconds(job.completed, job.submitted),
        "predicted_queue_seconds": predicted,
        "queue_prediction_error_seconds": None if queue is None or predicted is None else predicted - queue,
        "negative_durations": 0,
    }


def _paid(known: Knowledge, job: Job) -> Row:
    bill = known.bills.get(job.id)
    estimate = None if bill is None else bill.answer.get("estimated_cost")
    row: Row = {
        "cost": None,
        "currency": None,
        "billed_cost": bill and bill.cost,
        "billed_currency": bill and bill.currency,
        "estimated_cost": money(estimate),
        "estimated_currency": unit(estimate),
    }
    family = known.bills_by_root.get(job.id)
    if family:
        below = list(family.values())
        assert len({one.currency for one in below}) == 1, "the emulator bills a family in one currency"
        own = family.get(job.id)
        status = "from_children" if own is None else "settled" if own.is_settled else "provisional"
        paid = sum((one.cost for one in below if one.cost is not None), Decimal(0))
        return row | {"cost": paid, "currency": below[0].currency, "cost_status": status}
    if job.json["dry_run"]:
        return row | {"cost": Decimal(0), "currency": unit(estimate) or usual_currency(known), "cost_status": "dry_run"}
    if any(known.is_billed(one) for one in (job.id, *known.ancestors(job.id))):
        return row | {"cost_status": "on_root"}
    if bill and estimate is None:
        return row | {"cost": Decimal(0), "currency": usual_currency(known), "cost_status": "settled"}
    return row | {"cost_status": "estimated" if bill else "refused" if _was_missed(job) else "not_asked"}


def usual_currency(known: Knowledge) -> str:
    """Return the currency of most bills, in which nothing is paid for what costs nothing."""
    counts = Counter(str(bill.currency) for bill in known.counted_bills.values())
    return min((-count, currency) for currency, count in counts.items())[1] if counts else "USD"


def _was_missed(job: Job) -> bool:
    """A job of a QPU that was deleted before its cost was ever read."""
    return job.is_deleted and job.is_qpu


BAND = ("expected_success_low", "expected_success_high")  # tests/sql: only where results are copied


def _calibrated(known: Knowledge, job: Job) -> Row:
    at = job.started or job.submitted
    one = known.calibration(job.json["backend"], at) if job.is_qpu else None
    if one is None:
        names = ("characterization_id", "characterization_age_hours", "fidelity_1q", "fidelity_2q", "fidelity_spam")
        return dict.fromkeys((*names, "expected_success_probability", *BAND))
    gates, qubits = job.json["stats"].get("gate_counts"), job.json["stats"].get("qubits")
    f1, f2, spam = (fidelity(one, metric) for metric in ("1q", "2q", "spam"))
    age = seconds(at, instant(one["date"]))
    assert age is not None
    return {
        "characterization_id": one["id"],
        "characterization_age_hours": age / 3600,
        "fidelity_1q": f1,
        "fidelity_2q": f2,
        "fidelity_spam": spam,
        "expected_success_probability": (
            f1 ** gates["1q"] * f2 ** gates["2q"] * spam**qubits
            if gates and f1 is not None and f2 is not None and spam is not None
            else None
        ),
        **dict.fromkeys(BAND),
    }


def fidelity(characterization: Json, metric: str) -> float | None:
    """Return a fidelity, None where it is not said; older records say ``mean`` where others say ``median``."""
    said = characterization["fidelity"][metric]
    return number(said["median"] if "median" in said else said["mean"])


def dim_projects(known: Knowledge) -> list[Row]:
    return list(_members(known, grouping="project", column="project_id"))


def dim_users(known: Knowledge) -> list[Row]:
    return [
        {"user_id" if key == "submitter_id" else key: value for key, value in row.items()}
        for row in _members(known, grouping="user", column="submitter_id")
    ]


def _members(known: Knowledge, *, grouping: str, column: str) -> Iterable[Row]:
    listed: dict[str, list[datetime]] = {}
    for entry in known.last.usage[grouping]["usage_data"]:
        for group in entry["group_usages"]:
            midnight = datetime.combine(day(entry["from"]), datetime.min.time())
            listed.setdefault(group["group_id"], []).append(midnight)
    if grouping == "project":  # a project that nobody has used has no job and stands in no report
        listed = {one["id"]: [] for one in known.last.projects or []} | listed
    for one in {job.json[column] for job in known.jobs.values()} | set(listed):
        jobs = [job for job in known.jobs.values() if job.json[column] == one]
        seen = [job.submitted for job in jobs] + listed.get(one, [])
        yield {
            column: one,
            f"{grouping}_name": known.names[grouping].get(one),
            "organization": known.organization,
            "first_seen_at": min(seen, default=None),
            "last_seen_at": max(seen, default=None),
            "jobs": len(jobs),
            "open_jobs": sum(not job.is_terminal and not job.is_deleted for job in jobs),
        }


def dim_backends(known: Knowledge) -> list[Row]:
    snapshots = {one["backend"]: (visit.at, one) for visit in known.visits for one in visit.backends}
    first = {one["backend"]: visit.at for visit in reversed(known.visits) for one in visit.backends}
    rows = []
    for name in sorted({*snapshots, *known.calibrations, *(job.json["backend"] for job in known.jobs.values())}):
        jobs = [job for job in known.jobs.values() if job.json["backend"] == name]
        measured, ones = known.calibrations.get(name, ([], []))
        at, said = snapshots.get(name, (None, None))
        looks = [instant(one["date"]) for one in known.last.characterizations.values() if one["backend"] == name]
        seen = [job.submitted for job in jobs] + looks + ([first[name], at] if at else [])
        rows.append(
            {
                "backend": name,
                "is_qpu": is_qpu(name),
                "status": said and said["status"],
                "is_listed": at == known.visits[-1].at,
                "is_degraded": said and said["degraded"],
                "qubits": said["qubits"] if said else ones[-1]["qubits"] if ones else None,
                "location": said and said["location"],
                "average_queue_seconds": said and said["average_queue_time"] / 1e3,
                "characterization_id": ones[-1]["id"] if ones else None,
                "measured_at": measured[-1] if ones else None,
                **{f"fidelity_{m}": fidelity(ones[-1], m) if ones else None for m in ("1q", "2q", "spam")},
                "first_seen_at": min(seen),
                "last_seen_at": max(seen),
                "jobs": len(jobs),
                "open_jobs": sum(job.json["status"] not in TERMINAL and not job.is_deleted for job in jobs),
            }
        )
    return rows
