"""A job as the API writes it, at the clock's time: only what has happened by then is in it."""

from __future__ import annotations

from typing import Any

from ionq_data.emulator.ids import IdCodec, hash64
from ionq_data.emulator.instants import from_ms
from ionq_data.emulator.job_text import job_metadata, job_name
from ionq_data.emulator.jobs import FAILURES, MULTI, SINGLE, STATUSES, TYPES
from ionq_data.emulator.machines import MODELS, NAMES, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT, Organization
from ionq_data.emulator.scenario import Scenario

Row = dict[str, Any]
_NOISES = ("ideal", "aria-1", "forte-1", "forte-enterprise-1")
_DEBIASED_VARIANTS = 4


class JobWriter:
    """Writes jobs of one history; holds what does not change between requests."""

    def __init__(self, scenario: Scenario, organization: Organization, codec: IdCodec, session_ids: list[str]) -> None:
        self._scenario = scenario
        self._organization = organization
        self._codec = codec
        self._variants = IdCodec(hash64(codec.secret, 1))
        self._session_ids = session_ids

    def listed(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job as `GET /jobs` lists it (`BaseJob`)."""
        seed, hostile = self._scenario.seed, self._scenario.hostile
        status = self._status(row, now_ms)
        ended = status >= 3
        ran = ended and row["ended"] > row["started"]
        job_id = self._codec.encode(row["submitted"], row["serial"])
        is_simulated = row["machine"] == SIMULATOR
        written: dict[str, Any] = {
            "id": job_id,
            "status": STATUSES[status],
            "type": TYPES[row["kind"]],
            "backend": NAMES[row["machine"]],
            "dry_run": row["is_dry"],
            "submitter_id": self._organization.user_ids[row["user"]],
            "project_id": self._organization.project_ids[row["project"]],
            "parent_job_id": None if row["parent"] < 0 else self._codec.encode(row["submitted"], row["parent"]),
            "session_id": None if row["session"] < 0 else self._session_ids[row["session"]],
            "metadata": job_metadata(seed, row["serial"], hostile=hostile),
            "name": job_name(seed, row["serial"], hostile=hostile),
            "submitted_at": timestamp(row["submitted"]),
            "started_at": timestamp(row["started"]) if now_ms >= row["started"] else None,
            "completed_at": timestamp(row["ended"]) if ended else None,
            "predicted_wait_time_ms": None if is_simulated else row["predicted_wait_ms"],
            "predicted_execution_duration_ms": row["planned_ms"] if status else None,
            "execution_duration_ms": row["execution_ms"] if ran else None,
            "shots": row["shots"],
            "failure": _failure(row) if STATUSES[status] == "failed" else None,
            "cost_model": self._cost_model(row),
            "output": {"compilation": {}} if status else {},
            "settings": _settings(row),
            "stats": self._stats(row, is_compiled=bool(status) and now_ms >= row["ready"], has_run=ran),
            "results": self._results(job_id) if has_results(row, now_ms) else None,
        }
        if is_simulated:
            dice = hash64(seed, 23, row["serial"])
            written["noise"] = {"model": _NOISES[dice % len(_NOISES)], "seed": dice >> 34}
        if self._scenario.is_live:
            written["queue_position"] = None
        return written

    def single(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job as `GET /jobs/{id}` shows it: with its children, and its variants where it was debiased."""
        written = self.listed(row, now_ms)
        children = range(row["serial"] + 1, row["serial"] + 1 + row["children"])
        written["child_job_ids"] = [self._codec.encode(row["submitted"], child) for child in children] or None
        if row["is_debiased"] and has_results(row, now_ms):
            written["output"] = {
                "compilation": {},
                "error_mitigation": {"debiasing": {"variants": self._variant_list(row, written["id"])}},
            }
        return written

    def variant(self, row: Row, variant_id: str) -> int | None:
        """Return the number of a job's variant by its id, or None."""
        decoded = self._variants.decode(variant_id)
        if decoded is None or not row["is_debiased"] or decoded[0] != row["submitted"]:
            return None
        serial, number = divmod(decoded[1], _DEBIASED_VARIANTS)
        return number if serial == row["serial"] else None

    def cost(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return a job's cost (`GetJobCostResponse`); `cost` is absent until a bill is there."""
        unit = "credits" if self._scenario.credits and row["project"] == CREDITS_PROJECT else "usd"
        written: dict[str, Any] = {
            "dry_run": row["is_dry"],
            "estimated_cost": {"value": row["estimated_cents"] / 100, "unit": unit},
        }
        cents = None
        if now_ms >= row["final_ms"]:
            cents = row["final_cents"]
        elif now_ms >= row["shown_ms"]:
            cents = row["first_cents"]
        elif row["machine"] == SIMULATOR and now_ms >= row["ended"]:
            cents = 0
        if cents is not None:
            written["cost"] = {"value": cents / 100, "unit": unit}
        return written

    def _status(self, row: Row, now_ms: int) -> int:
        if now_ms >= row["ended"]:
            return int(row["final"])
        return 2 if now_ms >= row["started"] else int(now_ms >= row["ready"])

    def _cost_model(self, row: Row) -> str:
        if self._scenario.is_live:
            return "QCT" if row["serial"] % 3 else "2QGE_operations"
        return "quantum_compute_time" if row["serial"] % 3 else "execution_time"

    def _stats(self, row: Row, *, is_compiled: bool, has_run: bool) -> dict[str, Any]:
        if not is_compiled:
            return {}
        stats: dict[str, Any] = {
            "qubits": row["qubits"],
            "circuits": max(row["children"], 1),
            "gate_counts": {"1q": row["gates_1q"], "2q": row["gates_2q"]},
            "predicted_quantum_compute_time_us": row["planned_ms"] * 1000,
        }
        if has_run and row["machine"] != SIMULATOR:
            stats["billed_quantum_compute_time_us"] = row["execution_ms"] * 1000
            stats["kwh"] = round(MODELS[row["machine"]].kilowatts * row["execution_ms"] / 3_600_000, 6)
        return stats

    def _results(self, job_id: str) -> dict[str, Any]:
        if self._scenario.is_live:
            form = "ionq.result.probabilities.json.v2"
            return {form: {"id": f"{job_id}/{form}", "format": form, "media_type": "application/json"}}
        return {"probabilities": {"url": f"/v0.4/jobs/{job_id}/results/probabilities"}}

    def _variant_list(self, row: Row, job_id: str) -> list[dict[str, Any]]:
        shots, variants = row["shots"], []
        for number in range(_DEBIASED_VARIANTS):
            variant_id = self._variants.encode(row["submitted"], row["serial"] * _DEBIASED_VARIANTS + number)
            url = f"/v0.4/jobs/{job_id}/variants/{variant_id}/results/"
            offset = hash64(self._codec.secret, row["serial"], number) % row["qubits"]
            variants.append(
                {
                    "variant_id": variant_id,
                    "qubit_map": [(qubit + offset) % row["qubits"] for qubit in range(row["qubits"])],
                    "shots": shots_of_variant(shots, number),
                    "results": {kind: {"url": url + kind} for kind in ("probabilities", "histogram", "shots")},
                }
            )
        return variants


def has_results(row: Row, now_ms: int) -> bool:
    """Return whether a job has results of its own: completed, really run, and not through its children."""
    ran = row["started"] <= row["ended"] <= now_ms
    return bool(ran and STATUSES[row["final"]] == "completed" and row["kind"] == SINGLE)


def shots_of_variant(shots: int, number: int) -> int:
    """Return how many of a debiased job's shots went to one of its variants."""
    return shots // _DEBIASED_VARIANTS + (number < shots % _DEBIASED_VARIANTS)


def timestamp(instant_ms: int) -> str:
    """Return an instant as the API writes it: ISO 8601, milliseconds, `Z`."""
    return from_ms(instant_ms).isoformat(timespec="milliseconds")[:-6] + "Z"


def _failure(row: Row) -> dict[str, str]:
    code, message = FAILURES[max(row["failure"], 0)]
    return {"code": code, "message": message}


def _settings(row: Row) -> dict[str, Any]:
    settings: dict[str, Any] = {"compilation": {"opt": 1 if row["kind"] == MULTI else 0, "precision": "1E-3"}}
    if row["machine"] != SIMULATOR:
        twirled = row["is_debiased"] and row["serial"] % 8 == 0
        debiasing = {"phi_chi_twirling": {"p2q": 0.5, "t2q": 0.1, "t1q": 0.05}} if twirled else row["is_debiased"]
        settings["error_mitigation"] = {"debiasing": debiasing}
    return settings
