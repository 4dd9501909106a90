"""Print the answers as tables."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from ionq_data.cli.answers import QUEUE_DAYS, Answers, Fidelity
from ionq_data.cli.output import Column, clean, duration, money, numbers, print_table

_METRICS = {"1q": "1-qubit", "2q": "2-qubit", "spam": "SPAM"}


def print_answers(answers: Answers) -> None:
    """Print cost per project, fidelity per backend and wait per backend."""
    _print_costs(answers)
    _print_fidelities(answers)
    _print_queues(answers)


def _print_costs(answers: Answers) -> None:
    rows = [
        (clean(c.project), f"{c.jobs_this_month:,}", money(c.this_month, c.currency), money(c.last_month, c.currency))
        for c in answers.costs
    ]
    for currency in sorted({c.currency or "" for c in answers.costs}):
        mine = [c for c in answers.costs if (c.currency or "") == currency]
        this_month = sum((c.this_month for c in mine), Decimal())
        last_month = sum((c.last_month for c in mine), Decimal())
        jobs = sum(c.jobs_this_month for c in mine)
        rows.append(("total", f"{jobs:,}", money(this_month, currency), money(last_month, currency)))
    title = f"Cost per project, {answers.month:%B %Y}" if answers.month else "Cost per project"
    print_table(title, [Column("project"), *numbers("jobs", "this month", "last month")], rows)


def _print_fidelities(answers: Answers) -> None:
    by_backend: dict[str, dict[str, Fidelity]] = defaultdict(dict)
    for fidelity in answers.fidelities:
        by_backend[fidelity.backend][fidelity.metric] = fidelity
    rows = []
    for backend, metrics in by_backend.items():
        newest = max(f.measured_at for f in metrics.values())
        days = f"{(answers.as_of - newest).days} d" if answers.as_of else "–"
        rows.append((clean(backend), *(_fidelity(metrics.get(metric)) for metric in _METRICS), days))
    caption = "Newest value in %, and by how many points its 30-day median moved in 30 days; ! marks a regression."
    print_table("Fidelity per backend", [Column("backend"), *numbers(*_METRICS.values(), "age")], rows, caption=caption)


def _fidelity(fidelity: Fidelity | None) -> str:
    if fidelity is None:
        return "–"
    change = "" if fidelity.change_30d is None else f" {fidelity.change_30d * 100:+.3f}"
    return f"{'! ' if fidelity.is_regression else ''}{fidelity.value * 100:.3f}{change:>7}"


def _print_queues(answers: Answers) -> None:
    rows = [
        (
            clean(q.backend),
            f"{q.jobs_started:,}",
            f"{q.jobs_waiting:,}",
            duration(q.median_seconds),
            duration(q.p90_seconds),
        )
        for q in answers.queues
    ]
    columns = [Column("backend"), *numbers("started", "waiting", "median wait", "90th percentile")]
    caption = "Jobs still waiting are not in the percentiles; queue_time_daily estimates with them."
    print_table(f"Wait per backend, jobs submitted in {QUEUE_DAYS} days", columns, rows, caption=caption)
