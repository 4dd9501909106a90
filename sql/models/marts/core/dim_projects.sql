-- 1 row per project of a job, of a usage report, or of the API's list of projects
select
    project_id,
    project_name,
    organization,
    first_seen_at,
    last_seen_at,
    jobs,
    open_jobs,
    quota_limit,
    quota_usage,
    quota_currency
from {{ ref('int_projects') }}
