"""Reads everything an emulator serves with IonQ's own client; run by an interpreter that has `ionq-core`.

Version 0.1.1 knows May's contract, with variants and compiled files; 0.2.0 knows October's, with artifacts.

Arguments: base URL, key, organization id. Prints how many answers of each endpoint were read, as JSON.
"""

import asyncio
import datetime
import json
import sys
import warnings
from collections import Counter
from typing import Any

from ionq_core import IonQClient, aiter_jobs, aiter_session_jobs, iter_jobs, iter_session_jobs
from ionq_core.api.backends import get_backend, get_backends
from ionq_core.api.characterizations import get_characterization, get_characterizations_for_backend
from ionq_core.api.default import (
    estimate_job_cost,
    get_job,
    get_job_cost,
    get_job_probabilities,
    get_session,
    get_sessions,
)
from ionq_core.api.usage import get_usages
from ionq_core.api.whoami import get_whoami
from ionq_core.models.get_results_response import GetResultsResponse
from ionq_core.session import SessionManager

try:
    from ionq_core.api.default import get_job_artifact
    from ionq_core.api.schemas import get_format_schema
except ImportError:
    from ionq_core.api.default import (
        get_compiled_file,
        get_variant_histogram,
        get_variant_probabilities,
        get_variant_shots,
    )

    get_job_artifact = None

seen: Counter[str] = Counter()


def read(endpoint: Any, *args: Any, **params: Any) -> Any:
    """Ask an endpoint, insist on a parsed answer with status 200, and count it."""
    answer = endpoint.sync_detailed(*args, client=client, **params)
    name = endpoint.__name__.rsplit(".", 1)[-1]
    assert answer.status_code == 200, (name, args, answer.status_code, answer.content[:300])
    assert answer.parsed is not None, (name, args)
    seen[name] += 1
    return answer.parsed


def walk_backends() -> None:
    for backend in [*(one.backend for one in read(get_backends)), "qpu.aria-2"]:
        if backend != "simulator":
            read(get_backend, backend)
            page = 1
            while (found := read(get_characterizations_for_backend, backend, page=page)).characterizations:
                for one in found.characterizations:
                    assert one.to_dict()["fidelity"]["spam"]["median"] > 0.5
                    read(get_characterization, backend, one.id)
                page += 1
        read(estimate_job_cost, backend=backend, field_2q_gates=20, error_mitigation=True)


def walk_job(job: Any) -> None:
    single = read(get_job, job.id)
    assert single.id == job.id
    read(get_job_cost, job.id)
    if job.results is None:
        return
    (walk_urls if get_job_artifact is None else walk_artifacts)(single)


def walk_urls(job: Any) -> None:
    assert isinstance(read(get_job_probabilities, job.id), GetResultsResponse)
    assert len(read(get_compiled_file, job.id, "qasm3")) > 10
    for variant in job.output.to_dict().get("error_mitigation", {}).get("debiasing", {}).get("variants", []):
        for endpoint in (get_variant_probabilities, get_variant_histogram, get_variant_shots):
            read(endpoint, job.id, variant["variant_id"])


def walk_artifacts(job: Any) -> None:
    """Read the artifacts of a job: the client fetches them without parsing."""
    seen[type(job).__name__] += 1
    if type(job).__name__ == "SingleCircuitJob":
        assert isinstance(read(get_job_probabilities, job.id), GetResultsResponse)
    for one in described([job.results.to_dict(), job.output.to_dict()]):
        answer = get_job_artifact.sync_detailed(job.id, one["id"], client=client)
        assert answer.status_code == 200, (job.id, one, answer.content[:300])
        assert json.loads(answer.content)
        seen["get_job_artifact"] += 1
        if one["format"] != "ionq.qasm3.v1" and not seen[one["format"]]:
            assert read(get_format_schema, one["format"]).to_dict()["$id"] == one["format"]
        seen[one["format"]] += 1


def described(part: Any) -> list[dict[str, str]]:
    if isinstance(part, list):
        return [one for value in part for one in described(value)]
    if not isinstance(part, dict):
        return []
    return [part] if set(part) == {"id", "format", "media_type"} else described(list(part.values()))


def walk_sessions() -> None:
    for session in read(get_sessions).sessions:
        assert read(get_session, session.id).to_dict() == session.to_dict()
        assert SessionManager.from_id(client, session.id).status() == session.status
        seen["iter_session_jobs"] += len(list(iter_session_jobs(client, session.id, limit=3)))


def walk_usage(organization_id: str) -> None:
    for group_by in ("job", "project", "user"):
        for modality in ("daily", "weekly", "monthly"):
            read(
                get_usages, organization_id, start_date=datetime.date(2026, 1, 1),
                end_date=datetime.date(2026, 3, 20), group_by=group_by, modality=modality,
            )  # fmt: skip


async def walk_async(session_id: str) -> None:
    seen["aiter_jobs"] = len([job async for job in aiter_jobs(client, limit=100)])
    seen["aiter_session_jobs"] = len([job async for job in aiter_session_jobs(client, session_id)])


if __name__ == "__main__":
    base_url, key, organization = sys.argv[1:]
    warnings.simplefilter("ignore", UserWarning)  # plain http on loopback is meant
    client = IonQClient(api_key=key, base_url=base_url, max_retries=0)
    read(get_whoami)
    walk_backends()
    jobs = list(iter_jobs(client, limit=100))
    seen["iter_jobs"] = len({job.id for job in jobs})
    for walked in jobs:
        walk_job(walked)
    walk_sessions()
    walk_usage(organization)
    asyncio.run(walk_async(read(get_sessions).sessions[0].id))
    print(json.dumps(seen))  # noqa: T201
