-- 1 row per account and key
with current_version as (
    select *
    from {{ source('lake', 'whoami') }}
    qualify row_number() over (partition by account, key_id order by _extracted_at desc, _run_id desc, _hash asc) = 1
)

select
    account,
    key_id,
    key_name,
    project_id,
    {{ utc('_extracted_at') }} as extracted_at,
    len(_problems) as problems,
from current_version
