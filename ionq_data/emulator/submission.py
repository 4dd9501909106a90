"""A submitted job beyond its columns: its request, and the circuit of each of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ionq_data.emulator.machines import MODELS
from ionq_data.emulator.quantum import (
    Circuit,
    Compiled,
    Counts,
    Entangler,
    canonical,
    compile_circuit,
    read_circuit,
)

Json = dict[str, Any]
DEFAULT_SHOTS = 100
CIRCUIT, MULTI, QASM3, FUNCTION, QAOA = (
    "ionq.circuit.v1", "ionq.multi-circuit.v1", "ionq.qasm3.v1", "quantum-function", "qctrl.qaoa.v1",
)  # fmt: skip
"""The types of job that can be submitted."""


@dataclass(frozen=True, eq=False)
class Submission:
    """The request of a submitted job.

    Args:
        body: The body as sent (of the parent, for a part of a job of several circuits).
        machine: Number of the backend.
        part: The circuit of the body that this job runs; None for a job that has several, or that only computes.
        made: A circuit that the service made itself, in QIS gates (of a QAOA job's parts).
        message: Why the job failed, in words.
    """

    body: Json
    machine: int
    part: int | None = 0
    made: Json | None = None
    message: str = ""

    @property
    def type(self) -> str:
        """The job's type, as the API names it."""
        if self.made is not None:
            return "qctrl.qaoa-circuit.v1"
        asked: str = self.body["type"]
        return CIRCUIT if asked == MULTI and self.part is not None else asked

    @property
    def name(self) -> str | None:
        """The name of the job, or of its circuit."""
        own = self._input.get("name") if self.type != self.body["type"] else None
        name: str | None = own or self.body.get("name")
        return name

    @property
    def shots(self) -> int:
        """Shots of each circuit."""
        return int(self.body.get("shots", DEFAULT_SHOTS))

    @property
    def noise(self) -> Json:
        """The requested noise model and its seed."""
        asked: Json = self.body.get("noise") or {"model": "ideal"}
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def is_debiased(self) -> bool:
        """Whether the request asks for debiasing."""
        mitigation = (self.body.get("settings") or {}).get("error_mitigation") or {}
        return mitigation.get("debiasing") is True

    @property
    def _input(self) -> Json:
        if self.made is not None:
            return self.made
        given: Json = self.body["input"]
        return given["circuits"][self.part] if "circuits" in given and self.part is not None else given

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit that this job runs; `CircuitError` if it cannot."""
        given, whole = self._input, self.body["input"]
        if "data" in given and isinstance(given["data"], str):
            from ionq_data.emulator.quantum.qasm3 import read_program

            return read_program(given["data"])
        key = "input.circuit" if "circuits" not in whole else f"input.circuits[{self.part}].circuit"
        return read_circuit(
            given["circuit"],
            gateset=self.gateset,
            qubits=given.get("qubits", whole.get("qubits")),
            registers=given.get("registers"),
            key=key,
        )

    @property
    def gateset(self) -> str:
        """The gate set of the circuit: its own or the job's."""
        gateset: str = self._input.get("gateset") or self.body["input"].get("gateset") or "qis"
        return gateset

    @cached_property
    def compiled(self) -> Compiled:
        """The circuit in the backend's native gates; a circuit sent in native gates runs as it is."""
        if self.gateset == "native" and "circuit" in self._input:
            return Compiled(self.circuit.qubits, canonical(self._input["circuit"]))
        return compile_circuit(self.circuit, entangler(self.machine))


def entangler(machine: int) -> Entangler:
    """Return the native two-qubit gate of a backend."""
    return "ms" if "aria" in MODELS[machine].name else "zz"


@dataclass(frozen=True, eq=False)
class Outcome:
    """Shots by outcome (see `Circuit`), and the share of each: exact without noise, else their frequency."""

    counts: Counts
    shares: dict[int, float]
