-- 1 row per user who submitted a job or that a usage report listed
with from_jobs as (
    select
        jobs.submitter_id,
        {{ latest_by('accounts.organization', ['jobs.submitted_at', 'accounts.organization']) }} as organization,
        min(jobs.submitted_at) as first_job_at,
        max(jobs.submitted_at) as last_job_at,
        count(*) as jobs,
        count(*) filter (where not jobs.is_terminal and not jobs.is_deleted) as open_jobs
    from {{ ref('stg_ionq__jobs') }} as jobs
    left join {{ ref('int_accounts') }} as accounts on jobs.account = accounts.account
    where jobs.submitter_id is not null
    group by jobs.submitter_id
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
