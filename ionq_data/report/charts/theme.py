"""The colours and measures of all charts.

Colours are CSS variables of the page (``assets/style.css``), and the SVG inherits them. So a chart follows the switch
between light, dark and paper, and need not be drawn again. The series follow Okabe and Ito, who chose colours that
people with any kind of colour blindness can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SERIES = tuple(f"var(--series-{number})" for number in range(1, 9))
REST = "var(--series-rest)"
REMAINDER = "var(--series-remainder)"
WORSE, BETTER, NEUTRAL = "var(--worse)", "var(--better)", "var(--neutral)"
DASHES = ([1, 0], [7, 3], [2, 2], [8, 3, 2, 3], [1, 0], [7, 3], [2, 2], [8, 3, 2, 3])
_MUTED, _LINE, _INK = "var(--muted)", "var(--line)", "var(--ink)"

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    "aria": False,  # the figure's caption says it once; a thousand marks need no label each
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _MUTED,
        "titleColor": _MUTED,
        "titleFontWeight": 500,
        "titleFontSize": 11,
        "labelFontSize": 11,
        "labelLimit": 150,
        "gridColor": "var(--grid)",
        "domainColor": _LINE,
        "tickColor": _LINE,
        "tickSize": 4,
        "titlePadding": 8,
    },
    "axisX": {"grid": False, "labelOverlap": True, "labelPadding": 4},
    "axisY": {"domain": False, "ticks": False, "tickCount": 5, "labelPadding": 6},
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": _INK,
        "labelFontSize": 12,
        "titleColor": _MUTED,
        "symbolSize": 90,
        "symbolOpacity": 1,
        "columnPadding": 14,
        "offset": 10,
    },
    "line": {"strokeWidth": 2, "strokeJoin": "round"},
    "point": {"filled": True, "size": 34},
    "text": {"color": _INK, "fontSize": 11},
    "rule": {"color": _MUTED},
}


def colours(names: Sequence[str], special: dict[str, str] | None = None) -> dict[str, str]:
    """Return a colour for each name, the same in every chart: the first eight have their own, the others share grey."""
    own = {name: SERIES[place] if place < len(SERIES) else REST for place, name in enumerate(names)}
    return own | (special or {})
