-- 1 row per backend with a snapshot
with last_snapshots as (
    select
        backend,
        min(observed_at) as first_observed_at,
        max(observed_at) as last_observed_at,
        -- whole, since arg_max passes over nulls: what the last one does not say, an older one must not
        arg_max(
            struct_pack(
                status, is_degraded, has_access, qubits, location, average_queue_seconds,
                supported_gates, supported_native_gates, supported_error_mitigations, noise_models
            ),
            observed_at
        ) as latest,
    from {{ ref('stg_ionq__backends') }}
    group by backend
),

-- 1 row per backend that was ever measured; its state is told by the last plausible measurement
last_characterizations as (
    select
        backend,
        min(measured_at) as first_measured_at,
        max(measured_at) as last_measured_at,
        arg_max(
            struct_pack(characterization_id, qubits, fidelity_1q, fidelity_2q, fidelity_spam),
            (measured_at, characterization_id)
        ) filter (where measured_at is not null and is_plausible) as latest,
        max(measured_at) filter (where is_plausible) as last_plausible_at,
    from {{ ref('fct_characterizations') }}
    where backend is not null
    group by backend
),

-- 1 row per backend that a job named
jobs as (
    select
        backend,
        min(submitted_at) as first_job_at,
        max(submitted_at) as last_job_at,
        count(*) as jobs,
        count(*) filter (where not is_terminal and not is_deleted) as open_jobs,
    from {{ ref('stg_ionq__jobs') }}
    where backend is not null
    group by backend
),

backends as (
    select backend from last_snapshots
    union
    select backend from last_characterizations
    union
    select backend from jobs
)

select
    backends.backend,
    {{ is_qpu('backends.backend') }} as is_qpu,

    -- what the API said of it last
    last_snapshots.latest.status as status,
    coalesce(
        last_snapshots.last_observed_at = max(last_snapshots.last_observed_at) over (), false
    ) as is_listed,
    last_snapshots.latest.is_degraded as is_degraded,
    last_snapshots.latest.has_access as has_access,
    coalesce(last_snapshots.latest.qubits, last_characterizations.latest.qubits) as qubits,
    last_snapshots.latest.location as location,
    array_to_string(last_snapshots.latest.supported_gates, ', ') as supported_gates,
    array_to_string(last_snapshots.latest.supported_native_gates, ', ') as supported_native_gates,
    array_to_string(last_snapshots.latest.supported_error_mitigations, ', ') as supported_error_mitigations,
    array_to_string(last_snapshots.latest.noise_models, ', ') as noise_models,
    last_snapshots.latest.average_queue_seconds as average_queue_seconds,
    last_snapshots.last_observed_at as observed_at,

    -- its latest calibration
    last_characterizations.latest.characterization_id as characterization_id,
    last_characterizations.last_plausible_at as measured_at,
    last_characterizations.latest.fidelity_1q as fidelity_1q,
    last_characterizations.latest.fidelity_2q as fidelity_2q,
    last_characterizations.latest.fidelity_spam as fidelity_spam,

    -- since when and until when there is a trace of it
    least(
        last_snapshots.first_observed_at, last_characterizations.first_measured_at, jobs.first_job_at
    ) as first_seen_at,
    greatest(
        last_snapshots.last_observed_at, last_characterizations.last_measured_at, jobs.last_job_at
    ) as last_seen_at,
    coalesce(jobs.jobs, 0) as jobs,
    coalesce(jobs.open_jobs, 0) as open_jobs,
from backends
left join last_snapshots on backends.backend = last_snapshots.backend
left join last_characterizations on backends.backend = last_characterizations.backend
left join jobs on backends.backend = jobs.backend
