"""The charts of how well the QPUs work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt

from ionq_data.report.blocks import Chart, Source
from ionq_data.report.charts import drawing, theme
from ionq_data.report.charts.drawing import data, day, specification

MOST_POINTS = 2500
MOST_POINTS_OF_TIMES = 600


@dataclass(frozen=True)
class Metric:
    """A metric of ``fidelity_trends``, in words."""

    name: str
    title: str
    meaning: str
    is_fraction: bool = False


METRICS = (
    Metric("2q", "Two-qubit gate fidelity", "Median fidelity of the two-qubit gates", is_fraction=True),
    Metric("1q", "One-qubit gate fidelity", "Median fidelity of the one-qubit gates", is_fraction=True),
    Metric("spam", "SPAM fidelity", "Median fidelity of preparing and reading a qubit", is_fraction=True),
    Metric("t1", "T1", "Relaxation time of a qubit"),
    Metric("t2", "T2", "Coherence time of a qubit"),
    Metric("gate_2q", "Two-qubit gate time", "Duration of a two-qubit gate"),
    Metric("gate_1q", "One-qubit gate time", "Duration of a one-qubit gate"),
    Metric("readout", "Readout time", "Duration of reading the qubits"),
    Metric("reset", "Reset time", "Duration of resetting the qubits"),
)
TITLES: Mapping[str, str] = {metric.name: metric.title for metric in METRICS}


def trend(metric: Metric, backends: Sequence[str], *, points: int, has_changes: bool) -> Chart:
    """Draw one metric by backend: measurements, their rolling median, and the changes that were detected.

    Args:
        points: the number of measurements. Above ``MOST_POINTS``, or ``MOST_POINTS_OF_TIMES``, only the medians are
            drawn: dots that cover each other say nothing and are slow to draw.
        has_changes: whether a change was detected.
    """
    by_backend = theme.colours(backends)
    chosen = drawing.pick("backend")
    axis = alt.Axis(format=".2%") if metric.is_fraction else alt.Axis(labelExpr=drawing.duration("value"))
    y = {name: alt.Y(f"{name}:Q", title=None, scale=alt.Scale(zero=False), axis=axis) for name in ("value", "median")}
    shown = ".3%" if metric.is_fraction else ""
    series = data("fidelity") if metric.is_fraction else drawing.with_durations(data("fidelity"), "value", "median")
    base = series.encode(x=drawing.time_axis(), color=drawing.colour("backend", by_backend, style=drawing.LINES))
    tooltip = [alt.Tooltip("backend:N", title="Backend"), day(title="Measured (UTC)")]
    tooltip += [_value("value", "Value", shown), _value("median", "30-day median", shown)]
    measured = base.mark_point(size=12).encode(y=y["value"], opacity=drawing.faded(chosen, 0.4), tooltip=tooltip)
    median = base.mark_line().encode(
        y=y["median"],
        strokeDash=drawing.dashes("backend", backends),
        opacity=drawing.faded(chosen),
    )
    has_dots = points <= (MOST_POINTS if metric.is_fraction else MOST_POINTS_OF_TIMES)
    layers = [measured] if has_dots else []
    layers += [median, _changes(metric, shown)] if has_changes else [median]
    dots = "Dots: the last measurement of a day; lines" if has_dots else "Lines"
    return Chart(
        name=f"fidelity_{metric.name}",
        title=metric.title,
        what=f"{metric.meaning}, by backend. {dots}: median of the 30 days up to each measurement; triangles: "
        f"detected changes of level, orange for the worse, green for the better.",
        unit="% (fraction of 1)" if metric.is_fraction else "time",
        marts=["fidelity_trends", "fidelity_changes"],
        spec=specification(
            alt.layer(*layers).add_params(chosen, drawing.zoom()), height=280 if metric.is_fraction else 220
        ),
        sources=[
            Source(dataset=name, where={"metric": metric.name})
            for name in (["fidelity", "fidelity_changes"] if has_changes else ["fidelity"])
        ],
        wide=metric.name == "2q",
    )


def calibration_age() -> Chart:
    """Draw the age of each backend's newest calibration."""
    bars = (
        drawing.with_durations(data("backends"), "calibration_age_seconds")
        .mark_bar(color=theme.SERIES[0], cornerRadiusEnd=2, height={"band": 0.6})
        .encode(
            x=alt.X(
                "calibration_age_hours:Q",
                title="hours",
                axis=alt.Axis(grid=True, tickCount=alt.ExprRef("max(3, width / 70)")),
            ),
            y=alt.Y("backend:N", title=None, sort="x"),
            tooltip=[
                alt.Tooltip("backend:N", title="Backend"),
                alt.Tooltip("calibration_age_seconds_text:N", title="Age"),
            ],
        )
    )
    return Chart(
        name="calibration_age",
        title="Age of the newest calibration",
        what="Time from the newest characterization of each currently offered backend to the last sync of the jobs.",
        unit="hours",
        marts=["dim_backends"],
        spec=specification(bars, height=150),
        sources=[Source(dataset="backends", where={"is_listed": "yes"})],
        period="now",
        wide=True,
    )


def _changes(metric: Metric, shown: str) -> object:
    marks = data("fidelity_changes")
    if not metric.is_fraction:
        marks = drawing.with_durations(marks, "before", "after")
    verdict = alt.condition("datum.is_regression", alt.value(theme.WORSE), alt.value(theme.BETTER))
    return marks.mark_point(size=110, stroke="var(--card)", strokeWidth=1, opacity=1).encode(
        x=drawing.time_axis(),
        y=alt.Y("after:Q", title=None),
        fill=verdict,
        shape=alt.Shape(
            "direction:N",
            scale=alt.Scale(domain=["up", "down"], range=["triangle-up", "triangle-down"]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("backend:N", title="Change on"),
            day(title="Since (UTC)"),
            _value("before", "Before", shown),
            _value("after", "After", shown),
            alt.Tooltip("confidence:Q", title="Confidence", format=".1%"),
        ],
    )


def _value(field: str, title: str, shown: str) -> object:
    return (
        alt.Tooltip(f"{field}:Q", title=title, format=shown) if shown else alt.Tooltip(f"{field}_text:N", title=title)
    )
