"""The answers that are printed after a demo: cost, fidelity and queue, read from the published marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from duckdb import DuckDBPyConnection

QUEUE_DAYS = 30

# One day of the newest sync stands for today, so that the same warehouse gives the same answers at any time.
_AS_OF = "select max(last_complete_sync_at) from data_freshness where resource = 'jobs'"

_COSTS = """
    select
        coalesce(project_name, project_id, 'not attributed to a project') as project, currency,
        coalesce(sum(cost) filter (month = date_trunc('month', $as_of)), 0) as this_month,
        coalesce(sum(cost) filter (month = date_trunc('month', $as_of) - interval 1 month), 0) as last_month,
        coalesce(sum(job_count) filter (month = date_trunc('month', $as_of)), 0)::int as jobs_this_month,
    from cost_per_project_monthly
    where month >= date_trunc('month', $as_of) - interval 1 month
    group by project_id, project_name, currency
    order by this_month desc, last_month desc, project
"""

# The newest value, and how far the 30-day median has moved since 30 days before that measurement.
_FIDELITIES = """
    with newest as (
        from fidelity_trends where metric in ('1q', '2q', 'spam')
        qualify row_number() over (partition by backend, metric order by measured_at desc, characterization_id) = 1
    )
    select
        newest.backend, newest.metric, newest.measured_at, newest.value,
        newest.rolling_median_30d - before.rolling_median_30d as change_30d, newest.is_regression,
    from newest
    left join lateral (
        select earlier.rolling_median_30d from fidelity_trends as earlier
        where earlier.backend = newest.backend and earlier.metric = newest.metric
            and earlier.measured_at <= newest.measured_at - interval 30 days
        order by earlier.measured_at desc, earlier.characterization_id limit 1
    ) as before on true
    order by newest.backend, newest.metric
"""

# Of the jobs themselves, never a mean of daily percentiles. A child waits in its parent's turn, a dry run not at all.
_QUEUES = """
    select
        backend, count(*) filter (queue_seconds is not null)::int as jobs_started,
        count(*) filter (started_at is null and status in ('submitted', 'ready'))::int as jobs_waiting,
        quantile_cont(queue_seconds, 0.5) as median_seconds, quantile_cont(queue_seconds, 0.9) as p90_seconds,
    from fct_jobs
    where is_qpu and not dry_run and parent_job_id is null and submitted_at > $as_of - to_days($days::int)
    group by backend order by backend
"""


@dataclass(frozen=True)
class ProjectCost:
    """What a project cost this month and last month, in one currency."""

    project: str
    currency: str | None
    this_month: Decimal
    last_month: Decimal
    jobs_this_month: int


@dataclass(frozen=True)
class Fidelity:
    """A backend's newest fidelity of one metric (a fraction), and the change of its 30-day median in 30 days."""

    backend: str
    metric: str
    measured_at: datetime
    value: float
    change_30d: float | None
    is_regression: bool


@dataclass(frozen=True)
class Queue:
    """How long a backend's jobs of the last 30 days waited, seconds."""

    backend: str
    jobs_started: int
    jobs_waiting: int
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True)
class Answers:
    """What the marts say as of the last complete sync of the jobs."""

    as_of: datetime | None
    costs: list[ProjectCost]
    fidelities: list[Fidelity]
    queues: list[Queue]

    @property
    def month(self) -> date | None:
        """The first day of the month that ``this_month`` means."""
        return self.as_of.date().replace(day=1) if self.as_of else None


def read_answers(connection: DuckDBPyConnection) -> Answers:
    """Read the three answers; without any complete sync of jobs they are empty."""
    row = connection.execute(_AS_OF).fetchone()
    as_of = row[0] if row else None
    return Answers(
        as_of=as_of,
        costs=[ProjectCost(**r) for r in _rows(connection, _COSTS, as_of=as_of)] if as_of else [],
        fidelities=[Fidelity(**r) for r in _rows(connection, _FIDELITIES)],
        queues=[Queue(**r) for r in _rows(connection, _QUEUES, as_of=as_of, days=QUEUE_DAYS)] if as_of else [],
    )


def _rows(connection: DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
