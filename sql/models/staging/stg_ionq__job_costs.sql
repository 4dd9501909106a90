{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'versions_hash'
) }}
-- 1 row per job: the answers about its cost in the lake
with lake_versions as (
    select
        job_id,
        count(*) as versions,
        {{ versions_hash() }} as versions_hash
    from {{ source('lake', 'job_costs') }}
    group by job_id
),

-- 1 row per job whose answers have changed since it was built; without versions if the lake no longer has any
changed as (
    {% if is_incremental() %}
    select
        coalesce(lake_versions.job_id, built.job_id) as job_id,
        {{ all_but(['job_id'], 'lake_versions') }}
    from lake_versions
    full join {{ this }} as built on lake_versions.job_id = built.job_id
    where lake_versions.versions_hash is distinct from built.versions_hash
    {% else %}
    select * from lake_versions
    {% endif %}
),

-- 1 row per job
current_version as (
    select *
    from
        {{ current_versions('job_costs', prefer=answers_before_refusals(), among='changed') }}
            as versions
)

select
    {{ job_cost_columns() }},
    versions_hash
from current_version
{% if is_incremental() %}
union all by name
select job_id
from changed
where versions is null
{% endif %}
