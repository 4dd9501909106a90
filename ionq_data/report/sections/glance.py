"""At a glance: the figures for a reader who has ten seconds."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ionq_data.report.blocks import Figure, Row, Section
from ionq_data.report.formats import counted, duration, money, written
from ionq_data.report.queries import fetch, fetch_one
from ionq_data.report.sections.alerts import read_alerts, say_why_none
from ionq_data.report.window import Window

_MOST_TOTALS = 3
_BUDGETS = {"exceeded": "is exceeded", "at_risk": "is at risk", "on_track": "will hold"}


def glance(connection: duckdb.DuckDBPyConnection, window: Window, data_dir: Path) -> Section:
    """Build the section from the marts and the open alerts."""
    jobs = fetch_one(connection, "glance_jobs")
    figures = [*_spend(connection, window), _open_jobs(jobs), _wait(jobs), _best_backend(connection), _failed(jobs)]
    return Section(
        name="glance",
        title="At a glance",
        lead="",
        figures=figures,
        alerts=read_alerts(data_dir),
        no_alerts=say_why_none(data_dir),
    )


def _spend(connection: duckdb.DuckDBPyConnection, window: Window) -> list[Figure]:
    """Return two cards, spent and forecast, for each of the first organizations and currencies."""
    spends = fetch(connection, "glance_spend")
    budgets = fetch(connection, "budgets")
    totals = {(row["organization"], row["currency"]): row for row in budgets if row["project_id"] is None}
    month = f"{window.today:%B}"
    if not spends:
        return [
            Figure(
                name="spend_this_month",
                label=f"Spent in {month}",
                value=None,
                kind="money",
                mart="cost_per_project_daily",
                note="No cost is known for this month or the last.",
            )
        ]
    has_several = len({row["organization"] for row in spends}) > 1
    figures = []
    for number, row in enumerate(spends[:_MOST_TOTALS], start=1):
        when = f"{month}, {row['organization'][:8]}" if has_several else month
        suffix = f"_{number}" if number > 1 else ""
        figures.append(_spent(row, window, when, suffix))
        if total := totals.get((row["organization"], row["currency"])):
            figures.append(_forecast(total, row, when, suffix))
    return figures


def _spent(row: Row, window: Window, when: str, suffix: str) -> Figure:
    currency, to_date, day = row["currency"], row["last_month_to_date"], window.today.day
    whole = money(row["last_month"], currency)
    if not row["last_month"]:
        note = "Nothing was spent in the month before."
    elif not to_date:
        note = f"Nothing by day {day} of last month, {whole} in all of it."
    else:
        change = float(row["this_month"] / to_date) - 1
        word = "more" if change >= 0 else "less"
        before = f"by day {day} of last month ({money(to_date, currency)})"
        note = f"{abs(change):.0%} {word} than {before}; all of it: {whole}."
    return Figure(
        name=f"spend_this_month{suffix}",
        label=f"Spent in {when}",
        value=row["this_month"],
        kind="money",
        unit=currency,
        mart="cost_per_project_daily",
        note=note,
    )


def _forecast(total: Row, spend: Row, when: str, suffix: str) -> Figure:
    budget, currency = total["budget"], total["currency"]
    if budget:
        share = written(total["share_spent"], "percent")
        chance = written(total["probability_of_exceeding"], "percent")
        note = f"{_between(total)} The budget of {money(budget, currency)} {_BUDGETS.get(total['status'], 'is set')}: "
        note += f"{share} is spent" + (
            "." if total["status"] == "exceeded" else f", with a {chance} chance of exceeding it."
        )
    elif spend["last_month"]:
        last = money(spend["last_month"], currency)
        note = f"{_between(total)} Last month came to {last}. No budget is set for the organization."
    else:
        note = f"{_between(total)} No budget is set for the organization."
    return Figure(
        name=f"forecast{suffix}",
        label=f"Forecast for {when}",
        value=total["forecast"],
        kind="money",
        unit=currency,
        mart="budget_status",
        note=note,
    )


def _between(total: Row) -> str:
    low, high = (money(total[end], total["currency"]) for end in ("low", "high"))
    return f"Four of five such months end between {low} and {high}."


def _open_jobs(jobs: Row) -> Figure:
    known = counted(jobs["jobs"], "job")
    if not jobs["jobs"]:
        note = "No job is in the warehouse yet."
    elif jobs["open_jobs"]:
        note = f"{jobs['waiting_jobs']:,} waiting, {jobs['running_jobs']:,} running; of {known} known."
    else:
        note = f"None of {known} known is open."
    return Figure(
        name="open_jobs", label="Open jobs", value=jobs["open_jobs"], kind="count", mart="fct_jobs", note=note
    )


def _wait(jobs: Row) -> Figure:
    """Take the last day if enough jobs started in it, else the last week."""
    span, words = ("1d", "24 hours") if jobs["started_1d"] >= 5 else ("7d", "7 days")
    started = jobs[f"started_{span}"]
    if started:
        wait = duration(jobs[f"p90_{span}"])
        note = f"QPU jobs that started in the last {words}: {started:,}; one in ten waited over {wait}."
    elif jobs["qpu_jobs"]:
        note = "No QPU job started in the last 7 days."
    else:
        note = "No job has been sent to a QPU yet."
    return Figure(
        name="median_wait",
        label="Median wait now",
        value=jobs[f"p50_{span}"],
        kind="seconds",
        mart="fct_jobs",
        note=note,
    )


def _best_backend(connection: duckdb.DuckDBPyConnection) -> Figure:
    found = fetch(connection, "best_backend")
    name, value, note = None, None, "No QPU is known to be available and calibrated."
    if found:
        (best,) = found
        name, value, wait = best["backend"], best["fidelity_2q"], best["average_queue_seconds"]
        queue = "" if wait is None else f" Average wait, says the API: {duration(wait)}."
        when = written(best["measured_at"], "date")
        fidelity = written(value, "fidelity")
        note = f"Highest two-qubit fidelity of the available QPUs: {fidelity}, measured {when}.{queue}"
    return Figure(
        name="best_backend",
        label="Best backend now",
        value=value,
        kind="fidelity",
        mart="dim_backends",
        text=name,
        note=note,
    )


def _failed(jobs: Row) -> Figure:
    ended, failed = jobs["ended_30d"], jobs["failed_30d"]
    share = f"{failed:,} of {counted(ended, 'QPU job')} that ended in the last 30 days."
    return Figure(
        name="failed_share",
        label="Failed jobs",
        value=failed / ended if ended else None,
        kind="percent",
        mart="fct_jobs",
        note=share if ended else "No QPU job ended in the last 30 days.",
    )
