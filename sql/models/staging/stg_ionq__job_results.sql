-- 1 row per job, variant and kind of result: an answer counts more than a refusal to another account
with current_version as (
    select *
    from {{ source('lake', 'job_results') }}
    qualify
        row_number() over (
            partition by job_id, variant_id, kind
            order by coalesce(http_status = 200, false) desc, _extracted_at desc, _run_id desc, account asc, _hash asc
        ) = 1
)

select
    account,
    job_id,
    variant_id,
    kind,
    {{ utc('submitted_at') }} as submitted_at,
    outcomes,
    http_status,
    case when http_status = 200 then _raw end as distribution_json,
    {{ utc('_extracted_at') }} as extracted_at,
    len(_problems) as problems,
from current_version
