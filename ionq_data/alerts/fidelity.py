"""The rule ``fidelity_regression``, over ``fidelity_trends`` and ``fidelity_changes``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb

from ionq_data.alert_rules import FidelityRegression
from ionq_data.alerts.alert import Alert
from ionq_data.alerts.marts import as_utc, rows
from ionq_data.alerts.plain_text import measured, plain

RULE = "fidelity_regression"

# 1 row per backend and metric whose newest measurements are out of the ordinary, with the first of them
_SPELLS = """
    with counted as (
        select
            *,
            count(*) filter (where not coalesce(is_regression and abs(robust_z) >= $min_robust_z, false)) over (
                partition by backend, metric order by measured_at desc
            ) as ordinary
        from fidelity_trends
        where list_contains($metrics, metric)
    )
    select
        backend,
        metric,
        any_value(unit) as unit,
        min(measured_at)::timestamp as since,
        arg_max(value, measured_at) as value,
        arg_max(rolling_median_30d, measured_at) as median,
        arg_max(robust_z, measured_at) as robust_z
    from counted
    where ordinary = 0
    group by backend, metric
    having max(measured_at)::timestamp >= $earliest
    order by backend, metric
"""

# 1 row per backend and metric whose last change of level was for the worse
_CHANGES = """
    select
        backend,
        metric,
        unit,
        changed_at::timestamp as since,
        before,
        after,
        confidence
    from fidelity_changes
    where list_contains($metrics, metric) and confidence >= $min_confidence
    qualify
        row_number() over (partition by backend, metric order by changed_at desc) = 1
        and is_regression
        and changed_at::timestamp >= $earliest
    order by backend, metric
"""

_ADVICE = "Prefer another backend for deep circuits until it recovers; the report's section Fidelity shows the history."


def regressions(warehouse: duckdb.DuckDBPyConnection, rule: FidelityRegression, now: datetime) -> Iterator[Alert]:
    """Find each backend's metric that got worse lately.

    A bad measurement and the change of level that it turns out to begin are one alert: the month is its period.
    """
    since = {"metrics": list(rule.metrics), "earliest": as_utc(now - timedelta(days=rule.within_days))}
    changes = rows(warehouse, _CHANGES, since | {"min_confidence": rule.min_confidence})
    spells = rows(warehouse, _SPELLS, since | {"min_robust_z": rule.min_robust_z})
    for (backend, metric), row in ({_key(row): row for row in spells} | {_key(row): row for row in changes}).items():
        title, figures = _change(row) if "confidence" in row else _spell(row)
        yield Alert(
            rule=RULE,
            subject=f"{backend}/{metric}",
            period=f"{row['since']:%Y-%m}",
            severity="warning",
            title=f"{plain(backend)}: {metric} {title}",
            body=f"{figures} {_ADVICE}",
            since=now,
        )


def _change(row: dict[str, Any]) -> tuple[str, str]:
    before, after = measured(row["before"], row["unit"]), measured(row["after"], row["unit"])
    figures = (
        f"Since {row['since']:%Y-%m-%d %H:%M} UTC the level of {row['metric']} has been {after}; before, it was "
        f"{before} "
        f"(confidence {row['confidence']:.2f})."
    )
    return f"went from {before} to {after}", figures


def _spell(row: dict[str, Any]) -> tuple[str, str]:
    value, median = measured(row["value"], row["unit"]), measured(row["median"], row["unit"])
    figures = (
        f"The newest measurement of {row['metric']} is {value}; the median of 30 days is {median}. That is "
        f"{abs(row['robust_z']):.1f} robust standard deviations off, out of the ordinary since "
        f"{row['since']:%Y-%m-%d %H:%M} UTC."
    )
    return f"is {value}, usual is {median}", figures


def _key(row: dict[str, Any]) -> tuple[str, str]:
    return (row["backend"], row["metric"])
