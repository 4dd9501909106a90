-- Returns each QPU and day whose number of jobs in the mart differs from a count of the jobs themselves.
with jobs as (
    select
        backend,
        submitted_at::date as submitted_date,
        count(*) as jobs_submitted,
        count(queue_seconds) as jobs_started
    from {{ ref('fct_jobs') }}
    where is_qpu and not dry_run and not is_in_session and job_id = root_job_id and submitted_at is not null
    group by all
)

select
    coalesce(jobs.backend, daily.backend) as backend,
    coalesce(jobs.submitted_date, daily.submitted_date) as submitted_date,
    jobs.jobs_submitted,
    daily.jobs_submitted as jobs_submitted_of_mart,
    jobs.jobs_started,
    daily.jobs_started as jobs_started_of_mart
from jobs
full join {{ ref('queue_time_daily') }} as daily
    on jobs.backend = daily.backend and jobs.submitted_date = daily.submitted_date
where
    jobs.jobs_submitted is distinct from daily.jobs_submitted
    or jobs.jobs_started is distinct from daily.jobs_started
