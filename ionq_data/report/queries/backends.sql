-- dim_backends, 1 row per QPU, with the waits of fct_jobs in the last 7 days and the newest counts of
-- queue_backlog_hourly
with waits as (
    select
        backend,
        count(*) as started_7d,
        median(queue_seconds) as p50_7d,
        quantile_cont(queue_seconds, 0.9) as p90_7d,
    from fct_jobs
    where
        is_qpu and not dry_run and not is_in_session and job_id = root_job_id and queue_seconds is not null
        and started_at > getvariable('as_of') - interval 7 day
    group by backend
),

backlog as (
    select backend, arg_max(jobs_waiting, hour) as jobs_waiting, arg_max(jobs_running, hour) as jobs_running,
    from queue_backlog_hourly
    group by backend
)

select
    backends.backend,
    if(backends.is_listed, 'yes', 'no') as is_listed,
    if(backends.is_listed, coalesce(backends.status, 'unknown'), 'not listed') as status,
    backends.is_degraded,
    backends.qubits,
    backends.measured_at,
    epoch(getvariable('as_of') - backends.measured_at) as calibration_age_seconds,
    epoch(getvariable('as_of') - backends.measured_at) / 3600 as calibration_age_hours,
    backends.fidelity_1q,
    backends.fidelity_2q,
    backends.fidelity_spam,
    backends.average_queue_seconds,
    backends.open_jobs,
    backlog.jobs_waiting,
    backlog.jobs_running,
    coalesce(waits.started_7d, 0) as started_7d,
    waits.p50_7d,
    waits.p90_7d,
from dim_backends as backends
left join waits on backends.backend = waits.backend
left join backlog on backends.backend = backlog.backend
where backends.is_qpu
order by backends.is_listed desc, backends.jobs desc, backends.backend
limit 50
