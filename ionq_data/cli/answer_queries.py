"""The SQL of the answers, over the published marts. A name after ``$`` is an option of ``ionq-data show``."""

from __future__ import annotations

# The newest sync of the jobs stands for now, so that a warehouse gives the same answers at any time.
_CLOCK = "clock as (select max(last_complete_sync_at) as moment from data_freshness where resource = 'jobs')"
_OF_PROJECT = "($project is null or contains(lower(coalesce(project_name, project_id, '')), lower($project)))"
_QUEUED = "is_qpu and not dry_run and not is_in_session and job_id = root_job_id"


# A key's rows begin with the month of its first use: until then, all cost was without it.
TAGGED = """
    (
        select tag_value, month, currency, cost, job_count from cost_per_tag_monthly where tag_key = $tag
        union all
        select null, costs.month, costs.currency, costs.cost, costs.job_count
        from cost_per_project_monthly as costs
        inner join (
            select organization, min(month) as first_month from cost_per_tag_monthly where tag_key = $tag group by all
        ) as firsts on costs.organization = firsts.organization and costs.month < firsts.first_month
    )
"""


def cost(mart: str, key: str, name: str, *, rest: str = "not attributed") -> str:
    """Return the query of a cost per month, by what the mart is about: 1 row per key and currency.

    A name that several keys have is shown with the key; what has no key is shown as ``rest``.
    """
    only = _OF_PROJECT if key == "project_id" else "true"
    return f"""
        with {_CLOCK},
        newest as (
            select date_trunc('month', coalesce(clock.moment, (select max(month) from {mart})))::date as newest_month
            from clock
        ),
        months as (
            select unnest(generate_series(
                newest_month - to_months($months::int - 1), newest_month, interval 1 month
            ))::date as month
            from newest
        ),
        costs as (
            select
                {key} as key, coalesce(any_value({name}), {key}, '{rest}') as name, currency, month,
                sum(cost) as cost, sum(job_count)::int as jobs
            from {mart} inner join months using (month)
            where {only}
            group by {key}, currency, month
        ),
        known as (
            select *, name || if(count(distinct key) over (partition by name) > 1, ' (' || key || ')', '') as shown,
            from (select distinct key, name, currency from costs)
        ),
        whole as ( -- every month of every key, so that bars of one length mean the same months
            select known.key, known.shown as name, known.currency, months.month,
                coalesce(cost, 0) as cost, coalesce(jobs, 0) as jobs
            from known cross join months
            left join costs on costs.key is not distinct from known.key and costs.month = months.month
                and costs.currency is not distinct from known.currency
        )
        select
            name, currency,
            sum(cost) filter (month = newest_month)::decimal(18, 6) as this_month,
            coalesce(sum(cost) filter (month = newest_month - interval 1 month), 0)::decimal(18, 6) as last_month,
            sum(cost)::decimal(18, 6) as all_months, sum(jobs)::int as jobs,
            list({{'at': month, 'value': cost}} order by month) as trend,
        from whole, newest
        group by key, name, currency
        order by currency, this_month desc, all_months desc, name
    """  # noqa: S608 - the names are ours


FIDELITY = """
    with chosen as (
        from fidelity_trends
        where ($backend is null or backend = $backend) and ('all' in $metrics or metric in $metrics)
    ),
    newest as (
        from chosen qualify row_number() over (partition by backend, metric order by measured_at desc) = 1
    ),
    trends as (
        select backend, metric, list({'at': measured_at, 'value': rolling_median_30d} order by measured_at) as trend
        from chosen group by all
    )
    select
        newest.backend, newest.metric, newest.value, newest.unit, newest.rolling_median_30d as median_30d,
        newest.rolling_median_30d - before.rolling_median_30d as change_30d, newest.slope_per_30d, newest.robust_z,
        coalesce(newest.is_regression, false) as is_regression, newest.measured_at, trends.trend,
    from newest
    inner join trends using (backend, metric)
    left join lateral ( -- the median in force 30 days before the newest measurement
        select chosen.rolling_median_30d from chosen
        where chosen.backend = newest.backend and chosen.metric = newest.metric
            and chosen.measured_at <= newest.measured_at - interval 30 days
        order by chosen.measured_at desc limit 1
    ) as before on true
    order by
        list_position(['2q', '1q', 'spam', 't1', 't2', 'gate_2q', 'gate_1q', 'readout', 'reset'], newest.metric),
        newest.backend
"""

# Of the jobs themselves, never a mean of daily percentiles. A child waits in its parent's turn, a dry run not at all.
QUEUE = f"""
    with {_CLOCK},
    days as (
        select unnest(generate_series(moment::date - ($days::int - 1), moment::date, interval 1 day))::date as day
        from clock
    ),
    jobs as (
        select * from fct_jobs
        where {_QUEUED} and ($backend is null or backend = $backend)
            and submitted_at >= (select min(day) from days)
    ),
    waits as (
        select
            backend, count(*)::int as jobs_submitted, count(queue_seconds)::int as jobs_started,
            count(*) filter (started_at is null and not is_terminal)::int as jobs_waiting,
            quantile_cont(queue_seconds, 0.5) as p50_seconds, quantile_cont(queue_seconds, 0.9) as p90_seconds,
            max(queue_seconds) as longest_seconds,
        from jobs group by backend
    ),
    trends as (
        select waits.backend, list({{'at': days.day, 'value': daily.p50_seconds}} order by days.day) as trend
        from waits cross join days
        left join queue_time_daily as daily on daily.backend = waits.backend and daily.submitted_date = days.day
        group by all
    )
    select waits.*, trends.trend from waits inner join trends using (backend) order by backend
"""  # noqa: S608 - the names are ours

QUEUE_DAILY = f"""
    with {_CLOCK}
    select
        backend, submitted_date, jobs_submitted, jobs_started, jobs_censored,
        p50_seconds, p90_seconds, km_p50_seconds, km_p90_seconds,
    from queue_time_daily, clock
    where ($backend is null or backend = $backend) and submitted_date > clock.moment::date - $days::int
    order by backend, submitted_date desc
"""  # noqa: S608 - the names are ours

JOBS = f"""
    select
        submitted_at, job_id, job_name, project_name, backend, status, shots, queue_seconds, cost, currency,
        expected_success_probability, failure_code,
    from fct_jobs
    where ($backend is null or backend = $backend) and ($status is null or status = $status) and {_OF_PROJECT}
    order by submitted_at desc nulls last, job_id
    limit $limit
"""  # noqa: S608 - the names are ours
