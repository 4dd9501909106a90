-- queue_time_daily, and fct_jobs by week: 1 row per backend and day, and per backend and week of submission.
-- The percentiles of a week are of its jobs, not of its days.
with waits as (
    select
        jobs.backend,
        date_trunc('week', jobs.submitted_at)::date as date,
        jobs.started_at >= jobs.submitted_at as is_started,
        jobs.started_at is null and jobs.status not in ('started', 'completed') as is_censored,
        jobs.queue_seconds,
    from fct_jobs as jobs
    where
        jobs.is_qpu and not jobs.dry_run and not jobs.is_in_session and jobs.job_id = jobs.root_job_id
        and jobs.submitted_at >= date_trunc('week', getvariable('since'))
),

statistics as (
    select
        'day' as grain,
        backend,
        submitted_date as date,
        submitted_date + 1 as until,
        jobs_submitted,
        jobs_started,
        jobs_censored,
        p50_seconds,
        p90_seconds,
        p99_seconds,
        km_p50_seconds,
    from queue_time_daily
    where submitted_date >= getvariable('since')
    union all by name
    select
        'week' as grain,
        backend,
        date,
        date + 7 as until,
        count(*) as jobs_submitted,
        count(*) filter (where is_started) as jobs_started,
        count(*) filter (where is_censored) as jobs_censored,
        quantile_cont(queue_seconds, 0.5) filter (where is_started) as p50_seconds,
        quantile_cont(queue_seconds, 0.9) filter (where is_started) as p90_seconds,
        quantile_cont(queue_seconds, 0.99) filter (where is_started) as p99_seconds,
    from waits
    group by backend, date
)

select statistics.*, statistics.jobs_censored / nullif(statistics.jobs_submitted, 0) as share_censored,
from statistics
inner join shown_backends as backends on statistics.backend = backends.id
where backends.place <= getvariable('most_backends')
order by statistics.grain, statistics.backend, statistics.date
