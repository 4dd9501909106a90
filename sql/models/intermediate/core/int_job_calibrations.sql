-- 1 row per backend and instant of measurement; one that is not plausible says nothing of the machine
with calibrations as (
    select *
    from {{ ref('stg_ionq__characterizations') }}
    where backend is not null and measured_at is not null and is_plausible
    qualify row_number() over (partition by backend, measured_at order by characterization_id desc) = 1
),

-- 1 row per QPU job: a job is judged by the machine that it met, one that has not started by the one it was sent to
jobs as (
    select
        job_id,
        backend,
        coalesce(started_at, submitted_at) as calibrated_at
    from {{ ref('stg_ionq__jobs') }}
    where is_qpu
)

-- 1 row per QPU job with a characterization as old as it
select
    jobs.job_id,
    calibrations.characterization_id,
    {{ seconds_between('calibrations.measured_at', 'jobs.calibrated_at') }} / 3600 as characterization_age_hours,
    calibrations.fidelity_1q,
    calibrations.fidelity_2q,
    calibrations.fidelity_spam
from jobs
{{ join_latest(
    'inner', 'calibrations', 'calibrations',
    by={'backend': 'jobs.backend'}, at='measured_at', until='jobs.calibrated_at'
) }}
