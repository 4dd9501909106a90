-- 1 row per session
select
    -- ids
    account,
    id as session_id,
    organization_id,
    backend,
    project_id,
    creator_id,
    ender_id,

    -- state
    status,
    coalesce(active, false) as is_active,

    -- times
    {{ utc('created_at') }} as created_at,
    {{ utc('started_at') }} as started_at,
    {{ utc('ended_at') }} as ended_at,
    {{ utc('settings_expires_at') }} as expires_at,

    -- limits
    settings_job_count_limit as job_count_limit,
    settings_duration_limit_min * 60 as duration_limit_seconds,
    settings_cost_limit_value as cost_limit,
    case when settings_cost_limit_value is not null then {{ currency('settings_cost_limit_unit') }} end
        as cost_limit_currency,

    -- the record
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions('sessions') }} as current_version
