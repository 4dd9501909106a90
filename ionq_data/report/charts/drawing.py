"""The vocabulary of the charts: scales, axes, tooltips and interactions that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from ionq_data.report.charts.theme import DASHES

HEIGHT = 260
_TIME_TICKS = alt.ExprRef("max(3, width / 110)")
LINES = alt.Legend(symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=350)
"""A legend of lines."""
WORDS = alt.Legend(labelExpr="replace(datum.label, '_', ' ')")
"""A legend of codes, such as ``missing_report``, as words."""
_TICKS = [0, 60, 600, 3600, 21600, 86400, 604800]


def specification(chart: Any, *, height: int = HEIGHT) -> dict[str, Any]:
    """Return the chart's Vega-Lite specification, as wide as its place on the page and without data or theme."""
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    for key in ("config", "$schema"):
        spec.pop(key, None)
    return spec | {"autosize": {"type": "fit-x", "contains": "padding"}}


def data(name: str) -> Any:
    """Return a chart over the data set of that name, whose times the page gives in milliseconds."""
    return alt.Chart(alt.NamedData(name, format=alt.DataFormat(parse=None)))


def time_axis(field: str = "date") -> Any:
    """Return the horizontal axis of time in UTC, which is zoomed and panned."""
    axis = alt.Axis(labelFlush=False, labelSeparation=8, tickCount=_TIME_TICKS)
    return alt.X(f"{field}:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def day(field: str = "date", title: str = "Date (UTC)") -> Any:
    """Return a date for a tooltip."""
    return alt.Tooltip(f"utcyearmonthdate({field}):T", title=title, format="%a %d %b %Y")


def duration_axis(field: str) -> Any:
    """Return a vertical axis of seconds, labelled in the unit that fits; logarithmic above half a minute."""
    scale = alt.Scale(type="symlog", constant=30)
    axis = alt.Axis(values=_TICKS, labelExpr=duration("value"), labelOverlap=False, tickCount=20)
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=axis)


def duration(field: str) -> str:
    """Return the expression that writes a field of seconds out in the unit that fits."""
    size = f"abs(datum.{field})"
    value = f"datum.{field}"
    return (
        f"{value} == null ? '–' : {size} >= 86400 ? format({value}/86400, ',.3~r') + ' d'"
        f" : {size} >= 3600 ? format({value}/3600, '.3~r') + ' h'"
        f" : {size} >= 120 ? format({value}/60, '.3~r') + ' min'"
        f" : {size} >= 1 || {value} == 0 ? format({value}, '.3~r') + ' s'"
        f" : {size} >= 0.001 ? format({value}*1000, '.3~r') + ' ms' : format({value}*1000000, '.3~r') + ' µs'"
    )


def with_durations(chart: Any, *fields: str) -> Any:
    """Add a text field ``<field>_text`` for each field of seconds, for the tooltips."""
    return chart.transform_calculate(**{f"{field}_text": duration(field) for field in fields})


def colour(field: str, by_name: Mapping[str, str], *, legend: Any = alt.Undefined) -> Any:
    """Return the colour of a series; the legend has the names in the given order."""
    scale = alt.Scale(domain=list(by_name), range=list(by_name.values()))
    return alt.Color(f"{field}:N", scale=scale, title=None, legend=legend)


def dashes(field: str, names: Sequence[str]) -> Any:
    """Return a dash pattern for each series, for those who cannot tell the colours."""
    patterns = [DASHES[place % len(DASHES)] for place in range(len(names))]
    return alt.StrokeDash(f"{field}:N", scale=alt.Scale(domain=list(names), range=patterns), title=None, legend=LINES)


def pick(field: str) -> Any:
    """Return the selection of a series by a click on its legend."""
    return alt.selection_point(name=f"pick_{field}", fields=[field], bind="legend")


def faded(selection: Any, opacity: float = 1.0) -> Any:
    """Return the opacity that leaves what is not selected faint."""
    return alt.condition(selection, alt.value(opacity), alt.value(0.12))


def zoom() -> Any:
    """Return panning by dragging and zooming by the wheel with Ctrl, Alt or ⌘ held: alone it scrolls the page."""
    held = "wheel![event.ctrlKey || event.altKey || event.metaKey]"
    return alt.selection_interval(name="zoom", bind="scales", encodings=["x"], zoom=held)
