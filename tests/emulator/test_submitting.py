"""Jobs that are taken and jobs that are refused, by both contracts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.conftest import CONTRACTS, Api
from tests.emulator.submitting import BELL, Writer, circuit, circuits, cut, energy, program

Fresh = Callable[..., Api]


@pytest.fixture(params=CONTRACTS)
def writer(request: pytest.FixtureRequest, fresh: Fresh) -> Writer:
    return Writer(fresh(contract=request.param, jobs=60))


@pytest.fixture
def october(fresh: Fresh) -> Writer:
    return Writer(fresh(jobs=60))


def test_every_type_of_job_is_taken_runs_and_is_shown_by_the_contract(writer: Writer) -> None:
    bodies = [circuit("qpu.forte-1"), circuits("qpu.aria-1"), circuit(), circuits(), energy(), cut()]
    bodies += [program("qubit[2] q; h q[0];")] if writer.contract == "2026-10" else []
    ids = [writer.submit({**body, "name": f"job {place}", "metadata": {"n": "1"}}) for place, body in enumerate(bodies)]
    writer.emulator.clock.advance(86400)
    for place, (job_id, body) in enumerate(zip(ids, bodies, strict=True)):
        job = writer.job(job_id)
        assert (job["status"], job["type"], job["backend"]) == ("completed", body["type"], body["backend"])
        assert (job["name"], job["metadata"]) == (f"job {place}", {"n": "1"})
        for child in job["child_job_ids"] or []:
            assert writer.job(child)["parent_job_id"] == job_id
    listed = {job["id"]: job for job in writer.api.jobs()}
    assert set(ids) <= set(listed)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"backend": None}, ["backend"]),
        ({"backend": "qpu.forte-9"}, ["backend"]),
        ({"backend": "qpu.aria-2"}, ["backend"]),
        ({"shots": 0}, ["shots"]),
        ({"shots": 1_000_001}, ["shots"]),
        ({"shots": "many"}, ["shots"]),
        ({"shots": 1.5}, ["shots"]),
        ({"unknown": 1}, ["unknown"]),
        ({"name": 3}, ["name"]),
        ({"metadata": {"a": 1}}, ["metadata.a"]),
        ({"dry_run": "yes"}, ["dry_run"]),
        ({"noise": {"model": "none"}}, ["noise.model"]),
        ({"noise": {"model": "ideal", "more": 1}}, ["noise.more"]),
        ({"settings": {"error_mitigation": {"debiasing": 1}}}, ["settings.error_mitigation.debiasing"]),
        ({"shots": 499, "settings": {"error_mitigation": {"debiasing": True}}},
         ["settings.error_mitigation.debiasing"]),
        ({"type": "ionq.circuit.v9"}, ["type"]),
        ({"input": {"gateset": "qis"}}, ["input.circuit"]),
        ({"input": {"gateset": "qasm", "circuit": []}}, ["input.gateset"]),
        ({"input": {"gateset": "qis", "circuit": [{"target": 0}]}}, ["input.circuit[0].gate"]),
        ({"input": {"gateset": "qis", "circuit": [{"gate": "gpi", "target": 0}]}}, ["input.circuit[0].gate"]),
        ({"input": {"gateset": "native", "circuit": [{"gate": "h", "target": 0}]}}, ["input.circuit[0].gate"]),
        ({"input": {"gateset": "qis", "qubits": 2, "circuit": [{"gate": "h", "target": 2}]}},
         ["input.circuit[0].targets"]),
        ({"input": {"gateset": "qis", "circuit": [{"gate": "h", "target": 0, "colour": 1}]}},
         ["input.circuit[0].colour"]),
        ({"input": {"gateset": "qis", "circuit": BELL, "circuits": []}}, ["input.circuits"]),
        ({"input": {"gateset": "qis", "qubits": 0, "circuit": BELL}}, ["input.qubits"]),
        ({"session_id": "none"}, ["session_id"]),
        ({"shots": 0, "backend": 1, "unknown": None}, ["backend", "shots", "unknown"]),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_with_the_keys_that_are_wrong(
    shared: Writer, change: dict[str, Any], keys: list[str]
) -> None:
    body = {name: value for name, value in {**circuit(), **change}.items() if value is not None or name != "backend"}
    before = shared.emulator.jobs
    answer = shared.send("POST", "/jobs", body)
    assert answer.status_code == 400
    assert sorted(answer.json()["validation"]["keys"]) == sorted(keys)
    assert shared.emulator.jobs is before


@pytest.fixture(scope="module")
def shared() -> Any:
    """A server to which only refused requests are sent."""
    from ionq_data.emulator import Emulator, Scenario
    from tests.emulator.conftest import ANCHOR

    with Emulator(Scenario(seed=5, days=30, jobs=30, anchor=ANCHOR, contract="2026-10")).serve() as server:
        api = Api(server)
        yield Writer(api)
        api.http.close()


def test_limits_of_jobs_of_many_circuits(shared: Writer) -> None:
    one = {"circuit": [{"gate": "x", "target": 0}]}
    assert "5000" in shared.refused(circuits("simulator", *[one] * 5001), "input.circuits")
    gates = {"circuit": [{"gate": "x", "target": 0}] * 30_001}
    assert "150000 gates" in shared.refused(circuits("simulator", *[gates] * 5), "input.circuits")
    beside = circuits()
    beside["input"]["circuit"] = BELL
    shared.refused(beside, "input.circuit")
    shared.refused({**circuits(), "input": {"gateset": "qis", "circuits": []}}, "input.circuits")
    too_large = shared.send("POST", "/jobs", circuit(metadata={"x": "y" * 10_000_001}))
    assert too_large.status_code == 413
    key = {"Authorization": f"apiKey {shared.api.server.api_key}"}
    assert shared.api.http.post("/jobs", content=b"{", headers=key).status_code == 400


def test_may_knows_no_qasm_no_clones_and_no_moves(fresh: Fresh) -> None:
    may = Writer(fresh(contract="2026-05", jobs=60))
    may.refused(program("qubit q;"), "type")
    job_id = may.submit(circuit())
    for verb in ("clone", "move"):
        assert may.send("POST", f"/jobs/{job_id}/{verb}", {}).status_code == 404


def test_what_official_plugins_send_beyond_the_contract_is_taken(october: Writer) -> None:
    october.submit(circuit(lang="json", shots="100", noise={"model": "ideal", "seed": None}))
    data = {"data": "OPENQASM 3.0; qubit q; U(0, 0, 0) q;", "qubits": 1}
    october.submit({**program(""), "input": data})


def test_nobody_else_may_write(shared: Writer) -> None:
    keys = shared.emulator.history.organization.keys
    other = next(key for key in keys if key.organization_id != shared.emulator.organization_id)
    assert shared.send("POST", "/jobs", circuit(), key=other.secret).status_code == 403
    assert shared.send("POST", "/jobs", circuit(), key="nobody").status_code == 401
    assert shared.send("DELETE", f"/jobs/{shared.emulator.job_ids()[0]}", key=other.secret).status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (program("qubit q; for int i in [0:1] { x q; }"), "UnsupportedGate"),
        (program("this is none"), "PreflightError"),
        (circuit(input={"gateset": "qis", "qubits": 30, "circuit": BELL}), "NotEnoughQubits"),
        (circuit(input={"gateset": "qis", "circuit": [{"gate": "x", "target": 8, "controls": list(range(8))}]}),
         "TooManyControls"),
        (circuit(input={"gateset": "qis", "qubits": 2, "circuit": []}), "InvalidInput"),
        (circuit("qpu.forte-1", shots=1_000_000, input={"gateset": "qis", "circuit": BELL * 3}),
         "TooLongPredictedExecutionTime"),
        (cut(input={"problem_type": "maxcut", "problem": {"nodes": []}}), "InvalidInput"),
    ],
)  # fmt: skip
def test_a_circuit_that_cannot_run_fails_before_its_queue(october: Writer, body: Any, code: str) -> None:
    job = october.done(body)
    assert (job["status"], job["failure"]["code"], job["started_at"]) == ("failed", code, None)
    assert job["results"] is None
    assert october.api.get(f"/jobs/{job['id']}/cost").get("cost", {"value": 0})["value"] == 0


def test_cancel_and_delete(writer: Writer) -> None:
    waiting, other, third = (writer.submit(circuit("qpu.forte-1")) for _ in range(3))
    told = writer.written("PUT", f"/jobs/{waiting}/status/cancel", "/jobs/{UUID}/status/cancel", 200)
    assert told == {"id": waiting, "status": "canceled"}
    assert writer.job(waiting)["status"] == "canceled"
    assert "canceled" in writer.refused(None, "UUID", path=f"/jobs/{waiting}/status/cancel", verb="PUT")
    # All or none: the first of the two has ended.
    writer.refused({"ids": [other, waiting]}, "ids[1]", path="/jobs/status/cancel", verb="PUT")
    assert writer.job(other)["status"] != "canceled"
    writer.written("PUT", "/jobs/status/cancel", "/jobs/status/cancel", 200, {"ids": [other]})
    writer.written("DELETE", f"/jobs/{waiting}", "/jobs/{UUID}", 200)
    assert writer.send("DELETE", f"/jobs/{waiting}").status_code == 404
    assert writer.send("DELETE", "/jobs", {"ids": [other, waiting]}).status_code == 404
    assert writer.job(other)["status"] == "canceled"
    writer.written("DELETE", "/jobs", "/jobs", 200, {"ids": [other, third]})
    assert writer.api.ask(f"/jobs/{third}").status_code == 404
    writer.refused({"ids": "all"}, "ids", path="/jobs", verb="DELETE")
    assert writer.send("PUT", "/jobs/none/status/cancel").status_code == 404


def test_clone_and_move_make_new_jobs_of_old_work(october: Writer) -> None:
    job = october.done(circuit("qpu.forte-1", name="first"))
    path = f"/jobs/{job['id']}/clone"
    clone = october.written("POST", path, "/jobs/{UUID}/clone", 201, {"name": "again", "shots": 50})["id"]
    october.emulator.clock.advance(86400)
    shown = october.job(clone)
    assert (shown["name"], shown["shots"], shown["stats"]["gate_counts"]) == ("again", 50, job["stats"]["gate_counts"])
    october.refused(None, "UUID", path=f"/jobs/{job['id']}/move")
    waiting = october.submit(circuit("qpu.forte-1"))
    moved = october.written("POST", f"/jobs/{waiting}/move", "/jobs/{UUID}/move", 201, {"backend": "qpu.aria-1"})["id"]
    assert (october.job(waiting)["status"], october.job(moved)["backend"]) == ("canceled", "qpu.aria-1")
    october.refused({"input": {}}, "input", path=path)
    made = {job["id"], clone, waiting, moved}
    old = next(one for one in october.api.jobs() if one["type"] == "ionq.circuit.v1" and one["id"] not in made)
    again = october.written("POST", f"/jobs/{old['id']}/clone", "/jobs/{UUID}/clone", 201, {"backend": "qpu.forte-1"})
    assert october.job(again["id"])["backend"] == "qpu.forte-1"


def test_sessions_have_limits_and_ends(writer: Writer) -> None:
    def begin(**settings: Any) -> Any:
        body = {"backend": "qpu.forte-1", **({"settings": settings} if settings else {})}
        return writer.written("POST", "/sessions", "/sessions", 201, body)

    session = begin(job_count_limit=2, duration_limit_min=600, cost_limit={"value": 500, "unit": "usd"})
    assert (session["status"], session["active"], session["settings"]["job_count_limit"]) == ("created", True, 2)
    jobs = [writer.submit(circuit("qpu.forte-1", session_id=session["id"])) for _ in range(2)]
    assert "at most 2 jobs" in writer.refused(circuit("qpu.forte-1", session_id=session["id"]), "session_id")
    assert [job["id"] for job in writer.api.jobs(f"/sessions/{session['id']}/jobs")] == jobs[::-1]
    writer.emulator.clock.advance(5 * 86400)
    ended = writer.api.get(f"/sessions/{session['id']}")
    assert (ended["status"], ended["ender_id"]) == ("ended", None)
    writer.refused(circuit("qpu.forte-1", session_id=session["id"]), "session_id")
    dear = begin(cost_limit={"value": 30, "unit": "usd"})
    writer.submit(circuit("qpu.forte-1", session_id=dear["id"]))
    assert "at most 30" in writer.refused(circuit("qpu.forte-1", session_id=dear["id"]), "session_id")
    writer.refused(circuit("simulator", session_id=dear["id"]), "backend")
    told = writer.written("POST", f"/sessions/{dear['id']}/end", "/sessions/{session_id}/end", 200)
    assert (told["status"], told["active"], told["ender_id"] is None) == ("ended", False, False)
    writer.refused(None, "session_id", path=f"/sessions/{dear['id']}/end")
    short = begin(duration_limit_min=10)
    assert short["settings"]["expires_at"].startswith(short["created_at"][:10])
    writer.emulator.clock.advance(601)
    assert writer.api.get(f"/sessions/{short['id']}")["status"] == "ended"
    simulated = writer.written("POST", "/sessions", "/sessions", 201, {"backend": "simulator"})
    assert simulated["status"] == "started"
    writer.refused(
        {"backend": "qpu.forte-1", "settings": {"job_count_limit": 0}}, "settings.job_count_limit", path="/sessions"
    )
    writer.refused({"settings": {}}, "backend", path="/sessions")
