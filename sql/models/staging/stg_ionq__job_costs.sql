{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'versions_hash'
) }}
{{ with_versions_to_build('job_costs', 'job_id', answers_before_refusals()) }}

-- 1 row per job
select
    {{ job_cost_columns() }},
    versions_hash
from current_version
{{ records_gone('job_costs', 'job_id') }}
