"""Records as the API writes them, with a value in every member that a test looks at."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

ORGANIZATION = "b7a1c8f2-0000-4000-8000-000000000001"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job(job_id: str, moment: datetime, **values: Any) -> dict[str, Any]:
    return {
        "id": job_id,
        "status": "submitted",
        "type": "ionq.circuit.v1",
        "backend": "qpu.forte-1",
        "dry_run": False,
        "submitter_id": "user-1",
        "project_id": "project-1",
        "parent_job_id": None,
        "session_id": None,
        "metadata": None,
        "name": f"job {job_id[:8]}",
        "submitted_at": iso(moment),
        "started_at": None,
        "completed_at": None,
        "predicted_wait_time_ms": None,
        "predicted_execution_duration_ms": None,
        "execution_duration_ms": None,
        "failure": None,
        "output": {},
        "settings": {},
        "stats": {"qubits": 4},
        "results": None,
    } | values


def cost(value: float) -> dict[str, Any]:
    return {
        "dry_run": False,
        "estimated_cost": {"value": 20, "unit": "usd"},
        "cost": {"value": value, "unit": "usd"},
    }


def usage(day: date, amount: float, *groups: str) -> dict[str, Any]:
    return {
        "from": day.isoformat(),
        "amount": amount,
        "job_count": 3,
        "time_us": 1.5,
        "group_usages": [{"group_id": g, "group_name": g, "amount": 1, "job_count": 1, "time_us": 1} for g in groups],
    }


def characterization(name: str, measured_at: datetime) -> dict[str, Any]:
    return {
        "id": name,
        "date": iso(measured_at),
        "qubits": 36,
        "connectivity": [[0, 1]],
        "fidelity": {"spam": {"median": 0.99}},
        "timing": {"t1": 10},
    }


def session(name: str, created_at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "id": name,
        "created_at": iso(created_at),
        "organization_id": ORGANIZATION,
        "backend": "qpu.forte-1",
        "project_id": "project-1",
        "creator_id": "user-1",
        "started_at": None,
        "ended_at": None,
        "active": True,
        "status": "created",
        "settings": {"job_count_limit": 5, "cost_limit": {"unit": "usd", "value": 100}},
    } | values


def backend(name: str, now: datetime) -> dict[str, Any]:
    return {
        "backend": name,
        "status": "available",
        "qubits": 36,
        "average_queue_time": 1000,
        "last_updated": iso(now),
    }


def estimate(backend: str, *, error_mitigation: bool, now: datetime) -> dict[str, Any]:
    return {
        "input_values": {"backend": backend, "error_mitigation": error_mitigation},
        "estimated_at": iso(now),
        "cost_unit": "usd",
        "rate_information": {
            "job_cost_minimum": 25.79,
            "cost_1q_gate": 0.0001645,
            "cost_2q_gate": 0.001121,
            "organization": ORGANIZATION,
        },
        "estimated_cost": 25.79,
        "estimated_execution_time": 1.5,
        "current_predicted_queue_time": 60,
    }
