{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'versions_hash'
) }}
-- 1 row per job: its versions in the lake
with lake_versions as (
    select
        id,
        count(*) as versions,
        {{ latest_by('_extracted_at', [version_order(), '_extracted_at']) }}
        filter (where not coalesce(_deleted, false)) as _last_seen_at,
        {{ versions_hash() }} as versions_hash
    from {{ source('lake', 'jobs') }}
    group by id
),

-- 1 row per job whose versions have changed since it was built; without versions if the lake no longer has any
changed as (
    {% if is_incremental() %}
    select
        coalesce(lake_versions.id, built.job_id) as id,
        {{ all_but(['id'], 'lake_versions') }}
    from lake_versions
    full join {{ this }} as built on lake_versions.id = built.job_id
    where lake_versions.versions_hash is distinct from built.versions_hash
    {% else %}
    select * from lake_versions
    {% endif %}
),

-- 1 row per job: an account that still sees the job counts more than one for which it is gone
current_version as (
    select * from {{ current_versions('jobs', prefer=['coalesce(_deleted, false) asc'], among='changed') }} as versions
)

select
    -- ids
    account,
    id as job_id,
    name as job_name,
    type as job_type,
    backend,
    project_id,
    submitter_id,
    session_id,
    parent_job_id,
    child_job_ids,

    -- state
    status,
    {{ is_terminal('status') }} as is_terminal,
    coalesce(_deleted, false) as is_deleted,
    coalesce({{ is_qpu('backend') }}, false) as is_qpu,
    coalesce(dry_run, false) as dry_run,
    coalesce(settings_error_mitigation_debiasing, false) as is_debiased,
    coalesce(settings_error_mitigation_symmetry_verification, false) as is_symmetry_verified,
    coalesce(session_id <> '', false) as is_in_session,
    noise_model,
    failure_code,
    failure_message,
    warning_messages,
    cost_model,
    settings_compilation_service_version as compiler_version,
    metadata,

    -- times
    {{ utc('submitted_at') }} as submitted_at,
    {{ utc('started_at') }} as started_at,
    {{ utc('completed_at') }} as completed_at,

    -- numbers
    predicted_wait_time_ms / 1e3 as predicted_queue_seconds,
    predicted_execution_duration_ms / 1e3 as predicted_execution_seconds,
    execution_duration_ms / 1e3 as reported_execution_seconds,
    shots,
    stats_qubits as qubits,
    stats_circuits as circuits,
    stats_gate_counts_1q as gates_1q,
    stats_gate_counts_2q as gates_2q,
    stats_kwh as kwh,
    stats_predicted_quantum_compute_time_us / 1e6 as predicted_qpu_seconds,
    stats_billed_quantum_compute_time_us / 1e6 as billed_qpu_seconds,

    -- the record
    {{ utc('_extracted_at') }} as extracted_at,
    {{ utc('_last_seen_at') }} as last_seen_at,
    {{ list_size('_problems') }} as problems,
    versions_hash
from current_version
{% if is_incremental() %}
union all by name
select id as job_id
from changed
where versions is null
{% endif %}
