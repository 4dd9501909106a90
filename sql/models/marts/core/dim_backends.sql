-- 1 row per backend with a snapshot
with last_snapshots as (
    select
        *,
        min(observed_at) over (partition by backend) as first_observed_at
    from {{ ref('stg_ionq__backends') }}
    qualify row_number() over (partition by backend order by observed_at desc) = 1
),

-- 1 row per backend that was ever measured
measured as (
    select
        backend,
        min(measured_at) as first_measured_at,
        max(measured_at) as last_measured_at
    from {{ ref('fct_characterizations') }}
    where backend is not null
    group by backend
),

-- 1 row per backend with a plausible measurement: the last one gives its state
last_characterizations as (
    select *
    from {{ ref('fct_characterizations') }}
    where backend is not null and measured_at is not null and is_plausible
    qualify row_number() over (partition by backend order by measured_at desc, characterization_id desc) = 1
),

-- 1 row per backend that a job named
jobs as (
    select
        backend,
        min(submitted_at) as first_job_at,
        max(submitted_at) as last_job_at,
        count(*) as jobs,
        count(*) filter (where not is_terminal and not is_deleted) as open_jobs
    from {{ ref('stg_ionq__jobs') }}
    where backend is not null
    group by backend
),

backends as (
    select backend from last_snapshots
    union
    select backend from measured
    union
    select backend from jobs
)

select
    backends.backend,
    {{ is_qpu('backends.backend') }} as is_qpu,

    -- what the API last said about it
    last_snapshots.status,
    coalesce(
        last_snapshots.observed_at = max(last_snapshots.observed_at) over (), false
    ) as is_listed,
    last_snapshots.is_degraded,
    last_snapshots.has_access,
    coalesce(last_snapshots.qubits, last_characterizations.qubits) as qubits,
    last_snapshots.location,
    {{ joined('last_snapshots.supported_gates', "', '") }} as supported_gates,
    {{ joined('last_snapshots.supported_native_gates', "', '") }} as supported_native_gates,
    {{ joined('last_snapshots.supported_error_mitigations', "', '") }} as supported_error_mitigations,
    {{ joined('last_snapshots.noise_models', "', '") }} as noise_models,
    last_snapshots.average_queue_seconds,
    last_snapshots.observed_at,

    -- its latest calibration
    last_characterizations.characterization_id,
    last_characterizations.measured_at,
    last_characterizations.fidelity_1q,
    last_characterizations.fidelity_2q,
    last_characterizations.fidelity_spam,

    -- the earliest and the latest record that names it
    least(
        last_snapshots.first_observed_at, measured.first_measured_at, jobs.first_job_at
    ) as first_seen_at,
    greatest(
        last_snapshots.observed_at, measured.last_measured_at, jobs.last_job_at
    ) as last_seen_at,
    coalesce(jobs.jobs, 0) as jobs,
    coalesce(jobs.open_jobs, 0) as open_jobs
from backends
left join last_snapshots on backends.backend = last_snapshots.backend
left join measured on backends.backend = measured.backend
left join last_characterizations on backends.backend = last_characterizations.backend
left join jobs on backends.backend = jobs.backend
