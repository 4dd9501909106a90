"""What submitted jobs answer with: probabilities, counts and circuits, in every format of both contracts."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.emulator.conftest import CONTRACTS, Api
from tests.emulator.submitting import BELL, Writer, circuit, circuits, cut, energy, program

Fresh = Callable[..., Api]
V2 = "ionq.result.{}.json.v2"


@pytest.fixture(params=CONTRACTS)
def writer(request: pytest.FixtureRequest, fresh: Fresh) -> Writer:
    return Writer(fresh(contract=request.param, jobs=60))


@pytest.fixture
def october(fresh: Fresh) -> Writer:
    return Writer(fresh(jobs=60))


def near(share: float, probability: float, shots: int) -> bool:
    return abs(share - probability) <= 5 * math.sqrt(probability * (1 - probability) / shots) + 1e-9


def test_the_ideal_simulator_is_exact(writer: Writer) -> None:
    job = writer.done(circuit(input={"gateset": "qis", "circuit": [{"gate": "ry", "target": 1, "rotation": 0.8}]}))
    expected = {"0": math.cos(0.4) ** 2, "2": math.sin(0.4) ** 2}
    assert writer.probabilities(job) == pytest.approx(expected)


def success(writer: Writer, job: Any, machine: int, qubits: int) -> float:
    """The expected success by the newest sound calibration before the job's start."""
    started = datetime.fromisoformat(job["started_at"]).timestamp() * 1000
    known = writer.emulator.calibrations.of_machine[machine]
    values = [one for one in known if one.measured_ms <= started and one.is_sound][-1].values
    counts = job["stats"]["gate_counts"]
    return float(values["1q"] ** counts["1q"] * values["2q"] ** counts["2q"] * values["spam"] ** qubits)


def test_a_qpu_gives_counts_with_its_calibrations_noise(writer: Writer) -> None:
    job = writer.done(circuit("qpu.aria-1", shots=20_000))
    shares = writer.probabilities(job)
    assert all(abs(share * 20_000 - round(share * 20_000)) < 1e-6 for share in shares.values())
    expected, right = success(writer, job, 1, 2), shares["0"] + shares["3"]
    # Every shot without a failure is right, and of those with one less than half.
    assert expected - 0.007 < right < expected + (1 - expected) / 2 + 0.007
    assert expected < 0.985


def test_equal_seeds_of_a_noise_model_give_equal_counts(writer: Writer) -> None:
    noisy = [
        writer.probabilities(writer.done(circuit(noise={"model": model, "seed": seed})))
        for model, seed in (("aria-1", 7), ("aria-1", 7), ("aria-1", 8), ("harmony", 7))
    ]
    assert noisy[0] == noisy[1]
    assert noisy[0] != noisy[2]
    assert noisy[0] != noisy[3]


def test_formats_of_october_tell_the_same(october: Writer) -> None:
    parts = [{"circuit": BELL, "registers": {"pair": [1, 0], "odd": [None, 1]}}]
    job = october.done(circuits("qpu.forte-1", *parts, {"circuit": BELL}, shots=500))
    part = october.job(job["child_job_ids"][0])
    shares, histogram, shots = (
        october.artifact(part, part["results"], V2.format(kind)) for kind in ("probabilities", "histogram", "shots")
    )
    told = histogram["histogram"]["registers"]
    assert set(told) == {"output_all", "pair", "odd"}
    assert sum(told["pair"].values()) == sum(told["output_all"].values()) == 500
    assert {bits: count / 500 for bits, count in told["pair"].items()} == shares["probabilities"]["registers"]["pair"]
    # The last bit of a register comes first; `pair` has the qubits in the other order, `odd` reads 0 and qubit 1.
    assert told["pair"] == {bits[::-1]: count for bits, count in told["output_all"].items()}
    assert set(told["odd"]) <= {"00", "10"}
    listed = [shot["registers"]["output_all"] for shot in shots["shots"]]
    assert {bits: listed.count([int(bit) for bit in reversed(bits)]) for bits in told["output_all"]} == told[
        "output_all"
    ]
    by_state = october.probabilities(part)
    assert {format(int(state), "02b"): share for state, share in by_state.items()} == shares["probabilities"][
        "registers"
    ]["output_all"]
    form = "ionq.result.probabilities-aggregate.json.v1"
    assert october.artifact(job, job["results"], form)[part["id"]] == by_state


def test_measurements_on_the_way_are_recorded(october: Writer) -> None:
    source = (
        "qubit[2] q; bit[2] c; bit late; h q[0]; c[0] = measure q[0]; cx q[0], q[1]; reset q[0]; late = measure q[1];"
    )
    job = october.done(program(source, noise={"model": "forte-1", "seed": 3}, shots=400))
    shots = october.artifact(job, job["results"], V2.format("shots"))["shots"]
    agree = sum(shot["registers"]["c"][0] == shot["registers"]["late"][0] for shot in shots)
    assert agree > 360
    assert 130 < sum(shot["registers"]["late"][0] for shot in shots) < 270
    assert not any(shot["registers"]["c"][1] for shot in shots)


def test_variants_add_up_to_a_debiased_job(writer: Writer) -> None:
    job = writer.done(circuit("qpu.aria-1", shots=802, settings={"error_mitigation": {"debiasing": True}}))
    variants = job["output"]["error_mitigation"]["debiasing"]["variants"]
    assert sum(variant["shots"] for variant in variants) == 802
    summed: dict[int, float] = {}
    for variant in variants:
        if writer.contract == "2026-05":
            path = f"/jobs/{job['id']}/variants/{variant['variant_id']}/results"
            histogram = {int(state): count for state, count in writer.api.get(f"{path}/histogram").items()}
            shares = writer.api.get(f"{path}/probabilities")
            assert shares == {str(state): count / variant["shots"] for state, count in sorted(histogram.items())}
        else:
            told = writer.artifact(job, variant["results"], V2.format("histogram"))
            histogram = {int(bits, 2): count for bits, count in told["histogram"]["registers"]["output_all"].items()}
        assert sum(histogram.values()) == variant["shots"]
        for state, count in histogram.items():
            summed[state] = summed.get(state, 0) + count
    assert writer.probabilities(job) == pytest.approx({str(state): count / 802 for state, count in summed.items()})
    sharpened = writer.api.get(f"/jobs/{job['id']}/results/probabilities", sharpen="true")
    assert sum(sharpened.values()) == pytest.approx(1)
    assert sharpened["0"] + sharpened["3"] >= writer.probabilities(job)["0"] + writer.probabilities(job)["3"] - 0.02


def test_the_compiled_circuit_is_the_one_that_was_asked_for(writer: Writer) -> None:
    job = writer.done(circuit("qpu.aria-1"))
    if writer.contract == "2026-05":
        import json

        gates = json.loads(writer.api.get(f"/jobs/{job['id']}/circuits/native"))
        source = writer.api.get(f"/jobs/{job['id']}/circuits/qasm3")
    else:
        made = job["output"]["compilation"]["compiled_circuits"]
        gates = writer.artifact(job, made, "ionq.native.v1")["circuit"]
        source = writer.artifact(job, made, "ionq.qasm3.v1")
    counts = job["stats"]["gate_counts"]
    assert [len([g for g in gates if ("targets" in g) == two]) for two in (False, True)] == [counts["1q"], counts["2q"]]
    again = writer.done(circuit(input={"gateset": "native", "qubits": 2, "circuit": gates}))
    assert writer.probabilities(again) == pytest.approx({"0": 0.5, "3": 0.5})
    from ionq_data.emulator.quantum import exact_probabilities
    from ionq_data.emulator.quantum.qasm3 import read_program

    assert exact_probabilities(read_program(source)) == pytest.approx([0.5, 0, 0, 0.5])


def test_a_circuit_too_wide_to_simulate_succeeds_as_often_as_expected(writer: Writer) -> None:
    gates = [{"gate": "h", "target": q} for q in range(25)] + [{"gate": "cnot", "control": 0, "target": 24}] * 30
    job = writer.done(circuit("qpu.forte-1", shots=3000, input={"gateset": "qis", "qubits": 25, "circuit": gates}))
    shares = writer.probabilities(job)
    assert near(max(shares.values()), success(writer, job, 3, 25), 3000)
    assert sum(shares.values()) == pytest.approx(1)


def test_computed_results(writer: Writer) -> None:
    place = "results" if writer.contract == "2026-10" else "output"
    told = writer.done(energy())[place]
    # On cos(0.35)|00> + sin(0.35)|11> ZZ is 1 and XX is sin(0.7).
    assert told["value"] == pytest.approx(0.5 + 0.25 * math.sin(0.7))
    assert told["variance"] == pytest.approx(0.25**2 * math.cos(0.7) ** 2 / 1000)
    best = writer.done(cut())[place]["qaoa_results"]
    assert (best["optimal_cost"], best["processing_status"]) == (-3.0, "complete")
    assert best["optimal_bitstring"] in ("0101", "1010")


def test_plugins_that_need_mays_address_get_it_under_october_too(october: Writer) -> None:
    job = october.done(circuits())
    path = f"/jobs/{job['id']}"
    headers = {"Authorization": f"apiKey {october.api.server.api_key}", "User-Agent": "qiskit-ionq/1.1.1 (qiskit)"}
    results = october.api.http.get(path, headers=headers).json()["results"]
    told = october.api.http.get(results["probabilities"]["url"].removeprefix("/v0.4"), headers=headers).json()
    assert set(told) == set(job["child_job_ids"])
    assert "probabilities" not in job["results"]
