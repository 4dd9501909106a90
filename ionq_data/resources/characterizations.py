"""Characterizations: ``GET /backends/{backend}/characterizations``, what a calibration measured."""

from ionq_data.resources.fields import Field, field
from ionq_data.resources.kinds import INSTANT, INTEGER, KEY, NUMBER, PAIRS, TEXT
from ionq_data.resources.resource import Every, Resource


def _fidelity(metric: str, meaning: str) -> tuple[Field, Field]:
    """Describe one fidelity: its median (older records say ``mean``) and standard error."""
    places = (f"fidelity.{metric}.median", f"fidelity.{metric}.mean")
    return (
        field(f"fidelity_{metric}_median", NUMBER, *places, description=f"Median {meaning} fidelity."),
        field(f"fidelity_{metric}_stderr", NUMBER, f"fidelity.{metric}.stderr", description="Its standard error."),
    )


def _timing(metric: str, meaning: str) -> Field:
    return field(f"timing_{metric}", NUMBER, f"timing.{metric}", description=f"{meaning}, seconds.")


CHARACTERIZATIONS = Resource(
    name="characterizations",
    endpoint="/backends/{backend}/characterizations",
    key=("id",),
    every=Every.SIX_HOURS,
    partition="measured_month",
    partition_by="date",
    authenticated=False,
    description="Each measurement of a backend's fidelities and times.",
    fields=(
        field("id", KEY, required=True, description="The characterization's id."),
        field("backend", TEXT, description="The backend measured."),
        field("date", INSTANT, description="When it was measured (UTC)."),
        field("qubits", INTEGER, description="Qubits available."),
        field("connectivity", PAIRS, description="Pairs of qubits that a two-qubit gate can act on."),
        *_fidelity("1q", "one-qubit gate"),
        *_fidelity("2q", "two-qubit gate"),
        *_fidelity("spam", "state preparation and measurement"),
        _timing("t1", "Relaxation time T1"),
        _timing("t2", "Dephasing time T2"),
        _timing("1q", "One-qubit gate time"),
        _timing("2q", "Two-qubit gate time"),
        _timing("readout", "Readout time"),
        _timing("reset", "Reset time"),
    ),
)
