"""A job's members in October's form: results as artifacts, and the basis of its bill."""

from __future__ import annotations

from typing import Any

from ionq_data.emulator.artifacts import AGGREGATE, AVERAGE, COMPILED, RESULTS, ArtifactIds, variant_slot
from ionq_data.emulator.ids import IdCodec, hash64
from ionq_data.emulator.jobs import HYBRID, MULTI, QAOA, STATUSES, Row, has_results, has_run, is_compiled
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.results import DEBIASED_VARIANTS, qubit_map, shots_of_variant

_INT32 = (1 << 31) - 1
_COMPUTE_SHARE = 0.72
"""The share of the planned execution that is predicted as quantum compute time."""


class OctoberJobs:
    """Writes the members of a job that May's contract writes differently."""

    credit_unit = "credit"

    def __init__(self, codec: IdCodec) -> None:
        self._secret = codec.secret
        self._ids = ArtifactIds(codec)

    def facts(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return `cost_model`, `settings`, `stats`, `output` and `results` as of an instant."""
        compiled = is_compiled(row, now_ms)
        circuits = {"compiled_circuits": self._ids.described(row, COMPILED)} if compiled and not row["children"] else {}
        return {
            "cost_model": "QCT" if row["is_by_time"] else "2QGE_operations",
            "output": {"compilation": circuits} if compiled and row["kind"] not in (HYBRID, QAOA) else {},
            "settings": _settings(row),
            "stats": _stats(row, ran=has_run(row, now_ms)) if compiled else {},
            "results": self._results(row, now_ms),
        }

    def _results(self, row: Row, now_ms: int) -> dict[str, Any] | None:
        if has_results(row, now_ms):
            return self._ids.described(row, RESULTS)
        if not row["children"] or not has_run(row, now_ms) or STATUSES[row["final"]] != "completed":
            return None
        if row["kind"] == MULTI:
            return self._ids.described(row, (AGGREGATE,))
        dice = hash64(self._secret, 45, row["serial"])
        if row["kind"] == HYBRID:
            return {"value": -(dice % 10**7) / 10**6, "variance": dice % 997 / 100}
        bits = format(dice % (1 << row["qubits"]), f"0{row['qubits']}b")
        best = {"optimal_cost": -(dice % 400) / 10, "optimal_bitstring": bits, "processing_status": "complete"}
        return {"qaoa_results": best}

    def output(self, row: Row) -> dict[str, Any]:
        """Return the `output` of a single job with results: compiled circuits, and the error mitigation."""
        mitigation: dict[str, Any] = {"debiasing": False, "symmetry_verification": None}
        if row["is_debiased"]:
            mitigation["debiasing"] = {
                "variants": [self._variant(row, number) for number in range(DEBIASED_VARIANTS)],
                "aggregation_method": "average",
            }
            mitigation["aggregations"] = {"average": self._ids.described(row, (AVERAGE,))[AVERAGE.format]}
        if _verifies_symmetry(row):
            mitigation["symmetry_verification"] = {"num_allowed_states": 1 << row["qubits"] - 1, "applied": True}
        written: dict[str, Any] = {"compilation": {"compiled_circuits": self._ids.described(row, COMPILED)}}
        return written if row["machine"] == SIMULATOR else {**written, "error_mitigation": mitigation}

    def _variant(self, row: Row, number: int) -> dict[str, Any]:
        slots = tuple(variant_slot(number, kind) for kind in range(len(RESULTS)))
        results = self._ids.described(row, slots)
        return {
            # October has no endpoint for a variant; its id names the artifact of its probabilities.
            "variant_id": results[RESULTS[0].format]["id"],
            "qubit_map": qubit_map(self._secret, row, number),
            "shots": shots_of_variant(row["shots"], number),
            "results": results,
        }

    def omitted(self, written: dict[str, Any]) -> tuple[str, ...]:
        """Return the shots of an ideal simulation, and the cost model of a job that is never priced."""
        if "noise" not in written:
            return ()
        return ("cost_model", "shots") if written["noise"]["model"] == "ideal" else ("cost_model",)

    def costs(self, row: Row) -> tuple[bool, bool]:
        """Return that jobs on a free backend are never priced, and that a few bills come without an estimate."""
        if row["machine"] == SIMULATOR:
            return False, False
        return True, hash64(self._secret, 46, row["serial"]) % 40 > 0


def _verifies_symmetry(row: Row) -> bool:
    return bool(row["machine"] != SIMULATOR and not row["is_debiased"] and row["serial"] % 11 == 0)


def _stats(row: Row, *, ran: bool) -> dict[str, Any]:
    stats: dict[str, Any] = {
        "qubits": row["qubits"],
        "circuits": max(row["children"], 1),
        "gate_counts": {"1q": row["gates_1q"], "2q": row["gates_2q"], "measure": row["qubits"]},
        "predicted_quantum_compute_time_us": min(int(row["planned_ms"] * 1000 * _COMPUTE_SHARE), _INT32),
    }
    if ran and row["machine"] != SIMULATOR:
        stats["billed_quantum_compute_time_us"] = row["compute_us"]
        stats["kwh"] = round(MODELS[row["machine"]].kilowatts * row["execution_ms"] / 3_600_000, 6)
    return stats


def _settings(row: Row) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if row["kind"] not in (HYBRID, QAOA):
        settings["compilation"] = {
            "opt": 1 if row["kind"] == MULTI else 0, "precision": "1E-3", "gate_basis": "ZZ", "service_version": "v0.4",
        }  # fmt: skip
    if row["machine"] != SIMULATOR:
        settings["error_mitigation"] = {
            "debiasing": row["is_debiased"], "symmetry_verification": _verifies_symmetry(row),
        }  # fmt: skip
    return settings
