-- 1 row per project of a job, of a usage report, or of the API's list of projects
with from_jobs as (
    {{ seen_in_jobs('project_id') }}
),

-- 1 row per project that a usage report listed
from_usage as (
    select * from {{ ref('int_names') }}
    where group_by = 'project'
),

-- 1 row per project that the API lists with its quota
from_list as (
    select
        projects.*,
        accounts.organization
    from {{ ref('stg_ionq__projects') }} as projects
    left join {{ ref('int_accounts') }} as accounts on projects.account = accounts.account
)

select
    coalesce(from_jobs.project_id, from_usage.id, from_list.project_id) as project_id,
    -- the API's list has the present name of a project; a key that may not see the list uses the latest report's name
    coalesce(from_list.project_name, from_usage.name) as project_name,
    coalesce(from_usage.organization, from_list.organization_id, from_list.organization, from_jobs.organization)
        as organization,
    least(from_jobs.first_job_at, from_usage.first_listed_date::timestamp) as first_seen_at,
    greatest(from_jobs.last_job_at, from_usage.last_listed_date::timestamp) as last_seen_at,
    coalesce(from_jobs.jobs, 0) as jobs,
    coalesce(from_jobs.open_jobs, 0) as open_jobs,
    -- a project that has left the list keeps its name, but has no quota
    case when not coalesce(from_list.is_deleted, false) then from_list.quota_limit end as quota_limit,
    case when not coalesce(from_list.is_deleted, false) then from_list.quota_usage end as quota_usage,
    case when from_list.quota_limit is not null or from_list.quota_usage is not null then from_list.currency end
        as quota_currency
from from_jobs
full outer join from_usage on from_jobs.project_id = from_usage.id
full outer join from_list on coalesce(from_jobs.project_id, from_usage.id) = from_list.project_id
