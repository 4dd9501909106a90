{{ config(materialized = 'incremental', incremental_strategy = 'delete+insert', unique_key = 'job_id') }}
-- 1 row per job: which answers about its cost the lake has
with lake_versions as (
    select
        job_id,
        {{ versions_hash() }} as versions_hash,
    from {{ source('lake', 'job_costs') }}
    group by job_id
),

-- 1 row per job whose answers are not those that it was built from
changed as (
    select lake_versions.*
    from lake_versions
    {% if is_incremental() %}
    left join {{ this }} as built on lake_versions.job_id = built.job_id
    where lake_versions.versions_hash is distinct from built.versions_hash
    {% endif %}
),

-- 1 row per job and account: the account's current answer
current_by_account as (
    select
        versions.*,
        changed.versions_hash,
    from {{ source('lake', 'job_costs') }} as versions
    inner join changed on versions.job_id = changed.job_id
    qualify
        row_number() over (
            partition by versions.account, versions.job_id
            order by versions._extracted_at desc, versions._run_id desc, versions._hash asc
        ) = 1
),

-- 1 row per job: an answer counts more than a refusal to another account
current_version as (
    select *
    from current_by_account
    qualify
        row_number() over (
            partition by job_id
            order by coalesce(http_status = 200, false) desc, _extracted_at desc, _run_id desc, account asc
        ) = 1
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
    http_status,
    reason as refusal_reason,
    attempts,

    -- the record
    {{ utc('first_answered_at') }} as first_answered_at,
    {{ utc('_extracted_at') }} as extracted_at,
    len(_problems) as problems,
    versions_hash,
from current_version
