"""``fct_characterizations``, ``fidelity_trends`` by NumPy and SciPy, and ``fidelity_changes`` by its description."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from scipy.stats import theilslopes

from tests.truth.answers import Json
from tests.truth.jobs import fct_jobs, fidelity
from tests.truth.knowledge import Knowledge, instant, is_plausible, number

Row = dict[str, Any]
FIDELITIES = ("1q", "2q", "spam")
TIMES = {"t1": "t1", "t2": "t2", "gate_1q": "1q", "gate_2q": "2q", "readout": "readout", "reset": "reset"}
DURATIONS = ("gate_1q", "gate_2q", "readout", "reset")
SIDE, FEWEST, LEAST_CONFIDENCE = 12, 5, 0.5


@dataclass(frozen=True)
class Series:
    """One metric of a backend over time, oldest first."""

    backend: str
    metric: str
    instants: list[datetime]
    values: np.ndarray
    ids: list[str]

    @property
    def unit(self) -> str:
        return "fraction" if self.metric in FIDELITIES else "seconds"

    @property
    def better(self) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if self.metric in DURATIONS else 1


def value(one: Json, metric: str) -> float | None:
    return fidelity(one, metric) if metric in FIDELITIES else float(one["timing"][TIMES[metric]])


def all_series(known: Knowledge) -> Iterator[Series]:
    for backend, (instants, ones) in known.calibrations.items():
        for metric in (*FIDELITIES, *TIMES):
            measured = [(at, value(one, metric), one["id"]) for at, one in zip(instants, ones, strict=True)]
            there = [row for row in measured if row[1] is not None]
            at, values, ids = ([row[n] for row in there] for n in range(3))
            yield Series(backend, metric, at, np.array(values), ids)


def fct_characterizations(known: Knowledge) -> list[Row]:
    bad = regressions(known)
    return [
        {
            "characterization_id": one["id"],
            "backend": one["backend"],
            "measured_at": instant(one["date"]),
            "qubits": one["qubits"],
            **{f"fidelity_{metric}": fidelity(one, metric) for metric in FIDELITIES},
            # 0 is a placeholder
            **{f"fidelity_{m}_stderr": number(one["fidelity"][m].get("stderr") or None) for m in FIDELITIES},
            **{f"{metric}_seconds": float(one["timing"][said]) for metric, said in TIMES.items()},
            "connected_pairs": len(one["connectivity"]),
            "is_plausible": is_plausible(one),
            "is_in_regression": bad.get(one["id"]),
        }
        for one in known.last.characterizations.values()
    ]


def fidelity_trends(known: Knowledge) -> list[Row]:
    return [row for series in all_series(known) for row in _trend(series)]


def _trend(series: Series) -> Iterator[Row]:
    days = np.array([(at - series.instants[0]) / timedelta(days=1) for at in series.instants])
    for place, (at, measured) in enumerate(zip(series.instants, series.values.tolist(), strict=True)):
        last_30, last_90 = ((days > days[place] - span) & (days <= days[place]) for span in (30, 90))
        usual = float(np.median(series.values[last_30]))
        deviation = float(np.median(np.abs(series.values[last_30] - usual)))
        z = (measured - usual) / (1.4826 * deviation) if deviation else None
        slope = theilslopes(series.values[last_90], days[last_90])[0] * 30 if last_90.sum() > 1 else None
        is_known = z is not None and last_30.sum() >= 5
        yield {
            "backend": series.backend,
            "metric": series.metric,
            "measured_at": at,
            "value": measured,
            "unit": series.unit,
            "rolling_median_30d": usual,
            "robust_z": z,
            "slope_per_30d": None if slope is None else float(slope),
            "is_regression": bool(-z * series.better > 3.5) if z is not None and is_known else None,
            "measurements_30d": int(last_30.sum()),
            "measurements_90d": int(last_90.sum()),
            "characterization_id": series.ids[place],
        }


def regressions(known: Knowledge) -> dict[str, bool]:
    """Return whether each characterization with a fidelity was bad, as can be told now."""
    bad: dict[str, bool] = {}
    for series in all_series(known):
        if series.metric not in FIDELITIES:
            continue
        changes = [(row["changed_at"], row["is_regression"]) for row in _changes(series)]
        for row in _trend(series):
            at = row["measured_at"]
            last = max((change for change in changes if change[0] <= at), default=None)
            fell = last is not None and last[1] and at < last[0] + timedelta(days=30)
            key = row["characterization_id"]
            bad[key] = bad.get(key, False) or bool(row["is_regression"]) or fell
    return bad


def jobs_with_regressions(known: Knowledge) -> list[Row]:
    """Add whether each job ran on a characterization that was bad."""
    bad = regressions(known)
    return [
        row | {"ran_in_regression": bad.get(row["characterization_id"]) if row["started_at"] else None}
        for row in fct_jobs(known)
    ]


def fidelity_changes(known: Knowledge) -> list[Row]:
    return [row for series in all_series(known) for row in _changes(series)]


def _changes(series: Series) -> Iterator[Row]:
    """Find the clearest steps between two medians, then date each by the split that fits its neighbourhood best."""
    values, count = series.values, len(series.values)
    places = range(FEWEST, count - FEWEST + 1)
    if not len(places):
        return
    sides = {at: (values[max(at - SIDE, 0) : at], values[at : at + SIDE]) for at in places}
    spreads = {at: _spread(*sides[at]) for at in places}
    usual = float(np.median(list(spreads.values())))
    scores = {at: _score(*sides[at], max(spreads[at], usual)) for at in places}
    confidences = {at: _confidence(scores[at], count, len(sides[at][0]) + len(sides[at][1])) for at in places}
    found = {
        _best_split(*sides[at]) + at - len(sides[at][0])
        for at in places
        if confidences[at] >= LEAST_CONFIDENCE
        and scores[at] == max(scores[other] for other in range(at - SIDE, at + SIDE + 1) if other in scores)
    }
    for at in sorted(found & scores.keys()):
        before, after = (float(np.median(side)) for side in sides[at])
        if before != after:
            yield {
                "backend": series.backend,
                "metric": series.metric,
                "changed_at": series.instants[at],
                "before": before,
                "after": after,
                "unit": series.unit,
                "direction": "up" if after > before else "down",
                "is_regression": (after - before) * series.better < 0,
                "confidence": confidences[at],
                "score": scores[at],
                "characterization_id": series.ids[at],
            }


def _spread(before: np.ndarray, after: np.ndarray) -> float:
    off = np.concatenate([np.abs(side - np.median(side)) for side in (before, after)])
    return 1.4826 * float(np.median(off))


def _score(before: np.ndarray, after: np.ndarray, sigma: float) -> float:
    step = abs(float(np.median(after)) - float(np.median(before)))
    if not step:
        return 0.0
    # the standard error of a median is sqrt(pi / 2) times that of a mean
    return step / (1.2533 * sigma * float(np.sqrt(1 / len(before) + 1 / len(after)))) if sigma else 1e6


def _confidence(score: float, measurements: int, neighbours: int) -> float:
    freedom = neighbours - 2
    return float(1 - min(1.0, 2 * measurements * (1 + score**2 / freedom) ** (-(freedom + 1) / 2)))


def _best_split(before: np.ndarray, after: np.ndarray) -> int:
    """Return how many of the neighbourhood's values lie before the split nearest to the two levels."""
    around = np.concatenate([before, after])
    low, high = np.median(before), np.median(after)
    misfits = [np.abs(around[:n] - low).sum() + np.abs(around[n:] - high).sum() for n in range(1, len(around))]
    return int(np.argmin(misfits)) + 1
