-- 1 row per project that the API lists with its quota; no reference describes this endpoint, and it may not answer
select
    account,
    id as project_id,
    nullif(trim(name), '') as project_name,
    organization_id,
    "quotaUsage" as quota_usage,
    "quotaLimit" as quota_limit,
    {{ currency('unit') }} as currency,
    coalesce(_deleted, false) as is_deleted,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions('projects', prefer=['coalesce(_deleted, false) asc']) }} as current_version
