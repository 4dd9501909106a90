"""The work of a job: the sizes of its circuits, their execution times, and failures before the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ionq_data.emulator.circuits import LONGEST_MS
from ionq_data.emulator.jobs import FAILURES
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.quantum import CircuitError
from ionq_data.emulator.submission import Submission
from ionq_data.emulator.submissions.payloads import MOST_GATES

FAILURE_NUMBERS = {code: number for number, (code, _) in enumerate(FAILURES)}
DEBIASED_TIMES = 1.15
"""The factor for the execution of a debiased circuit: its variants are set up one by one."""


@dataclass(frozen=True)
class Size:
    """One circuit in the backend's native gates."""

    qubits: int
    gates_1q: int
    gates_2q: int


@dataclass(frozen=True)
class Refusal:
    """Why a job fails before its queue: a number of `FAILURES`, and the reason in words."""

    failure: int
    message: str


def size_of(submission: Submission) -> Size:
    """Return the size of a job's circuit; `CircuitError` if it cannot run on its backend."""
    circuit, model = submission.circuit, MODELS[submission.machine]
    if circuit.qubits > model.qubits:
        message = f"The circuit has {circuit.qubits} qubits, {model.name} has {model.qubits}."
        raise CircuitError("NotEnoughQubits", message)
    if circuit.gates > MOST_GATES:
        raise CircuitError("TooManyGates", f"A circuit may have {MOST_GATES} gates, this one has {circuit.gates}.")
    if not circuit.gates:
        raise CircuitError("InvalidInput", "The circuit has no gates.")
    compiled = submission.compiled
    return Size(circuit.qubits, compiled.gates_1q, compiled.gates_2q)


def refusal(error: CircuitError) -> Refusal:
    """Return the failure of a job whose circuit cannot run."""
    return Refusal(FAILURE_NUMBERS[error.code], error.message)


def execution_ms(machine: int, sizes: Sequence[Size], shots: int, *, is_debiased: bool) -> list[int]:
    """Return how long each circuit runs: shots × (gates × their times + readout + reset); simulators are quick.

    Single-qubit gates on different ions run in parallel, two-qubit gates one after the other.
    """
    model = MODELS[machine]
    if machine == SIMULATOR:
        return [40 + min((1 << min(size.qubits, 20)) >> 12, 500) for size in sizes]
    times = []
    for size in sizes:
        per_shot = size.gates_1q / 4 * model.gate_1q + size.gates_2q * model.gate_2q + model.readout + model.reset
        times.append(int(1000 * (0.8 + shots * per_shot) * (DEBIASED_TIMES if is_debiased else 1)))
    return times


def too_long(times: Sequence[int]) -> Refusal | None:
    """Return the failure of a job that would run too long, None if it would not."""
    if sum(times) <= LONGEST_MS:
        return None
    message = f"The job would run for {sum(times) / 1000:.0f} seconds, at most {LONGEST_MS // 1000} are possible."
    return Refusal(FAILURE_NUMBERS["TooLongPredictedExecutionTime"], message)
