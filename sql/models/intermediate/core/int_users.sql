-- 1 row per user who submitted a job or that a usage report listed
with from_jobs as (
    {{ seen_in_jobs('submitter_id') }}
),

-- 1 row per user that a usage report listed
from_usage as (
    select * from {{ ref('int_names') }}
    where group_by = 'user'
)

select
    coalesce(from_jobs.submitter_id, from_usage.id) as user_id,
    from_usage.name as user_name,
    coalesce(from_usage.organization, from_jobs.organization) as organization,
    least(from_jobs.first_job_at, from_usage.first_listed_date::timestamp) as first_seen_at,
    greatest(from_jobs.last_job_at, from_usage.last_listed_date::timestamp) as last_seen_at,
    coalesce(from_jobs.jobs, 0) as jobs,
    coalesce(from_jobs.open_jobs, 0) as open_jobs
from from_jobs
full outer join from_usage on from_jobs.submitter_id = from_usage.id
