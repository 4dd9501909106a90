"""Detected changes against those that the emulator put into its calibrations, and against pure noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from ionq_data.emulator import Emulator, Scenario
from ionq_data.emulator.instants import from_ms
from ionq_data.emulator.machines import NAMES
from tests.sql.marts import build, write_lake
from tests.sql.metrics import METRICS

SEEDS = range(1000, 1020)
"""Histories that the method was not tuned on (that was done on seeds 0 to 19)."""
NEAR = 2
"""A change is found where it is dated at most so many measurements from the true one."""
DURATIONS = ("gate_1q", "gate_2q", "readout", "reset")
ANCHOR = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def emulators() -> dict[int, Emulator]:
    return {seed: Emulator(Scenario(seed=seed, days=365, jobs=50, anchor=ANCHOR, contract="2026-05")) for seed in SEEDS}


@pytest.fixture(scope="module")
def quiet() -> list[dict[str, Any]]:
    """Forty backends that drift, jitter and now and then misread, and never change their level."""
    rows = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 7])
        drift, spread = rng.normal(0, 2e-6), rng.uniform(1e-4, 5e-4)
        for day in range(300):
            noise = rng.standard_t(5) * spread + (rng.random() < 0.01) * rng.choice([-8, 8]) * spread
            rows.append(
                {
                    "id": f"quiet-{seed}-{day}",
                    "backend": f"quiet/{seed}",
                    "date": ANCHOR - timedelta(days=300 - day),
                    "fidelity_2q_median": 0.99 + drift * day + noise,
                    "timing_readout": round(0.00015 + rng.normal() * 1e-7, 7),
                    "timing_reset": 0.00005,
                }
            )
    return rows


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory, emulators: dict[int, Emulator], quiet: list[dict[str, Any]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("changes")
    rows = [row for seed, emulator in emulators.items() for row in characterizations(seed, emulator)]
    lake = write_lake(folder / "lake", {"characterizations": [*rows, *quiet]})
    with build(folder, lake, "fidelity_changes", "fct_characterizations") as connection:
        yield connection


def characterizations(seed: int, emulator: Emulator) -> list[dict[str, Any]]:
    """What an emulator measured by now, as rows of the lake, the seed in the backend's name."""
    return [
        {"id": one.id, "backend": f"{seed}/{NAMES[number]}", "date": from_ms(one.measured_ms)}
        | {METRICS[metric]: value for metric, value in one.values.items()}
        for number in emulator.calibrations.of_machine
        for one in emulator.calibrations.until(number, emulator.clock.now_ms())
    ]


def test_injected_changes_are_found_and_few_others(
    warehouse: duckdb.DuckDBPyConnection, emulators: dict[int, Emulator]
) -> None:
    measured = defaultdict(list)
    for backend, at in warehouse.execute(
        "select backend, measured_at from fct_characterizations order by 2"
    ).fetchall():
        measured[backend].append(at)
    true = {
        (f"{seed}/{change['backend']}", change["metric"], datetime.fromisoformat(change["changed_at"]))
        for seed, emulator in emulators.items()
        for change in emulator.truth()["changes"]
    }
    places = {(backend, metric, measured[backend].index(at.replace(tzinfo=None))) for backend, metric, at in true}
    detected = {
        (backend, metric, measured[backend].index(at))
        for backend, metric, at in warehouse.execute(
            "select backend, metric, changed_at from fidelity_changes where not starts_with(backend, 'quiet')"
        ).fetchall()
    }

    assert len(places) > 400
    recall = sum(is_near(place, detected) for place in places) / len(places)
    precision = sum(is_near(place, places) for place in detected) / len(detected)
    assert recall >= 0.9, f"recall {recall:.3f} of {len(places)} changes"
    assert precision >= 0.9, f"precision {precision:.3f} of {len(detected)} detections"


def test_levels_before_and_after_are_the_true_ones(
    warehouse: duckdb.DuckDBPyConnection, emulators: dict[int, Emulator]
) -> None:
    found = {
        (backend, metric, at): values
        for backend, metric, at, *values in warehouse.execute(
            "select backend, metric, changed_at, before, after, direction, is_regression from fidelity_changes"
        ).fetchall()
    }
    off = []
    for seed, emulator in emulators.items():
        for change in emulator.truth()["changes"]:
            at = datetime.fromisoformat(change["changed_at"]).replace(tzinfo=None)
            if values := found.get((f"{seed}/{change['backend']}", change["metric"], at)):
                before, after, direction, is_regression = values
                off += [
                    abs(before - change["before"]) / change["sigma"],
                    abs(after - change["after"]) / change["sigma"],
                ]
                assert direction == ("up" if change["after"] > change["before"] else "down")
                assert is_regression == ((direction == "down") != (change["metric"] in DURATIONS))
    assert len(off) > 800
    assert np.median(off) < 0.5
    assert max(off) < 3


@pytest.mark.slow
def test_noise_drift_and_outliers_are_no_changes(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select backend, metric, changed_at from fidelity_changes where starts_with(backend, 'quiet')"
    ).fetchall()
    assert len(found) <= 3, found


def is_near(place: tuple[str, str, int], others: set[tuple[str, str, int]]) -> bool:
    backend, metric, position = place
    return any((backend, metric, position + off) in others for off in range(-NEAR, NEAR + 1))
