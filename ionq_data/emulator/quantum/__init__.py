"""Circuits in IonQ's formats, their native form, and their outcomes; needs the extra `emulator`.

Qulacs simulates the states. Among such libraries it is the light one (3 MB beside NumPy and SciPy, without compiler and
framework), and it has wheels for every Python that this project runs on. OpenQASM 3 is parsed by the
language's reference parser, in `qasm3`. Both are imported when they are first needed.
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
