-- 1 row per organization, grouping, modality and date: two accounts of one organization read the same report
with current_version as (
    select *
    from {{ source('lake', 'usage') }}
    qualify
        row_number() over (
            partition by coalesce(organization, account), group_by, modality, "from"
            order by _extracted_at desc, _run_id desc, account asc, _hash asc
        ) = 1
)

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
    len(_problems) as problems,
from current_version
