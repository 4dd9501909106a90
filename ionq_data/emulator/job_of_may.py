"""A job's members in May's form: results behind URLs, and variants with their own endpoints."""

from __future__ import annotations

from typing import Any

from ionq_data.emulator.ids import IdCodec, hash64
from ionq_data.emulator.jobs import MULTI, Row, has_results, has_run, is_compiled
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.results import DEBIASED_VARIANTS, qubit_map, shots_of_variant


class MayJobs:
    """Writes the members of a job that October's contract writes differently."""

    credit_unit = "credits"

    def __init__(self, codec: IdCodec) -> None:
        self._codec = codec
        self._variants = IdCodec(hash64(codec.secret, 1))

    def facts(self, row: Row, now_ms: int) -> dict[str, Any]:
        """Return `cost_model`, `settings`, `stats`, `output` and `results` as of an instant."""
        url = self._url(row, "/results/probabilities")
        return {
            "cost_model": "quantum_compute_time" if row["serial"] % 3 else "execution_time",
            "output": {"compilation": {}} if now_ms >= min(row["ready"], row["ended"]) else {},
            "settings": _settings(row),
            "stats": _stats(row, ran=has_run(row, now_ms)) if is_compiled(row, now_ms) else {},
            "results": {"probabilities": {"url": url}} if has_results(row, now_ms) else None,
        }

    def output(self, row: Row) -> dict[str, Any]:
        """Return the `output` of a single job with results: the variants of a debiased one."""
        if not row["is_debiased"]:
            return {"compilation": {}}
        variants = []
        for number in range(DEBIASED_VARIANTS):
            variant_id = self._variants.encode(row["submitted"], row["serial"] * DEBIASED_VARIANTS + number)
            url = self._url(row, f"/variants/{variant_id}/results/")
            variants.append(
                {
                    "variant_id": variant_id,
                    "qubit_map": qubit_map(self._codec.secret, row, number),
                    "shots": shots_of_variant(row["shots"], number),
                    "results": {kind: {"url": url + kind} for kind in ("probabilities", "histogram", "shots")},
                }
            )
        return {"compilation": {}, "error_mitigation": {"debiasing": {"variants": variants}}}

    def _url(self, row: Row, path: str) -> str:
        return f"/v0.4/jobs/{self._codec.encode(row['submitted'], row['serial'])}{path}"

    def omitted(self, _written: dict[str, Any]) -> tuple[str, ...]:
        """Return nothing: every member is written."""
        return ()

    def costs(self, _row: Row) -> tuple[bool, bool]:
        """Return that every job is billed, even if with 0, and that its estimate is shown."""
        return True, True

    def variant(self, row: Row, variant_id: str) -> int | None:
        """Return the number of a job's variant by its id, or None."""
        decoded = self._variants.decode(variant_id)
        if decoded is None or not row["is_debiased"] or decoded[0] != row["submitted"]:
            return None
        serial, number = divmod(decoded[1], DEBIASED_VARIANTS)
        return number if serial == row["serial"] else None


def _stats(row: Row, *, ran: bool) -> dict[str, Any]:
    stats: dict[str, Any] = {
        "qubits": row["qubits"],
        "circuits": max(row["children"], 1),
        "gate_counts": {"1q": row["gates_1q"], "2q": row["gates_2q"]},
        "predicted_quantum_compute_time_us": row["planned_ms"] * 1000,
    }
    if ran and row["machine"] != SIMULATOR:
        stats["billed_quantum_compute_time_us"] = row["execution_ms"] * 1000
        stats["kwh"] = round(MODELS[row["machine"]].kilowatts * row["execution_ms"] / 3_600_000, 6)
    return stats


def _settings(row: Row) -> dict[str, Any]:
    settings: dict[str, Any] = {"compilation": {"opt": 1 if row["kind"] == MULTI else 0, "precision": "1E-3"}}
    if row["machine"] != SIMULATOR:
        twirled = row["is_debiased"] and row["serial"] % 8 == 0
        debiasing = {"phi_chi_twirling": {"p2q": 0.5, "t2q": 0.1, "t1q": 0.05}} if twirled else row["is_debiased"]
        settings["error_mitigation"] = {"debiasing": debiasing}
    return settings
