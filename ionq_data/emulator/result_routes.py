"""The endpoints of a job's results: probabilities, May's variants and circuits, October's artifacts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from starlette.requests import Request

from ionq_data.emulator.access import caller
from ionq_data.emulator.artifacts import AGGREGATE, COMPILED, RESULTS, ArtifactIds
from ionq_data.emulator.job_of_may import MayJobs
from ionq_data.emulator.job_routes import opened
from ionq_data.emulator.jobs import STATUSES, Row, has_results, is_compiled
from ionq_data.emulator.parameters import boolean
from ionq_data.emulator.problems import bad_request, not_found
from ionq_data.emulator.result_formats import SCHEMAS, in_registers
from ionq_data.emulator.results import compiled_circuit, counts, openqasm, probabilities, shot_states, shots_of_variant
from ionq_data.emulator.routing import ONLY_MAY, ONLY_OCTOBER, Endpoint
from ionq_data.emulator.submissions import result_contents
from ionq_data.emulator.submissions.answers import KINDS
from ionq_data.emulator.world import World


def get_probabilities(world: World, request: Request) -> dict[str, float]:
    """Answer `GET /jobs/{UUID}/results/probabilities`; 404 until the job is completed."""
    row = opened(world, request)
    sharpen = boolean(request.query_params, "sharpen") or False
    if not has_results(row, world.clock.now_ms()):
        raise not_found()
    if row["serial"] in world.submitted:
        return result_contents.by_state(world, row, "probabilities", sharpen=sharpen)
    return probabilities(world.scenario.seed, row, sharpen=sharpen and row["is_debiased"])


def get_aggregated(world: World, request: Request) -> dict[str, dict[str, float]]:
    """Answer `GET /jobs/{UUID}/results/probabilities/aggregated`: plugins need it, but no contract has it."""
    return _aggregate(world, opened(world, request), world.clock.now_ms())


def get_kind(world: World, request: Request) -> Any:
    """Answer `GET /jobs/{UUID}/results/histogram` and `…/shots`, which May's jobs name and no contract describes."""
    row, kind = opened(world, request), request.path_params["kind"]
    if row["serial"] not in world.submitted or kind not in KINDS or not has_results(row, world.clock.now_ms()):
        raise not_found()
    outcome = result_contents.by_state(world, row, kind)
    return [str(state) for state in outcome.values()] if kind == "shots" else outcome


def get_compiled(world: World, request: Request) -> str:
    """Answer `GET /jobs/{UUID}/circuits/{lang}` with the circuit as text; 404 before it is compiled."""
    row = opened(world, request)
    lang = request.path_params["lang"]
    if lang not in ("native", "qasm3"):
        raise bad_request("lang", "must be native or qasm3.", source="params")
    if not is_compiled(row, world.clock.now_ms()) or row["children"]:
        raise not_found()
    circuit, program = _circuits(world, row)
    return json.dumps(circuit) if lang == "native" else program


def get_variant(world: World, request: Request) -> dict[str, float]:
    """Answer `GET /jobs/{UUID}/variants/{variantId}/results/…`; 404 unless it is a variant of a debiased job."""
    row = opened(world, request)
    number = MayJobs(world.job_codec).variant(row, request.path_params["variant_id"])
    kind = request.path_params["kind"]
    kinds = {result.kind for result in RESULTS}
    if number is None or kind not in kinds or not has_results(row, world.clock.now_ms()):
        raise not_found()
    return _outcome(world, row, kind, number)


def get_artifact(world: World, request: Request) -> Any:
    """Answer `GET /jobs/{UUID}/artifacts/{artifactId}`; 404 if the job does not have it, or not yet."""
    row, now_ms = opened(world, request), world.clock.now_ms()
    artifact = ArtifactIds(world.job_codec).find(row, request.path_params["artifact_id"])
    if artifact is None:
        raise not_found()
    if artifact in COMPILED:
        if not is_compiled(row, now_ms) or row["children"]:
            raise not_found()
        circuit, program = _circuits(world, row)
        return {"qubits": row["qubits"], "circuit": circuit} if artifact.kind == "native" else program
    if artifact == AGGREGATE:
        return _aggregate(world, row, now_ms)
    if not has_results(row, now_ms):
        raise not_found()
    if row["serial"] in world.submitted:
        return result_contents.by_register(world, row, artifact.kind, variant=artifact.variant)
    return in_registers(artifact.kind, _outcome(world, row, artifact.kind, artifact.variant), row["qubits"])


def _outcome(world: World, row: Row, kind: str, variant: int) -> dict[str, float]:
    """Return probabilities or counts by state, or states by shot, of a job (variant -1) or one of its variants."""
    if row["serial"] in world.submitted:
        return result_contents.by_state(world, row, kind, variant=variant)
    seed = world.scenario.seed
    shares = probabilities(seed, row, variant=variant)
    if kind == "probabilities":
        return shares
    shots = row["shots"] if variant < 0 else shots_of_variant(row["shots"], variant)
    histogram = counts(shares, shots)
    return histogram if kind == "histogram" else shot_states(seed, row, histogram)


def _circuits(world: World, row: Row) -> tuple[list[dict[str, Any]], str]:
    """Return a job's compiled circuit in native gates, and as OpenQASM 3."""
    if row["serial"] in world.submitted:
        return result_contents.native_circuit(world, row), result_contents.openqasm(world, row)
    circuit = compiled_circuit(world.scenario.seed, row)
    return circuit, openqasm(circuit)


def _aggregate(world: World, row: Row, now_ms: int) -> dict[str, dict[str, float]]:
    """Return the probabilities of a parent's children, by id, without children that have none."""
    jobs = world.jobs
    at = jobs.position(row["submitted"], row["serial"])
    if at is None or not row["children"] or now_ms < row["ended"] or STATUSES[row["final"]] != "completed":
        raise not_found()
    children = jobs.rows(np.arange(at + 1, at + 1 + row["children"]))
    return {
        world.writer.job_id(child): _outcome(world, child, "probabilities", -1)
        for child in children if has_results(child, now_ms)
    }  # fmt: skip


def get_format(world: World, request: Request) -> dict[str, Any]:
    """Answer `GET /schemas/formats/{format}` with the JSON Schema of an artifact's content."""
    caller(world, request)
    name = request.path_params["format"]
    if name not in SCHEMAS:
        raise not_found()
    return {"$schema": "https://json-schema.org/draft-07/schema", "$id": name, **SCHEMAS[name]}


ROUTES = (
    Endpoint("GET", "/jobs/{job_id}/results/probabilities", get_probabilities, is_slow=True),
    Endpoint("GET", "/jobs/{job_id}/results/probabilities/aggregated", get_aggregated, is_slow=True),
    Endpoint("GET", "/jobs/{job_id}/results/{kind}", get_kind, ONLY_MAY, is_slow=True),
    Endpoint("GET", "/jobs/{job_id}/variants/{variant_id}/results/{kind}", get_variant, ONLY_MAY, is_slow=True),
    Endpoint("GET", "/jobs/{job_id}/circuits/{lang}", get_compiled, ONLY_MAY, is_slow=True),
    Endpoint("GET", "/jobs/{job_id}/artifacts/{artifact_id}", get_artifact, ONLY_OCTOBER, is_slow=True),
    Endpoint("GET", "/schemas/formats/{format}", get_format, ONLY_OCTOBER),
)
