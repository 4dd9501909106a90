"""Artifacts of October's contract: those of each job, their ids, and their descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ionq_data.emulator.ids import IdCodec, hash64
from ionq_data.emulator.jobs import Row

_SLOTS = 32
"""The numbers reserved for the artifacts of a job."""
_FIRST_VARIANT = 8


@dataclass(frozen=True)
class Artifact:
    """One artifact of a job: its number, its format, its content, and its variant (-1 for the job itself)."""

    slot: int
    format: str
    kind: str
    variant: int = -1


RESULTS = (
    Artifact(0, "ionq.result.probabilities.json.v2", "probabilities"),
    Artifact(1, "ionq.result.histogram.json.v2", "histogram"),
    Artifact(2, "ionq.result.shots.json.v2", "shots"),
)
COMPILED = (Artifact(3, "ionq.native.v1", "native"), Artifact(4, "ionq.qasm3.v1", "qasm3"))
AGGREGATE = Artifact(5, "ionq.result.probabilities-aggregate.json.v1", "aggregate")
AVERAGE = Artifact(6, "ionq.result.histogram.json.v2", "histogram")
_OF_JOB = {one.slot: one for one in (*RESULTS, *COMPILED, AGGREGATE, AVERAGE)}


def variant_slot(number: int, kind: int) -> Artifact:
    """Return the artifact of a variant: `kind` numbers `RESULTS`."""
    result = RESULTS[kind]
    return Artifact(_FIRST_VARIANT + number * len(RESULTS) + kind, result.format, result.kind, number)


class ArtifactIds:
    """Computes the ids of artifacts from the job, and reads them back."""

    def __init__(self, codec: IdCodec) -> None:
        self._codec = IdCodec(hash64(codec.secret, 2))

    def described(self, row: Row, artifacts: tuple[Artifact, ...]) -> dict[str, Any]:
        """Return the descriptors of some artifacts of a job by their format."""
        return {
            one.format: {
                "id": self._codec.encode(row["submitted"], row["serial"] * _SLOTS + one.slot),
                "format": one.format,
                "media_type": "application/json",
            }
            for one in artifacts
        }

    def find(self, row: Row, artifact_id: str) -> Artifact | None:
        """Return a job's artifact by its id, None if the job has no such id. The artifact may not exist yet."""
        decoded = self._codec.decode(artifact_id)
        if decoded is None or decoded[0] != row["submitted"] or decoded[1] // _SLOTS != row["serial"]:
            return None
        slot = decoded[1] % _SLOTS
        if slot < _FIRST_VARIANT:
            return _OF_JOB.get(slot)
        return variant_slot(*divmod(slot - _FIRST_VARIANT, len(RESULTS)))
