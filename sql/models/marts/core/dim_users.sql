-- 1 row per user who submitted a job or that a usage report listed
select
    user_id,
    user_name,
    organization,
    first_seen_at,
    last_seen_at,
    jobs,
    open_jobs
from {{ ref('int_users') }}
