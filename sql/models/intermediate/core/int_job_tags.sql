{{ config(meta={'row_key': 'job_id'}) }}
-- 1 row per job with its own tags: the metadata that the user attached to it, as texts
select
    job_id,
    {{ map_of_json('metadata') }} as tags
from {{ rows_to_build(ref('stg_ionq__jobs')) }} as jobs
where {{ map_of_json('metadata') }} is not null
