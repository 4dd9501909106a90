"""Results of jobs: a few likely states, determined by the job's number."""

from __future__ import annotations

import random
from typing import Any

from ionq_data.emulator.ids import hash64
from ionq_data.emulator.jobs import Row

DEBIASED_VARIANTS = 4
_STATES = 8
_SHARES, _ORDER, _GATES = 41, 43, 44


def _chance(seed: int, *parts: int) -> random.Random:
    return random.Random(hash64(seed, *parts))  # noqa: S311 - chance, not secrecy


def probabilities(seed: int, row: Row, *, variant: int = -1, sharpen: bool = False) -> dict[str, float]:
    """Return probabilities by decimal state; they add up to one."""
    # The variants of a job and its sharpened answer have the same states.
    of_job = _chance(seed, _SHARES, row["serial"])
    states = sorted({of_job.randrange(1 << row["qubits"]) for _ in range(_STATES)})
    rng = _chance(seed, _SHARES, row["serial"], variant + 1)
    weights = [rng.random() ** (4 if sharpen else 2) + 1e-3 for _ in states]
    total = sum(weights)
    return {str(state): weight / total for state, weight in zip(states, weights, strict=True)}


def counts(shares: dict[str, float], shots: int) -> dict[str, float]:
    """Return whole counts by state that add up to the shots."""
    whole = {state: int(share * shots) for state, share in shares.items()}
    likeliest = max(shares, key=lambda state: shares[state])
    whole[likeliest] += shots - sum(whole.values())
    return {state: count for state, count in whole.items() if count}


def shot_states(seed: int, row: Row, histogram: dict[str, float]) -> dict[str, float]:
    """Return the state of each shot by its number, in an order that the job determines."""
    states = [int(state) for state, count in histogram.items() for _ in range(int(count))]
    _chance(seed, _ORDER, row["serial"]).shuffle(states)
    return {str(shot): state for shot, state in enumerate(states)}


def qubit_map(secret: int, row: Row, variant: int) -> list[int]:
    """Return the physical qubit on which a variant ran each qubit of the circuit."""
    offset = hash64(secret, row["serial"], variant) % row["qubits"]
    return [(qubit + offset) % row["qubits"] for qubit in range(row["qubits"])]


def shots_of_variant(shots: int, number: int) -> int:
    """Return the number of a debiased job's shots that went to one of its variants."""
    return shots // DEBIASED_VARIANTS + (number < shots % DEBIASED_VARIANTS)


def compiled_circuit(seed: int, row: Row) -> list[dict[str, Any]]:
    """Return a native circuit with the job's gate counts, single-qubit gates before two-qubit ones."""
    rng = _chance(seed, _GATES, row["serial"])
    qubits = range(row["qubits"])
    single: list[dict[str, Any]] = [
        {"gate": "gpi2", "phase": round(rng.random(), 6), "targets": [rng.choice(qubits)]}
        for _ in range(row["gates_1q"])
    ]
    return single + [{"gate": "zz", "targets": rng.sample(qubits, 2)} for _ in range(row["gates_2q"])]


def openqasm(circuit: list[dict[str, Any]]) -> str:
    """Return a native circuit as OpenQASM 3 on hardware qubits, angles in turns."""
    lines = ["OPENQASM 3.0;"]
    for gate in circuit:
        qubits = ", ".join(f"${qubit}" for qubit in gate["targets"])
        lines.append(f"{gate['gate']}({gate.get('phase', 0.25)}) {qubits};")
    return "\n".join(lines) + "\n"
