"""The statistics of ``fidelity_trends`` against SciPy, over series with gaps, nulls and measurements side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from tests.sql.marts import build, write_lake
from tests.sql.metrics import METRICS

SEEDS = range(6)
START = datetime(2025, 6, 1, tzinfo=UTC)
DAY = 86_400_000_000
DENSE = "qpu.dense"
MOST_POINTS = 256
"""More than so many in 90 days are thinned before the slope; see the column's description."""


def measurements(seed: int) -> list[dict[str, Any]]:
    """One backend's characterizations: irregular, some seconds apart, some exactly 30 or 90 days, values missing."""
    rng = np.random.default_rng(seed)
    minutes = np.cumsum(rng.choice([0.5, 60 * 24, 60 * 24 * 5, 60 * 24 * 30], p=[0.2, 0.5, 0.2, 0.1], size=70))
    minutes = np.where(rng.random(70) < 0.5, minutes, minutes + rng.random(70) / 2)
    return [
        {
            "id": f"{seed}-{number}",
            "backend": f"qpu.{seed}",
            "date": START + timedelta(minutes=float(at)),
            **{
                column: round(0.98 + rng.normal() / 300, 2 if seed == 0 else 9)
                for column in METRICS.values()
                if rng.random() < 0.9
            },
        }
        for number, at in enumerate(minutes)
    ]


def dense_measurements() -> list[dict[str, Any]]:
    """One backend measured every four hours, more often than all pairs of 90 days are worth."""
    rng = np.random.default_rng(99)
    return [
        {
            "id": f"dense-{number:03}",
            "backend": DENSE,
            "date": START + timedelta(hours=4 * number),
            "fidelity_1q_median": 0.99 + rng.normal() / 1000 + number * 1e-6,
        }
        for number in range(560)
    ]


@pytest.fixture(scope="module")
def characterizations() -> list[dict[str, Any]]:
    return [row for seed in SEEDS for row in measurements(seed)] + dense_measurements()


@pytest.fixture(scope="module")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory, characterizations: list[dict[str, Any]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("trends")
    lake = write_lake(folder / "lake", {"characterizations": characterizations})
    with build(folder, lake, "fidelity_trends") as connection:
        yield connection


@pytest.mark.parametrize("metric", METRICS)
def test_every_statistic_equals_scipys(
    warehouse: duckdb.DuckDBPyConnection, characterizations: list[dict[str, Any]], metric: str
) -> None:
    found = {
        (backend, microseconds): values
        for backend, microseconds, *values in warehouse.execute(
            "select backend, epoch_us(measured_at), value, rolling_median_30d, robust_z, slope_per_30d "
            "from fidelity_trends where metric = ?",
            [metric],
        ).fetchall()
    }
    expected = {}
    for name in (*(f"qpu.{seed}" for seed in SEEDS), DENSE):
        series = {
            round((row["date"] - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)): row[METRICS[metric]]
            for row in sorted(characterizations, key=lambda row: row["id"])
            if row["backend"] == name and METRICS[metric] in row
        }
        expected |= {(name, at): statistics(series, at) for at in series}

    assert found.keys() == expected.keys()
    assert len(found) > 250
    for key, values in expected.items():
        assert no_nulls(found[key]) == pytest.approx(no_nulls(values), rel=1e-9, abs=1e-12, nan_ok=True), key


def no_nulls(values: list[float | None]) -> list[float]:
    return [np.nan if value is None else value for value in values]


def statistics(series: dict[int, float], now: int) -> list[float | None]:
    """Value, 30-day median, robust z and slope per 30 days at one instant, by SciPy and NumPy."""
    recent = np.array([value for at, value in series.items() if now - 30 * DAY < at <= now])
    past = sorted((at, value) for at, value in series.items() if now - 90 * DAY < at <= now)
    past = past[:: -ceil(len(past) / MOST_POINTS)]
    median = float(np.median(recent))
    mad = float(stats.median_abs_deviation(recent))
    slope = None
    if len(past) > 1:
        days = [(at - now) / (30 * DAY) for at, _ in past]
        slope = float(stats.theilslopes([value for _, value in past], days).slope)
    return [series[now], median, (series[now] - median) / (1.4826 * mad) if mad else None, slope]
