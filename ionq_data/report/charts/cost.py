"""The charts of spending."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from ionq_data.report.blocks import MONEY_UNIT, Chart, Source
from ionq_data.report.charts import drawing, theme
from ionq_data.report.charts.drawing import data, day, specification
from ionq_data.report.drill import Drill

_MONEY = ",.2f"
_TITLES = {"series": "Project", "backend": "Backend", "failure_code": "Failure code"}
_GREYS = {"Other projects": theme.REST, "Other codes": theme.REST, "Not attributed": theme.REMAINDER}


def cost_over_time(series: Sequence[str]) -> Chart:
    """Draw cost by project, stacked, per day, week or month."""
    return Chart(
        name="cost_over_time",
        title="Cost by project",
        what='Cost of each project, stacked. "Not attributed" is cost in the usage report that no listed project '
        "and no job accounts for.",
        unit=MONEY_UNIT,
        marts=["cost_per_project_daily"],
        spec=_stacked("cost_daily", "series", _colours(series)),
        sources=[Source(dataset="cost_daily", bucket=_sums("series"))],
        wide=True,
        jobs=Drill(on="ended", since="bucket", span="bucket", fields={"series": "series"}),
    )


def cost_by_backend(backends: Sequence[str]) -> Chart:
    """Draw cost by backend, stacked, per month."""
    return Chart(
        name="cost_by_backend",
        title="Cost by backend",
        what="Cost of the jobs on each backend, stacked by month.",
        unit=MONEY_UNIT,
        marts=["cost_per_backend_monthly"],
        spec=_stacked("cost_by_backend", "backend", _colours(backends)),
        sources=[
            Source(
                dataset="cost_by_backend",
                bucket={"by": ["backend", "place"], "sum": ["cost", "jobs"], "grain": ["month"]},
            )
        ],
        jobs=Drill(on="ended", since="bucket", span="bucket", fields={"backend": "backend"}),
    )


def cost_by_user() -> Chart:
    """Draw the cost of each user over the period, as bars."""
    base = data("cost_by_user").transform_aggregate(cost="sum(cost)", jobs="sum(jobs)", groupby=["submitter"])
    bars = base.mark_bar(color=theme.SERIES[0], cornerRadiusEnd=2).encode(
        x=alt.X("cost:Q", title=None, axis=alt.Axis(format="~s", grid=True)),
        y=alt.Y("submitter:N", title=None, sort="-x", axis=alt.Axis(labelLimit=150)),
        tooltip=[
            alt.Tooltip("submitter:N", title="User"),
            alt.Tooltip("cost:Q", title="Cost", format=_MONEY),
            alt.Tooltip("jobs:Q", title="Jobs", format=","),
        ],
    )
    return Chart(
        name="cost_by_user",
        title="Cost by user",
        what="Cost of each person's jobs, added up over the whole months of the period.",
        unit=MONEY_UNIT,
        marts=["cost_per_user_monthly"],
        spec=specification(bars, height=300),
        sources=[Source(dataset="cost_by_user")],
        jobs=Drill(on="ended", span="month", fields={"who": "submitter"}),
    )


def month_so_far() -> Chart:
    """Draw this month's running total over last month's."""
    scale = alt.Scale(domain=["This month", "Last month"], range=[theme.SERIES[0], theme.REST])
    line = (
        data("cost_this_month")
        .transform_aggregate(cost="sum(cost)", groupby=["which", "day"])
        .transform_window(total="sum(cost)", groupby=["which"], sort=[alt.SortField("day")])
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=alt.X("day:Q", title="Day of the month", scale=alt.Scale(domain=[1, 31]), axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("total:Q", title=None, axis=alt.Axis(format="~s")),
            color=alt.Color("which:N", scale=scale, title=None),
            strokeDash=drawing.dashes("which", ["This month", "Last month"]),
            tooltip=[
                alt.Tooltip("which:N", title="Month"),
                alt.Tooltip("day:Q", title="Until day"),
                alt.Tooltip("total:Q", title="Spent", format=_MONEY),
            ],
        )
    )
    return Chart(
        name="month_so_far",
        title="This month against the last",
        what="Running total of cost by day of the month, for this month and the last.",
        unit=MONEY_UNIT,
        marts=["cost_per_project_daily"],
        spec=specification(line),
        sources=[Source(dataset="cost_this_month")],
        period="this month and the last",
    )


def budget_left(labels: Sequence[str]) -> Chart:
    """Draw the rest of each of this month's budgets, with the forecast to the end of the month."""
    base = (
        data("budget_days")
        .transform_calculate(drawn="max(datum.share, -1)")
        .encode(
            x=drawing.time_axis(),
            y=alt.Y("drawn:Q", title="Budget left", axis=alt.Axis(format=".0%")),
            color=drawing.colour("project", theme.colours(labels), style=drawing.LINES),
            tooltip=[
                alt.Tooltip("project:N", title="Budget of"),
                day(),
                alt.Tooltip("remaining:Q", title="Left", format=_MONEY),
                alt.Tooltip("budget:Q", title="Budget", format=_MONEY),
                alt.Tooltip("basis:N", title="Basis"),
            ],
        )
    )
    spent = base.transform_filter("datum.basis == 'spent'").mark_line(interpolate="step-after")
    forecast = base.transform_filter("datum.basis == 'forecast'").mark_line(strokeDash=[4, 4], point=True)
    zero = data("budget_days").transform_aggregate(days="count()").mark_rule(strokeWidth=1.5).encode(y=alt.datum(0))
    return Chart(
        name="budget_left",
        title="Budget burn-down",
        what="Share of each monthly budget that is left; dashed: the forecast to the end of the month. Below zero, "
        "the budget is exceeded; a cost of more than twice the budget is drawn as −100 %.",
        unit="% of the budget",
        marts=["budget_status", "cost_per_project_daily"],
        spec=specification(alt.layer(zero, spent, forecast)),
        sources=[Source(dataset="budget_days")],
        period="this month",
    )


def failed_work(codes: Sequence[str]) -> Chart:
    """Draw failed jobs by their code, per day, week or month."""
    return Chart(
        name="failed_work",
        title="Failed work",
        what="Failed jobs by failure code; a job of several circuits counts once.",
        unit="jobs",
        marts=["failures_daily"],
        spec=_stacked("failures", "failure_code", _colours(codes), value="jobs"),
        sources=[
            Source(dataset="failures", bucket={"by": ["failure_code", "place"], "sum": ["jobs", "cost", "qpu_seconds"]})
        ],
        jobs=Drill(on="ended", since="bucket", span="bucket", fields={"failure": "failure_code"}),
    )


def _sums(series: str, **grain: str) -> dict[str, list[str]]:
    """Return the column to sum per day, week or month."""
    return {"by": [series, "place"], "sum": ["cost", "jobs"], **{key: [value] for key, value in grain.items()}}


def _colours(names: Sequence[str]) -> dict[str, str]:
    """Return the colours of the series; a series for many, or for nobody, is grey."""
    return theme.colours(names, {name: colour for name, colour in _GREYS.items() if name in names})


def _stacked(dataset: str, series: str, colours: dict[str, str], *, value: str = "cost") -> dict[str, object]:
    chosen = drawing.pick(series)
    bars = (
        data(dataset)
        .transform_stack(stack=value, groupby=["bucket"], sort=[alt.SortField("place")], as_=["from", "to"])
        .mark_rect()
        .encode(
            x=drawing.time_axis("bucket"),
            x2="bucket_end:T",
            y=alt.Y("from:Q", title=None, axis=alt.Axis(format="~s")),
            y2="to:Q",
            color=drawing.colour(series, colours),
            opacity=drawing.faded(chosen),
            tooltip=[
                alt.Tooltip("bucket_text:N", title="Period (UTC)"),
                alt.Tooltip(f"{series}:N", title=_TITLES[series]),
                alt.Tooltip("cost:Q", title="Cost", format=_MONEY),
                alt.Tooltip("jobs:Q", title="Jobs", format=","),
            ],
        )
        .add_params(chosen, drawing.zoom())
    )
    return specification(bars)
