"""The charts of how long jobs wait on one backend."""

from __future__ import annotations

import altair as alt

from ionq_data.report.blocks import Chart, Source
from ionq_data.report.charts import drawing, theme
from ionq_data.report.charts.drawing import data, day, duration, specification
from ionq_data.report.drill import Drill

_WEEKDAYS = "['Mon','Tue','Wed','Thu','Fri','Sat','Sun'][datum.value - 1]"
_BLUE = theme.SERIES[0]


def by_day(backend: str, label: str) -> Chart:
    """Draw the percentiles of the wait on one backend by day of submission, over the share that is censored."""
    durations = ("p50_seconds", "p90_seconds", "p99_seconds", "km_p50_seconds")
    base = drawing.with_durations(data("queue_bands"), *durations)
    tooltip = [
        day(title="Submitted from (UTC)"),
        alt.Tooltip("p50_seconds_text:N", title="Median wait"),
        alt.Tooltip("p90_seconds_text:N", title="90th percentile"),
        alt.Tooltip("p99_seconds_text:N", title="99th percentile"),
        alt.Tooltip("km_p50_seconds_text:N", title="Median, including waiting jobs"),
        alt.Tooltip("jobs_submitted:Q", title="Jobs submitted", format=","),
        alt.Tooltip("share_censored:Q", title="Never seen to start", format=".0%"),
    ]
    x = drawing.time_axis()
    band = base.mark_rect(opacity=0.3, color=_BLUE).encode(
        x=x, x2="until:T", y=drawing.duration_axis("p50_seconds"), y2="p90_seconds:Q", tooltip=tooltip
    )
    median = base.mark_rule(color=_BLUE, strokeWidth=2.5).encode(
        x=x, x2="until:T", y=drawing.duration_axis("p50_seconds"), tooltip=tooltip
    )
    censored = (
        base.transform_filter("datum.share_censored > 0")
        .mark_rect(color=theme.SERIES[1], opacity=0.55)
        .encode(
            x=x,
            x2="until:T",
            y=alt.Y(
                "share_censored:Q",
                title=None,
                # the lower third of the chart, so that the bars stay below the waits
                scale=alt.Scale(domain=[0, 3], clamp=True),
                axis=alt.Axis(orient="right", format=".0%", values=[0, 0.5, 1], grid=False),
            ),
            y2=alt.datum(0),
            tooltip=tooltip,
        )
    )
    layers = alt.layer(censored, alt.layer(band, median)).resolve_scale(y="independent")
    return Chart(
        name=f"waits_{label}",
        title=f"{backend}: waits",
        what=f"Wait of jobs on {backend} by day or week of submission. Line: median of the jobs that started; band: "
        f"from the median to the 90th percentile. Bars, right axis: share of jobs that have not started: still "
        f"waiting, canceled or failed.",
        unit="time, logarithmic above 30 s; % of jobs",
        marts=["queue_time_daily", "fct_jobs"],
        spec=specification(layers.add_params(drawing.zoom()), height=220),
        sources=[Source(dataset="queue_bands", where={"backend": backend}, has_grains=True)],
        jobs=Drill(on="submitted", since="date", span="grain", fields={"backend": "backend"}),
        backend=backend,
    )


def by_hour(backend: str, label: str) -> Chart:
    """Draw the median wait on one backend by weekday and hour."""
    # All backends have the same scale, so a colour always means the same wait.
    colour = alt.Color(
        "p50_seconds:Q",
        scale=alt.Scale(type="symlog", constant=30, scheme="viridis", domain=[0, 86400], clamp=True),
        legend=alt.Legend(
            title="Median wait", labelExpr=duration("value"), gradientLength=200, values=[0, 60, 600, 3600, 86400]
        ),
    )
    cells = (
        drawing.with_durations(data("queue_hours"), "p50_seconds", "p90_seconds")
        .mark_rect(stroke="var(--card)", strokeWidth=1, invalid="show")
        .encode(
            x=alt.X(
                "hour:O",
                title="Hour of submission (UTC)",
                scale=alt.Scale(domain=list(range(24))),
                axis=alt.Axis(labelAngle=0, values=[0, 3, 6, 9, 12, 15, 18, 21]),
            ),
            y=alt.Y(
                "iso_weekday:O",
                title=None,
                scale=alt.Scale(domain=list(range(1, 8))),
                axis=alt.Axis(labelExpr=_WEEKDAYS),
            ),
            color=alt.condition("datum.p50_seconds == null", alt.value(theme.REMAINDER), colour),
            tooltip=[
                alt.Tooltip("iso_weekday:O", title="Weekday (1 = Monday)"),
                alt.Tooltip("hour:O", title="Hour (UTC)"),
                alt.Tooltip("p50_seconds_text:N", title="Median wait"),
                alt.Tooltip("p90_seconds_text:N", title="90th percentile"),
                alt.Tooltip("jobs_submitted:Q", title="Jobs", format=","),
            ],
        )
    )
    return Chart(
        name=f"hours_{label}",
        title=f"{backend}: when to submit",
        what=f"Median wait of the jobs on {backend} that started, by weekday and hour of submission, over the last 90 "
        f"days. Gray: none of the jobs started; empty: no job was submitted.",
        unit="time",
        marts=["queue_time_by_hour"],
        spec=specification(cells, height=190),
        sources=[Source(dataset="queue_hours", where={"backend": backend})],
        jobs=Drill(on="submitted", days=90, fields={"backend": "backend", "weekday": "iso_weekday", "hour": "hour"}),
        period="the last 90 days",
        backend=backend,
    )
