"""Scales, axes, tooltips and interactions that the charts share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import altair as alt

from ionq_data.report.charts.theme import DASHES

HEIGHT = 260
_TIMES = {"hours": "%H:%M", "minutes": "%H:%M", "seconds": "%H:%M:%S"}
"""The label of a tick within a day; Vega itself labels days, months and years."""
_TIME_TICKS = alt.ExprRef("max(3, width / 110)")
LINES = MappingProxyType({"symbolType": "stroke", "symbolStrokeWidth": 2.5, "symbolSize": 350})
"""The style of a legend of lines."""
WORDS = MappingProxyType({"labelExpr": "replace(datum.label, '_', ' ')"})
"""The style of a legend of codes, such as ``missing_report``, as words."""
_LETTER, _SYMBOL, _WIDEST = 7, 46, 236
"""Pixels of a letter of a legend, of the symbol and the gaps beside a label, and of the widest entry."""
_TICKS = [0, 60, 600, 3600, 21600, 86400, 604800]


def specification(chart: Any, *, height: int = HEIGHT) -> dict[str, Any]:
    """Return the chart's Vega-Lite specification, as wide as its place on the page, without data and theme."""
    # Altair's check against its schema takes a seventh of a report's time; the tests draw every chart
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict(validate=False)
    for key in ("config", "$schema"):
        spec.pop(key, None)
    return spec | {"autosize": {"type": "fit-x", "contains": "padding"}}


def data(name: str) -> Any:
    """Return a chart over the data set of that name; the page gives its times in milliseconds."""
    return alt.Chart(alt.NamedData(name, format=alt.DataFormat(parse=None)))


def time_axis(field: str = "date", *, flush: int | bool = False) -> Any:
    """Return the horizontal axis of time in UTC, which readers can zoom and pan.

    Args:
        flush: pixels from either end within which a label is moved inwards, so that it is not cut.
    """
    axis = alt.Axis(labelFlush=flush, labelSeparation=8, tickCount=_TIME_TICKS, format=_TIMES)
    return alt.X(f"{field}:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def day(field: str = "date", title: str = "Date (UTC)") -> Any:
    """Return a date for a tooltip."""
    return alt.Tooltip(f"utcyearmonthdate({field}):T", title=title, format="%a %d %b %Y")


def duration_axis(field: str) -> Any:
    """Return a vertical axis of seconds, labelled in a suitable unit; logarithmic above half a minute."""
    scale = alt.Scale(type="symlog", constant=30)
    axis = alt.Axis(values=_TICKS, labelExpr=duration("value", minutes_from=60), labelOverlap=False, tickCount=20)
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=axis)


def duration(field: str, *, minutes_from: int = 120) -> str:
    """Return the expression that formats a field of seconds in a suitable unit."""
    size = f"abs(datum.{field})"
    value = f"datum.{field}"
    return (
        f"{value} == null ? '–' : {size} >= 86400 ? format({value}/86400, ',.3~r') + ' d'"
        f" : {size} >= 3600 ? format({value}/3600, '.3~r') + ' h'"
        f" : {size} >= {minutes_from} ? format({value}/60, '.3~r') + ' min'"
        f" : {size} >= 1 || {value} == 0 ? format({value}, '.3~r') + ' s'"
        f" : {size} >= 0.001 ? format({value}*1000, '.3~r') + ' ms'"
        f" : {size} >= 0.000001 ? format({value}*1000000, '.3~r') + ' µs' : format({value}*1000000000, '.3~r') + ' ns'"
    )


def with_durations(chart: Any, *fields: str) -> Any:
    """Add a text field ``<field>_text`` for each field of seconds, for the tooltips."""
    return chart.transform_calculate(**{f"{field}_text": duration(field) for field in fields})


def colour(field: str, by_name: Mapping[str, str], *, style: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """Return the colour of a series; the legend lists the names in the given order."""
    scale = alt.Scale(domain=list(by_name), range=list(by_name.values()))
    return alt.Color(f"{field}:N", scale=scale, title=None, legend=legend(by_name, style))


def dashes(field: str, names: Sequence[str]) -> Any:
    """Return a dash pattern for each series, for readers who cannot tell the colours apart."""
    scale = alt.Scale(domain=list(names), range=[DASHES[place % len(DASHES)] for place in range(len(names))])
    return alt.StrokeDash(f"{field}:N", scale=scale, title=None, legend=legend(names, LINES))


def legend(names: Collection[str], style: Mapping[str, Any]) -> Any:
    """Return a legend with as many columns as its longest label allows: two cut names could look the same."""
    entry = min(_WIDEST, _SYMBOL + _LETTER * max(map(len, names), default=0))
    # From the container's width, because the plot's width depends on the legend. The name lets Vega notice a new width.
    columns = f"max(1, floor((containerSize()[0] - 40 + 0 * width) / {entry}))"
    return alt.Legend(columns=alt.ExprRef(columns), labelLimit=entry - _SYMBOL + 10, **style)


def pick(field: str) -> Any:
    """Return the selection of a series by a click in the legend."""
    return alt.selection_point(name=f"pick_{field}", fields=[field], bind="legend")


def faded(selection: Any, opacity: float = 1.0) -> Any:
    """Return the opacity that makes unselected series faint."""
    return alt.condition(selection, alt.value(opacity), alt.value(0.12))


def zoom() -> Any:
    """Return panning by dragging, and zooming by the wheel with Ctrl, Alt or ⌘: the wheel alone scrolls the page."""
    held = "wheel![event.ctrlKey || event.altKey || event.metaKey]"
    return alt.selection_interval(name="zoom", bind="scales", encodings=["x"], zoom=held)
