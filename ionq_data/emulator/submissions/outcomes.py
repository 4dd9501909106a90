"""Outcomes of submitted circuits: simulated on the first request, and kept for a while."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ionq_data.emulator.ids import hash64
from ionq_data.emulator.jobs import Row
from ionq_data.emulator.machines import MODELS, NUMBERS, SIMULATOR
from ionq_data.emulator.quantum import (
    IDEAL,
    MOST_QUBITS,
    Compiled,
    Counts,
    Noise,
    exact_probabilities,
    sample_compiled,
    sample_exact,
)
from ionq_data.emulator.results import DEBIASED_VARIANTS, shots_of_variant
from ionq_data.emulator.submission import Outcome, Submission
from ionq_data.emulator.world import World

HARMONY = Noise(0.9986, 0.9733, 0.9961)
"""The figures of the retired generation, for its noise models."""
KEPT_OUTCOMES = 512
_NOTHING = 1e-12
_WRONG_STATES = 64


def outcome_of(world: World, row: Row, *, variant: int = -1) -> Outcome:
    """Return the outcome of a submitted job (the sum of its variants' outcomes), or of one debiasing variant."""
    key = (row["serial"], variant)
    with world.lock:
        known = world.outcomes.get(key)
    if known is None:
        known = _simulated(world, row, variant)
        with world.lock:
            world.outcomes[key] = known
            while len(world.outcomes) > KEPT_OUTCOMES:
                world.outcomes.pop(next(iter(world.outcomes)))
    return known


def sharpened(world: World, row: Row) -> dict[int, float]:
    """Return the shares of a debiased job by plurality: an outcome's share is that of its median variant."""
    seen = [outcome_of(world, row, variant=number) for number in range(DEBIASED_VARIANTS)]
    states = {state for one in seen for state in one.counts}
    medians = {state: float(np.median([one.shares.get(state, 0.0) for one in seen])) for state in states}
    total = sum(medians.values())
    if not total:
        return outcome_of(world, row).shares
    return {state: share / total for state, share in sorted(medians.items()) if share}


def noise_of(world: World, submission: Submission, at_ms: int) -> Noise:
    """Return the noise of a job: its backend's calibration at the start, or the requested model."""
    if submission.machine != SIMULATOR:
        measured = [one for one in world.calibrations.until(submission.machine, at_ms) if one.is_sound]
        if measured:
            values = measured[-1].values
            return Noise(*(float(values[metric] or 0) for metric in ("1q", "2q", "spam")))
        return _published(submission.machine)
    model = submission.noise["model"]
    if model == "ideal":
        return IDEAL
    return HARMONY if model.startswith("harmony") else _published(NUMBERS[f"qpu.{model}"])


def _published(machine: int) -> Noise:
    model = MODELS[machine]
    return Noise(model.fidelity_1q, model.fidelity_2q, model.fidelity_spam)


def _simulated(world: World, row: Row, variant: int) -> Outcome:
    if row["is_debiased"] and variant < 0:
        summed: Counter[int] = Counter()
        for number in range(DEBIASED_VARIANTS):
            summed.update(outcome_of(world, row, variant=number).counts)
        return _counted(dict(summed))
    submission = world.submitted[row["serial"]]
    circuit, compiled = submission.circuit, submission.compiled
    noise = noise_of(world, submission, row["started"])
    seed = submission.noise.get("seed", hash64(world.scenario.seed, 52, row["serial"]))
    rng = np.random.default_rng([abs(seed), variant + 1])
    shots = row["shots"] if variant < 0 else shots_of_variant(row["shots"], variant)
    if circuit.qubits > MOST_QUBITS:
        return _counted(_of_expected_success(compiled, noise, shots, hash64(world.scenario.seed, row["serial"]), rng))
    if noise == IDEAL and not circuit.is_dynamic:
        exact = exact_probabilities(circuit)
        likely = np.flatnonzero(exact > _NOTHING)
        return Outcome(sample_exact(exact, shots, rng), dict(zip(likely.tolist(), exact[likely].tolist(), strict=True)))
    return _counted(sample_compiled(compiled, shots, noise, rng, recorded=circuit.recorded))


def _counted(counts: Counts) -> Outcome:
    total = sum(counts.values())
    return Outcome(counts, {state: count / total for state, count in sorted(counts.items())})


def _of_expected_success(compiled: Compiled, noise: Noise, shots: int, dice: int, rng: np.random.Generator) -> Counts:
    """Return outcomes of a circuit too wide to simulate: one right state with the expected share, the others random."""
    right = dice % (1 << compiled.qubits)
    successes = int(rng.binomial(shots, noise.success(compiled)))
    counts: Counter[int] = Counter({right: successes} if successes else {})
    wrong = [int(bits) % (1 << compiled.qubits) for bits in rng.integers(0, 1 << 62, size=_WRONG_STATES)]
    counts.update(wrong[place] for place in rng.integers(0, _WRONG_STATES, size=shots - successes))
    return dict(counts)
