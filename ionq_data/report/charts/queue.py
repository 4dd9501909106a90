"""The charts of the queue as a whole: predictions, backlog and availability."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ionq_data.report.blocks import Chart, Source
from ionq_data.report.charts import drawing, theme
from ionq_data.report.charts.drawing import data, day, specification
from ionq_data.report.drill import Drill


def prediction_hits(backends: Sequence[str]) -> Chart:
    """Draw how often the API's prediction of the wait was within a factor of two."""
    return _predictions(
        name="predictions",
        title="Can the predicted wait be trusted?",
        what="Share of jobs whose wait was between half and double the API's prediction, by week of submission.",
        unit="% of jobs with a prediction",
        y=alt.Y("share_within_2x:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
        backends=backends,
        tooltip=[
            day("week", "Week of (UTC)"),
            alt.Tooltip("share_within_2x:Q", title="Within a factor of 2", format=".0%"),
            alt.Tooltip("median_absolute_error_seconds_text:N", title="Median error"),
            alt.Tooltip("jobs:Q", title="Jobs", format=","),
        ],
        seconds=("median_absolute_error_seconds",),
    )


def prediction_bias(backends: Sequence[str]) -> Chart:
    """Draw by how much the API's predictions were off on average."""
    return _predictions(
        name="prediction_bias",
        title="How far off are the predictions?",
        what="Mean of predicted minus actual wait, by week of submission. Below zero, jobs waited longer than "
        "predicted.",
        unit="time",
        y=alt.Y("bias_hours:Q", title="hours"),
        backends=backends,
        tooltip=[
            day("week", "Week of (UTC)"),
            alt.Tooltip("bias_seconds_text:N", title="Predicted less actual"),
            alt.Tooltip("median_absolute_error_seconds_text:N", title="Median error"),
            alt.Tooltip("jobs:Q", title="Jobs", format=","),
        ],
        seconds=("bias_seconds", "median_absolute_error_seconds"),
    )


def backlog(backends: Sequence[str]) -> Chart:
    """Draw the longest queue of each day by backend."""
    return _strips(
        name="backlog",
        title="Backlog",
        what="Most jobs waiting at the top of an hour, for each day and backend.",
        unit="jobs",
        mart="queue_backlog_hourly",
        field="most_waiting",
        scale=alt.Scale(type="symlog", scheme="viridis"),
        legend=alt.Legend(
            title="Most waiting", gradientLength=alt.ExprRef("min(260, width - 20)"), tickCount=3, format="~s"
        ),
        backends=backends,
        tooltip=[
            alt.Tooltip("most_waiting:Q", title="Most waiting", format=","),
            alt.Tooltip("most_running:Q", title="Most running", format=","),
        ],
    )


def availability(backends: Sequence[str]) -> Chart:
    """Draw the share of each day's observed time in which a backend was available."""
    return _strips(
        name="availability",
        title="Availability",
        what="Share of each day's observed time during which a backend was available. The API keeps no history, so "
        "days without a sync are gray or empty.",
        unit="% of the observed time",
        mart="backend_availability_daily",
        field="share_available",
        scale=alt.Scale(domain=[0, 1], scheme="viridis"),
        legend=alt.Legend(title="Available", format=".0%", gradientLength=160, tickCount=3),
        backends=backends,
        tooltip=[
            alt.Tooltip("share_available:Q", title="Available", format=".1%"),
            alt.Tooltip("share_degraded:Q", title="Degraded", format=".1%"),
            alt.Tooltip("observations:Q", title="Observations", format=","),
        ],
    )


def _strips(
    *,
    name: str,
    title: str,
    what: str,
    unit: str,
    mart: str,
    field: str,
    scale: object,
    legend: object,
    backends: Sequence[str],
    tooltip: Sequence[object],
) -> Chart:
    """Draw a strip of coloured days for each backend, from the data set of the chart's name."""
    cells = (
        data(name)
        .transform_calculate(until="datum.date + 86400000")
        .mark_rect(invalid="show")
        .encode(
            x=drawing.time_axis(flush=25),
            x2="until:T",
            y=alt.Y("backend:N", title=None, sort=list(backends), scale=alt.Scale(paddingInner=0.15)),
            color=alt.condition(
                f"datum.{field} == null",
                alt.value("var(--grid)"),
                alt.Color(f"{field}:Q", scale=scale, legend=legend),
            ),
            tooltip=[alt.Tooltip("backend:N", title="Backend"), day(), *tooltip],
        )
        .add_params(drawing.zoom())
    )
    return Chart(
        name=name,
        title=title,
        what=what,
        unit=unit,
        marts=[mart],
        spec=specification(cells, height=max(90, 32 * len(backends))),
        sources=[Source(dataset=name)],
        wide=True,
    )


def _predictions(
    *,
    name: str,
    title: str,
    what: str,
    unit: str,
    y: object,
    backends: Sequence[str],
    tooltip: Sequence[object],
    seconds: Sequence[str],
) -> Chart:
    chosen = drawing.pick("backend")
    base = drawing.with_durations(data("predictions"), *seconds).encode(
        x=drawing.time_axis(), y=y, color=drawing.colour("backend", theme.colours(backends), style=drawing.LINES)
    )
    line = base.mark_line(strokeWidth=1.6).encode(
        strokeDash=drawing.dashes("backend", backends), opacity=drawing.faded(chosen)
    )
    dots = base.mark_point(size=14).encode(
        opacity=drawing.faded(chosen, 0.7), tooltip=[alt.Tooltip("backend:N", title="Backend"), *tooltip]
    )
    return Chart(
        name=name,
        title=title,
        what=what,
        unit=unit,
        marts=["queue_predictions"],
        spec=specification(alt.layer(line, dots).add_params(chosen, drawing.zoom())),
        sources=[Source(dataset="predictions")],
        jobs=Drill(on="submitted", since="week", span="week", fields={"backend": "backend"}),
    )
