"""The results that a job names: artifacts by id (October 2026), or kinds of results under an address (May 2026)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from ionq_data.resources.kinds import Json

PROBABILITIES = "probabilities"
VARIANTS = "output.error_mitigation.debiasing.variants"
AGGREGATIONS = "output.error_mitigation.aggregations"
COMPILED = "output.compilation.compiled_circuits"
_VARIANT_KINDS = (PROBABILITIES, "histogram")
_RESULT_FORMAT = "ionq.result."


class Artifact(NamedTuple):
    """An artifact of a job that can be copied.

    Attributes:
        id: its name in the lake: the artifact's id, or ``variant/kind`` if the job names no id.
        path: its address below that of the job.
        kind: probabilities, histogram, shots, probabilities-aggregate, compiled_circuit.
        source: the job's member that names it.
    """

    id: str
    path: str
    kind: str
    source: str
    variant_id: str = ""
    format: str | None = None
    media_type: str | None = None


def artifacts_of(results: Json) -> list[Artifact]:
    """Return the artifacts in the job's results; if it names none yet, the probabilities that every job of May had.

    A job whose results are values (a quantum function, QAOA) has none.
    """
    if not isinstance(results, dict) or not results:
        return [_at_address(PROBABILITIES)]
    addressed = [_at_address(name) for name, said in results.items() if isinstance(said, dict) and "url" in said]
    return [*addressed, *_described(results, "results")]


def artifacts_beside(compiled: Json, aggregations: Json, variants: Json, *, is_of_may: bool) -> list[Artifact]:
    """Return the artifacts in the job's output: compiled circuits, variants, and aggregates of the variants.

    Args:
        is_of_may: whether the job's results have addresses; those of its variants then have addresses, too.
    """
    found = [*_described(compiled, COMPILED)]
    for method, said in aggregations.items() if isinstance(aggregations, dict) else ():
        found += _described({method: said}, f"{AGGREGATIONS}.{method}")
    for variant in variants if isinstance(variants, list) else ():
        name = variant.get("variant_id") if isinstance(variant, dict) else None
        if not isinstance(name, str):
            continue
        if variant.get("results"):
            found += [artifact._replace(variant_id=name) for artifact in _described(variant["results"], VARIANTS)]
        elif is_of_may:
            found += [_of_variant(name, kind) for kind in _VARIANT_KINDS]
    return found


def _described(named: Json, source: str) -> Iterator[Artifact]:
    for said in named.values() if isinstance(named, dict) else ():
        if not isinstance(said, dict):
            continue
        artifact, form, media = (said.get(name) for name in ("id", "format", "media_type"))
        if isinstance(artifact, str) and artifact and isinstance(form, str):
            path = f"/artifacts/{quote(artifact, safe='')}"
            kind = form.split(".")[2] if form.startswith(_RESULT_FORMAT) else "compiled_circuit"
            yield Artifact(artifact, path, kind, source, "", form, media if isinstance(media, str) else None)


def _at_address(kind: str) -> Artifact:
    return Artifact(kind, f"/results/{quote(kind, safe='')}", kind, "results")


def _of_variant(variant: str, kind: str) -> Artifact:
    return Artifact(f"{variant}/{kind}", f"/variants/{quote(variant, safe='')}/results/{kind}", kind, VARIANTS, variant)
