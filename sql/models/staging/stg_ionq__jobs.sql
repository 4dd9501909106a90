{{ config(
    materialized = 'incremental', incremental_strategy = 'changes', unique_key = 'job_id', hash_column = 'versions_hash'
) }}
{#- An account that still sees a job counts more than one for which it is gone. -#}
{{ with_versions_to_build('jobs', 'job_id', ['coalesce(_deleted, false) asc']) }},

-- 1 row per job with several versions: when any account saw it last
seen as (
    select
        id,
        {{ latest_by('_extracted_at', [version_order(), '_extracted_at']) }} as last_seen_at
    from version_of_several
    where not coalesce(_deleted, false)
    group by id
),

-- 1 row per job to build, with when it was last seen
seen_version as (
    select
        current_version.*,
        coalesce(
            seen.last_seen_at,
            case when not coalesce(current_version._deleted, false) then current_version._extracted_at end
        ) as _last_seen_at
    from current_version
    left join seen on current_version.id = seen.id
)

-- 1 row per job
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
from seen_version
{{ records_gone('jobs', 'job_id') }}
