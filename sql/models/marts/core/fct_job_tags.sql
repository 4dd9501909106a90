-- 1 row per job and key of its metadata
with entries as (
    select
        job_id,
        {{ rows_of_map('tags') }}
    from {{ ref('int_job_tags') }}
)

select
    job_id,
    key as tag_key,
    value as tag_value
from entries
