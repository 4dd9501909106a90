-- fct_jobs, 1 row: what is open now, and how long the jobs waited that started in the last day and week
with jobs as (
    select
        *,
        not is_terminal and not is_deleted and not dry_run and job_id = root_job_id as is_open,
        is_qpu and not dry_run and not is_in_session and job_id = root_job_id and queue_seconds is not null as is_wait,
    from fct_jobs
)

select
    count(*) filter (where is_open) as open_jobs,
    count(*) filter (where is_open and started_at is null) as waiting_jobs,
    count(*) filter (where is_open and started_at is not null) as running_jobs,
    count(*) filter (where is_wait and started_at > getvariable('as_of') - interval 1 day) as started_1d,
    median(queue_seconds) filter (where is_wait and started_at > getvariable('as_of') - interval 1 day) as p50_1d,
    quantile_cont(queue_seconds, 0.9) filter (where is_wait and started_at > getvariable('as_of') - interval 1 day)
        as p90_1d,
    count(*) filter (where is_wait and started_at > getvariable('as_of') - interval 7 day) as started_7d,
    median(queue_seconds) filter (where is_wait and started_at > getvariable('as_of') - interval 7 day) as p50_7d,
    quantile_cont(queue_seconds, 0.9) filter (where is_wait and started_at > getvariable('as_of') - interval 7 day)
        as p90_7d,
    count(*) filter (where is_qpu and not dry_run and completed_at > getvariable('as_of') - interval 30 day)
        as ended_30d,
    count(*) filter (where is_qpu and not dry_run and status = 'failed'
        and completed_at > getvariable('as_of') - interval 30 day) as failed_30d,
    count(*) as jobs,
    count(*) filter (where is_qpu and not dry_run) as qpu_jobs,
from jobs
