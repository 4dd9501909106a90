"""What an organization's IonQ account costs, how good its backends are, and how long jobs wait.

A marimo notebook: edit it with ``marimo edit docs/notebook.py``, or view it with ``marimo run docs/notebook.py``. It
reads the data directory of the settings (``IONQ_DATA_DIR``); ``ionq-data demo`` makes one without an account.
"""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="IonQ: cost, fidelity, waits")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import polars as pl

    import ionq_data

    site = ionq_data.open()
    mo.md(f"# Cost, fidelity and waits\n\nFrom `{site.settings.data_dir}`, by `ionq_data.open()`.")
    return alt, mo, pl, site


@app.cell
def _(mo):
    mo.md("""
    ## What did it cost?

    The cost of each project by month. The rows of a date add up to the usage report exactly; cost that belongs to no
    project is "not attributed".
    """)


@app.cell
def _(alt, pl, site):
    costs = site.mart("cost_per_project_monthly").with_columns(
        project=pl.coalesce("project_name", "project_id", pl.lit("not attributed")), amount=pl.col("cost").cast(float)
    )
    (
        alt.Chart(
            costs.select("month", "project", "currency", "amount", "job_count"),
            title="Cost by project and month",
            width=600,
            height=260,
        )
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):O", title=None),
            y=alt.Y("sum(amount):Q", title="cost"),
            color=alt.Color("project:N", legend=alt.Legend(title=None, orient="bottom", columns=3, labelLimit=200)),
            row=alt.Row("currency:N", title=None),
            tooltip=["project", "amount:Q", "currency", "job_count"],
        )
    )
    return (costs,)


@app.cell
def _(mo):
    mo.md("""
    ## How good were the backends when *my* jobs ran?

    Dots: the two-qubit fidelity of the calibration that was in force when each job started. Lines: every calibration.
    """)


@app.cell
def _(mo, site):
    submitters = site.sql(
        """
        select coalesce(submitter_name, submitter_id, 'unknown') as who, count(*) as jobs
        from fct_jobs
        where is_qpu and started_at is not null
        group by who
        order by jobs desc
        """
    )["who"].to_list()
    me = mo.ui.dropdown(submitters, value=submitters[0] if submitters else None, label="Jobs of")
    me
    return (me,)


@app.cell
def _(me, site):
    mine = site.sql(
        """
        select job_id, job_name, backend, started_at, fidelity_2q, characterization_age_hours,
            expected_success_probability, expected_success_low, expected_success_high
        from fct_jobs
        where is_qpu and started_at is not null and fidelity_2q is not null
            and coalesce(submitter_name, submitter_id, 'unknown') = $who
        order by started_at
        """,
        {"who": me.value},
    )
    return (mine,)


@app.cell
def _(alt, mine, pl, site):
    calibrations = (
        site.mart("fct_characterizations")
        .filter(pl.col("backend").is_in(mine["backend"].unique().to_list()) & pl.col("fidelity_2q").is_not_null())
        .select("backend", "measured_at", "fidelity_2q")
    )
    _scale = alt.Scale(zero=False)
    (
        alt.Chart(calibrations, title="Two-qubit fidelity", width=600, height=260)
        .mark_line(opacity=0.4)
        .encode(
            x=alt.X("measured_at:T", title=None),
            y=alt.Y("fidelity_2q:Q", title=None, scale=_scale, axis=alt.Axis(format=".1%")),
            color=alt.Color("backend:N", legend=alt.Legend(title=None, orient="bottom", labelLimit=200)),
        )
        + alt.Chart(mine)
        .mark_circle(size=35)
        .encode(
            x="started_at:T",
            y=alt.Y("fidelity_2q:Q", scale=_scale),
            color="backend:N",
            tooltip=[
                "job_name",
                "backend",
                "started_at",
                "characterization_age_hours",
                "expected_success_probability",
                "expected_success_low",
                "expected_success_high",
            ],
        )
    )
    return (calibrations,)


@app.cell
def _(mo):
    mo.md("""
    ## How long do jobs wait?

    `site.scan("jobs")` reads the lake directly: a lazy frame of the current records, under the API's own names. The
    table leaves out jobs that have not started and are still waiting.
    """)


@app.cell
def _(pl, site):
    waits = (
        site.scan("jobs")
        .filter(pl.col("backend").str.starts_with("qpu.") & pl.col("started_at").is_not_null())
        .filter(pl.col("parent_job_id").is_null() & ~pl.col("dry_run").fill_null(value=False))
        .with_columns(seconds=(pl.col("started_at") - pl.col("submitted_at")).dt.total_milliseconds() / 1000)
        .filter(pl.col("seconds") >= 0)
        .group_by("backend")
        .agg(
            jobs=pl.len(),
            median_minutes=pl.col("seconds").median() / 60,
            p90_minutes=pl.col("seconds").quantile(0.9, "linear") / 60,
        )
        .sort("backend")
        .collect()
    )
    waits
    return (waits,)


if __name__ == "__main__":
    app.run()
