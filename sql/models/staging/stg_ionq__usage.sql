-- 1 row per organization, grouping, modality and date: two accounts of one organization read the same report
select
    -- ids
    account,
    coalesce(organization, account) as organization,
    group_by,
    modality,
    "from" as usage_date,

    -- the date as a whole
    amount,
    {{ currency('amount_unit') }} as currency,
    amounts,
    job_count,
    time_us / 1e6 as qpu_seconds,

    -- its five dearest groups
    group_usages,

    -- the record
    coalesce(_deleted, false) as is_deleted,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems
from {{ current_versions('usage', within=['coalesce(organization, account)']) }} as current_version
