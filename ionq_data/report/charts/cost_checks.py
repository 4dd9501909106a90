"""The charts that check spending: days that stand out, and the reconciliation."""

from __future__ import annotations

from collections.abc import Collection

import altair as alt

from ionq_data.report.blocks import MONEY_UNIT, Chart, Source
from ionq_data.report.charts import drawing, theme
from ionq_data.report.charts.drawing import data, day, specification
from ionq_data.report.drill import Drill

_MONEY = ",.2f"
_STATUSES = {
    "matched": theme.BETTER,
    "pending": theme.SERIES[1],
    "missing_jobs": theme.WORSE,
    "missing_report": theme.REST,
    "mismatch": theme.SERIES[7],
}
"""Of ``cost_reconciliation.status``."""
_REASONS = {
    "spike": ("triangle-up", theme.WORSE),
    "drop": ("triangle-down", theme.SERIES[0]),
    "new_project": ("diamond", theme.SERIES[3]),
    "creep": ("cross", theme.SERIES[1]),
    "weekday_shift": ("square", theme.SERIES[4]),
}
"""Shape and colour of each ``cost_anomalies.reason``."""


def anomalies(reasons: Collection[str]) -> Chart:
    """Draw the days whose cost stands out, by their distance from the expected cost."""
    looks = {name: _REASONS.get(name, ("circle", theme.NEUTRAL)) for name in sorted(reasons)}
    shapes = alt.Scale(domain=list(looks), range=[shape for shape, _ in looks.values()])
    points = (
        data("anomalies")
        .mark_point(size=70, opacity=0.8)
        .encode(
            x=drawing.time_axis(),
            y=alt.Y("excess:Q", title="Above or below expectation", axis=alt.Axis(format="~s")),
            shape=alt.Shape("reason:N", title=None, scale=shapes, legend=drawing.legend(looks, drawing.WORDS)),
            color=drawing.colour("reason", {name: hue for name, (_, hue) in looks.items()}, style=drawing.WORDS),
            tooltip=[
                day(),
                alt.Tooltip("project:N", title="Project"),
                alt.Tooltip("cost:Q", title="Cost", format=_MONEY),
                alt.Tooltip("expected:Q", title="Expected", format=_MONEY),
                alt.Tooltip("score:Q", title="Robust score", format=".1f"),
                alt.Tooltip("reason:N", title="Why"),
            ],
        )
        .add_params(drawing.zoom())
    )
    return Chart(
        name="anomalies",
        title="Days that stand out",
        what="Spike: a day on which a project cost far more than in the eight weeks before. Drop: two weeks without a "
        "cost. Creep: six weeks far above the year before. weekday_shift: seven weeks with cost on other "
        "weekdays than before. New projects are listed, too. docs/quality.md says how often these findings are "
        "right.",
        unit=MONEY_UNIT,
        marts=["cost_anomalies"],
        spec=specification(points),
        sources=[Source(dataset="anomalies")],
        jobs=Drill(on="ended", since="date", fields={"project": "project"}),
    )


def reconciliation(statuses: Collection[str]) -> Chart:
    """Draw how the usage report and the job costs agree, day by day."""
    hues = {name: _STATUSES.get(name, theme.NEUTRAL) for name in sorted(statuses)}
    bars = (
        data("reconciliation")
        .transform_calculate(
            until="datum.date + 86400000",
            reported="datum.usage_report_cost == null ? datum.job_cost : datum.usage_report_cost",
        )
        .mark_rect()
        .encode(
            x=drawing.time_axis(),
            x2="until:T",
            y=alt.Y("reported:Q", title=None, axis=alt.Axis(format="~s")),
            y2=alt.datum(0),
            color=drawing.colour("status", hues, style=drawing.WORDS),
            tooltip=[
                day(),
                alt.Tooltip("usage_report_cost:Q", title="Usage report", format=_MONEY),
                alt.Tooltip("job_cost:Q", title="Job costs", format=_MONEY),
                alt.Tooltip("difference:Q", title="Difference", format=_MONEY),
                alt.Tooltip("unlisted:Q", title="Not listed by project", format=_MONEY),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(drawing.zoom())
    )
    return Chart(
        name="reconciliation",
        title="Does the usage report agree with the jobs?",
        what="The usage report's cost of each day, colored by whether the sum of the job costs agrees to the cent. "
        "Days without a report show the job costs.",
        unit=MONEY_UNIT,
        marts=["cost_reconciliation"],
        spec=specification(bars),
        sources=[Source(dataset="reconciliation")],
        jobs=Drill(on="ended", since="date"),
        wide=True,
    )
