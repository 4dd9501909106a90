"""Kaplan-Meier quantiles by lifelines, and by exact fractions where lifelines cannot tell."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
from lifelines import KaplanMeierFitter


def kaplan_meier(known: list[tuple[float, bool]], level: Fraction) -> float | None:
    """Shortest wait at which the curve is at most `level`, by lifelines.

    lifelines multiplies in floating point and steps over a level that the curve meets exactly: exact fractions decide
    that case, and must agree with lifelines in any other.
    """
    if not known:
        return None
    survival, exact, meets = Fraction(1), None, False
    for seconds in sorted({seconds for seconds, _ in known}):
        at_risk = sum(other >= seconds for other, _ in known)
        survival *= 1 - Fraction(sum(started and other == seconds for other, started in known), at_risk)
        meets |= survival == level
        if exact is None and survival <= level:
            exact = seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter().fit(*zip(*known, strict=True)).percentile(float(level))
    by_lifelines = None if np.isinf(fitted) else float(fitted)
    assert meets or by_lifelines == exact
    return exact
