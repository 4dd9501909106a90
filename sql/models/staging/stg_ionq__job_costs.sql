{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'versions_hash'
) }}
-- 1 row per job: which answers about its cost the lake has
with lake_versions as (
    select
        job_id,
        count(*) as versions,
        {{ versions_hash() }} as versions_hash
    from {{ source('lake', 'job_costs') }}
    group by job_id
),

-- 1 row per job whose answers are not those that it was built from; without versions where the lake has none any more
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

-- 1 row per job: an answer counts more than a refusal to another account
current_version as (
    select *
    from
        {{ current_versions('job_costs', prefer=['coalesce(http_status = 200, false) desc'], among='changed') }}
            as versions
)

select
    -- ids
    account,
    job_id,

    -- amounts
    cost_value as cost,
    case when cost_value is not null then {{ currency('cost_unit') }} end as currency,
    estimated_cost_value as estimated_cost,
    case when estimated_cost_value is not null then {{ currency('estimated_cost_unit') }} end as estimated_currency,

    -- state
    coalesce(dry_run, false) as dry_run,
    coalesce(is_settled, false) as is_settled,
    -- an answer that says no more than that it is no dry run: the job is not priced, which is not "not priced yet"
    coalesce(
        http_status = 200
        and not dry_run
        and cost_value is null
        and estimated_cost_value is null
        and {{ list_size('_problems') }} = 0,
        false
    ) as is_never_priced,
    http_status,
    reason as refusal_reason,
    attempts,

    -- the record
    {{ utc('first_answered_at') }} as first_answered_at,
    {{ utc('_extracted_at') }} as extracted_at,
    {{ list_size('_problems') }} as problems,
    versions_hash
from current_version
{% if is_incremental() %}
union all by name
select job_id
from changed
where versions is null
{% endif %}
