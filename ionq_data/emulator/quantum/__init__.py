"""Circuits as IonQ takes them, their native form, and what they give; needs the extra `emulator`.

Qulacs holds the states: of the libraries that simulate circuits it is the light one (3 MB beside NumPy and SciPy, no
compiler and no framework), with wheels for every Python that this project runs on. OpenQASM 3 is parsed by the
language's reference parser, in `qasm3`. Either is imported when it is first needed.
"""

from ionq_data.emulator.quantum.circuit import ALL_QUBITS, MOST_CONTROLS, Circuit, CircuitError
from ionq_data.emulator.quantum.compilation import Compiled, Entangler, compile_circuit
from ionq_data.emulator.quantum.ionq_json import canonical, read_circuit
from ionq_data.emulator.quantum.simulation import (
    IDEAL,
    MOST_QUBITS,
    Counts,
    Noise,
    exact_probabilities,
    sample_compiled,
    sample_exact,
)

__all__ = [
    "ALL_QUBITS", "IDEAL", "MOST_CONTROLS", "MOST_QUBITS", "Circuit", "CircuitError", "Compiled", "Counts", "Entangler",
    "Noise", "canonical", "compile_circuit", "exact_probabilities", "read_circuit", "sample_compiled",
    "sample_exact",
]  # fmt: skip
